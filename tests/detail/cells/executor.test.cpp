// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/cells/executor.hpp>

#include <deque>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/actor.hpp>
#include <vicar/error.hpp>
#include <vicar/registry.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"

// Actors that do not have a thread: the seam that pools, event loops and deterministic tests need.

namespace {

namespace detail = vicar::detail;

/// Runs its actors on the thread that asks it to, one message each in turn.
class by_hand final : public detail::executor {
 public:
  void start(detail::cell& constructed) override {
    if (refuses) throw vicar::error{"vicar: this executor is full; raise its capacity"};
    ready_.push_back(detail::cell_handle{constructed});
  }
  void wake(const detail::mailbox& armed) noexcept override {
    ++wakes;
    for (auto each = asleep_.begin(); each != asleep_.end(); ++each) {
      if (&(*each)->queue() != &armed) continue;
      ready_.push_back(std::move(*each));
      asleep_.erase(each);
      return;
    }
  }

  /// One turn of the actor that has waited longest; false if none is ready.
  bool turn() {
    if (ready_.empty()) return false;
    detail::cell_handle next = std::move(ready_.front());
    ready_.pop_front();
    switch (next->run(1)) {
      case detail::cell::progress::more:
        ready_.push_back(std::move(next));
        break;
      case detail::cell::progress::idle:
        (next->queue().arm() ? asleep_ : ready_).push_back(std::move(next));
        break;
      case detail::cell::progress::ended:
        next->answer_stop_requests();
        break;
      default:
        FAIL("the actor has left");
    }
    return true;
  }
  void run_until_idle() {
    while (turn()) {
    }
  }
  std::size_t asleep() const { return asleep_.size(); }

  bool refuses = false;
  int wakes = 0;

 private:
  std::deque<detail::cell_handle> ready_;
  std::deque<detail::cell_handle> asleep_;
};

struct diary {
  std::vector<std::string>* entries;
  std::thread::id home;

  diary(std::vector<std::string>* where, std::thread::id its_home) : entries{where}, home{its_home} {}
  void on_start() const { note("start"); }
  void on_stop() const { note("stop"); }
  ~diary() { note("destroyed"); }
  int note(std::string what) const {
    CHECK(std::this_thread::get_id() == home);
    entries->push_back(std::move(what));
    return static_cast<int>(entries->size());
  }
};

}  // namespace

TEST_CASE("an executor decides where and when an actor runs") {
  by_hand loop;
  std::vector<std::string> entries;
  const auto ref = detail::start_on<diary>(loop, {.name = "diary"}, &entries, std::this_thread::get_id());
  CHECK(ref.is_alive());
  CHECK(entries.empty());
  const auto answer = ref.call<&diary::note>("first");
  CHECK_FALSE(answer.ready());

  CHECK(loop.turn());
  CHECK(entries == std::vector<std::string>{"start", "first"});
  CHECK(answer.get() == 2);

  loop.run_until_idle();
  CHECK(loop.asleep() == 1);
  CHECK(loop.wakes == 0);

  const auto stopped = ref.stop();
  CHECK(loop.wakes == 1);
  CHECK_FALSE(stopped.ready());
  loop.run_until_idle();
  CHECK(stopped.get());
  CHECK(entries == std::vector<std::string>{"start", "first", "stop", "destroyed"});
  CHECK_FALSE(ref.is_alive());
}

TEST_CASE("an armed actor is woken once for all messages that come before its turn") {
  by_hand loop;
  std::vector<std::string> entries;
  const auto ref = detail::start_on<diary>(loop, {}, &entries, std::this_thread::get_id());
  loop.run_until_idle();
  for (int i = 0; i < 3; ++i) ref.defer<&diary::note>("more");
  CHECK(loop.wakes == 1);
  loop.run_until_idle();
  CHECK(entries.size() == 4);
  ref.stop();
  loop.run_until_idle();
}

TEST_CASE("actors of one executor take turns") {
  by_hand loop;
  std::vector<std::string> entries;
  const auto one = detail::start_on<diary>(loop, {}, &entries, std::this_thread::get_id());
  const auto other = detail::start_on<diary>(loop, {}, &entries, std::this_thread::get_id());
  for (const char* what : {"1", "2"}) {
    one.defer<&diary::note>(what);
    other.defer<&diary::note>(what);
  }
  loop.run_until_idle();
  CHECK(entries == std::vector<std::string>{"start", "1", "start", "1", "2", "2"});
  one.stop();
  other.stop();
  loop.run_until_idle();
}

TEST_CASE("an actor that its executor refuses is abandoned, and the caller of start gets the reason") {
  by_hand loop;
  loop.refuses = true;
  std::vector<std::string> entries;
  const std::size_t before = vicar::registry::get_all().size();
  const std::string text = support::error_text<vicar::error>(
      [&] { detail::start_on<diary>(loop, {}, &entries, std::this_thread::get_id()); });
  CHECK(text == "vicar: this executor is full; raise its capacity");
  CHECK(entries == std::vector<std::string>{"destroyed"});
  CHECK(vicar::registry::get_all().size() == before);
}
