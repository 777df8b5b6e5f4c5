// SPDX-License-Identifier: BSL-1.0
// Sends messages to an actor that no thread runs, and handles them on this thread, so that their instructions can be
// counted: nothing depends on when which thread wakes. `instructions.sh` counts.
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <fmt/core.h>
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>

namespace {

class tally {
 public:
  int add_one(int value) {
    sum += value;
    return value + 1;
  }
  vicar::task<int> add_one_as_task(int value) { co_return add_one(value); }
  long sum = 0;
};

}  // namespace

VICAR_PROXY(tally, add_one, add_one_as_task, sum)

namespace {

/// The result of `vicar::start`, without the thread.
class driven_actor {
 public:
  driven_actor() {
    cell_->belongs_to(runs_it_, nullptr);
    cell_->construct();
    cell_->constructed();
    run_all();  // the hooks of its start
  }
  ~driven_actor() {
    proxy().stop();
    run_all();  // destroys the object
  }
  driven_actor(const driven_actor&) = delete;
  driven_actor& operator=(const driven_actor&) = delete;

  vicar::actor_proxy<tally> proxy() { return vicar::detail::ref_access::make<tally>(handle_, cell_->object()).proxy(); }
  void run_all() {
    while (cell_->run(batch) == vicar::detail::cell::progress::more) {
    }
  }

 private:
  // As many as `thread_executor` handles at once.
  static constexpr std::size_t batch = 256;

  /// The driving thread never waits for messages: nothing has to be woken.
  class never_asleep final : public vicar::detail::executor {
   public:
    void start(vicar::detail::cell& /*constructed*/) override {}
    void wake(const vicar::detail::mailbox& /*armed*/) noexcept override {}
  };

  never_asleep runs_it_;
  vicar::detail::actor_cell<tally>* cell_ = new vicar::detail::actor_cell<tally>{"driven", {}};
  vicar::detail::cell_handle handle_ = vicar::detail::cell_handle::adopt(cell_);
};

/// Each message by itself: the mailbox is empty before and after.
void send_one_by_one(driven_actor& driven, int count) {
  const auto proxy = driven.proxy();
  for (int done = 0; done < count; ++done) {
    proxy->add_one.defer(1);
    driven.run_all();
  }
}

/// As many as are handled at once.
void send_in_batches(driven_actor& driven, int count) {
  constexpr int together = 250;
  const auto proxy = driven.proxy();
  for (int done = 0; done < count; done += together) {
    for (int sent = 0; sent < together; ++sent) proxy->add_one.defer(1);
    driven.run_all();
  }
}

void call_one_by_one(driven_actor& driven, int count) {
  const auto proxy = driven.proxy();
  for (int done = 0; done < count; ++done) {
    const auto answer = proxy->add_one(1);
    driven.run_all();
    if (answer.get() != 2) std::abort();
  }
}

/// Of a coroutine that does not suspend.
void call_task_one_by_one(driven_actor& driven, int count) {
  const auto proxy = driven.proxy();
  for (int done = 0; done < count; ++done) {
    const auto answer = proxy->add_one_as_task(1);
    driven.run_all();
    if (answer.get() != 2) std::abort();
  }
}

using send_function = void (*)(driven_actor&, int);

send_function find(std::string_view name) {
  if (name == "defer") return send_one_by_one;
  if (name == "defer_in_batches") return send_in_batches;
  if (name == "call") return call_one_by_one;
  if (name == "call_of_task") return call_task_one_by_one;
  return nullptr;
}

}  // namespace

int main(int count, char** values) {
  int messages = 0;
  send_function send = nullptr;
  if (count == 3) {
    const std::string_view number = values[2];
    const auto [rest, code] = std::from_chars(number.data(), number.data() + number.size(), messages);
    if (code == std::errc{} && rest == number.data() + number.size() && messages > 0 && messages % 250 == 0)
      send = find(values[1]);
  }
  if (!send) {
    fmt::print(stderr,
               "usage: instructions defer|defer_in_batches|call|call_of_task COUNT\nCOUNT is a multiple of 250.\n");
    return 2;
  }
  driven_actor driven;
  send(driven, messages);
  const auto sum = driven.proxy()->sum.read();
  driven.run_all();
  if (sum.get() != messages) {
    fmt::print(stderr, "instructions: {} messages arrived of {}\n", sum.get(), messages);
    std::abort();
  }
}
