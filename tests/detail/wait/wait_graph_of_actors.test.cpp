// SPDX-License-Identifier: BSL-1.0
// What real actors insert into the wait graph, and when it is not asked: waits that are in no cycle, also where it
// takes a race to see the difference.
#include <vicar/detail/wait/wait_graph.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/party.hpp"
#include "support/started.hpp"
#include "support/threads.hpp"
#include "support/waits.hpp"

using namespace std::chrono_literals;
using support::error_text;
using support::named;
using support::nothing_thrown;
using support::party;
using support::party_ref;
using support::refusal;
using support::started;
using support::task;
using support::until_waiting;
using support::waits;
using vicar::deadlock_error;

TEST_CASE("a wait that another thread can end is not a deadlock") {
  const started<party> a{named("a")};
  const started<party> b{named("b")};
  SECTION("a promise that is kept from outside") {
    vicar::promise<std::string> kept;
    const auto first = a.proxy->foo([&] { return b.proxy->bar([&] { return kept.get_future().get(); }).get(); });
    until_waiting(a.ref);
    kept.set_value("kept");
    CHECK(first.get() == "kept");
  }
  SECTION("a reply that was received before") {
    const auto before = a.proxy->answer();
    before.wait();
    const auto first = a.proxy->foo([&] {
      return b.proxy
          ->bar([&] {
            until_waiting(a.ref);
            return std::to_string(before.get());
          })
          .get();
    });
    CHECK(first.get() == "7");
  }
  SECTION("two paths to one actor") {
    const started<party> c{named("c")};
    const started<party> d{named("d")};
    vicar::promise<void> gate;
    const auto last = d.proxy->foo([&] {
      gate.get_future().get();
      return std::string{"d"};
    });
    const auto ask_d = [&] { return std::to_string(d.proxy->answer().get()); };
    const auto both = a.proxy->foo([&] {
      const auto by_b = b.proxy->bar(ask_d);
      const auto by_c = c.proxy->bar(ask_d);
      return by_b.get() + by_c.get();
    });
    for (const auto* each : {&a, &b, &c}) until_waiting(each->ref);
    gate.set_value();
    CHECK(both.get() == "77");
  }
}

TEST_CASE("a promise that either of two actors may keep is not a deadlock if one waits for the reader") {
  std::latch runs{1};
  const started<party> a{named("a")};
  const started<party> b{named("b")};
  const started<party> c{named("c")};
  vicar::promise<std::string> either;
  support::sleeper reader;
  std::atomic<bool> b_goes_on{false};
  const auto until_b_waits = [&] {
    while (!waits(b.ref) && !b_goes_on) std::this_thread::yield();
  };
  const auto keep = [&](const std::string& by) {
    try {
      either.set_value(by);
    } catch (const vicar::promise_already_satisfied&) {  // the other one was first
    }
  };
  const task read = [&] {
    reader.here();
    return either.get_future().get();
  };
  const task ask_and_keep = [&] {
    const std::string text = refusal([&] { a.proxy->answer().get(); });
    b_goes_on = true;
    keep("b");
    return text;
  };
  vicar::future<std::string> by_a;
  vicar::future<std::string> by_b;
  SECTION("the reader begins to wait first") {
    by_a = a.proxy->foo(read);
    reader.wait_until_asleep();
    by_b = b.proxy->bar(ask_and_keep);
  }
  SECTION("the reader begins to wait last") {
    by_a = a.proxy->foo([&] {
      runs.count_down();
      until_b_waits();
      return read();
    });
    runs.wait();
    by_b = b.proxy->bar(ask_and_keep);
  }
  const auto by_c = c.proxy->baz([&] {
    reader.wait_until_asleep();
    until_b_waits();
    keep("c");
    return std::string{};
  });
  by_c.wait();
  CHECK(error_text<deadlock_error>([&] { by_a.get(); }) == nothing_thrown);
  CHECK(by_b.get() == nothing_thrown);
  CHECK(by_a.get() == "c");
}

TEST_CASE("an actor that polls two replies gets one while the other is in a cycle") {
  const started<party> a{named("a")};
  const started<party> b{named("b")};
  const started<party> c{named("c")};
  std::atomic<bool> a_goes_on{false};
  std::atomic<int> rounds{0};
  const auto until = [&](const auto& holds) {
    while (!holds() && !a_goes_on) std::this_thread::yield();
  };
  const auto a_waits_for_b = [&] {
    const auto wait = vicar::detail::wait_edge::from(*vicar::detail::ref_access::handle(a.ref));
    return wait.target && wait.target->name() == "b";
  };
  const task ask_back = [&] {
    until(a_waits_for_b);
    return refusal([&] { a.proxy->answer().get(); });
  };
  const task answer_late = [&] {
    until([&] { return waits(b.ref); });
    const int last = rounds + 1;  // the first wait that closes the cycle
    until([&] { return rounds > last; });
    return std::string{"c"};
  };
  vicar::future<std::string> by_b;
  vicar::future<std::string> by_c;
  const auto by_a = a.proxy->foo([&] {
    by_b = b.proxy->bar(ask_back);
    by_c = c.proxy->baz(answer_late);
    const std::string text = refusal([&] {
      while (!by_b.wait_for(20ms) && !by_c.wait_for(0ms)) ++rounds;  // long enough for the wait to be observed
    });
    a_goes_on = true;
    return by_b.ready() ? std::string{"b was answered"} : text;
  });
  CHECK(by_a.get() == nothing_thrown);
  CHECK(by_b.get() == nothing_thrown);
  CHECK(by_c.get() == "c");
}

TEST_CASE("a get that finds its value does not touch the wait graph") {
  std::latch locked{1};
  const started<party> a{named("a")};
  const started<party> b{named("b")};
  const auto number = b.proxy->answer();
  const auto numbers = b.proxy->answers();
  const auto failed = b.proxy->bar([]() -> std::string { throw std::runtime_error{"as it should"}; });
  number.wait();
  numbers.wait();
  failed.wait();
  vicar::promise<std::vector<int>> found;
  const auto outcome = a.proxy->foo([&] {
    locked.wait();
    std::vector<int> all{number.get(), number.get(1h), vicar::future<int>{number}.get()};
    all.push_back(number.map([](int each) { return 2 * each; }).get());
    all.push_back(number.join(vicar::make_ready_future(5)).get().at(1));
    all.push_back(numbers.filter([](int each) { return each > 2; }).get().at(0));
    all.push_back(numbers.reduce(std::plus<>{}, 0).get());
    all.push_back(vicar::get_all(std::vector{number, number}).at(1));
    number.wait();
    all.push_back(number.wait_for(1h) ? 1 : 0);
    const std::string text = error_text<std::runtime_error>([&] { failed.get(); });
    found.set_value(std::move(all));
    return text;
  });
  bool in_time = false;
  {
    const std::lock_guard lock{vicar::detail::wait_graph_mutex()};
    locked.count_down();
    in_time = found.get_future().wait_for(60s);  // of a promise: this wait does not touch the graph either
  }
  CHECK(in_time);
  CHECK(outcome.get() == "as it should");
  CHECK(found.get_future().get() == std::vector{7, 7, 7, 14, 5, 3, 6, 7, 1});
}

TEST_CASE("an edge whose reply is ready is not followed, even before its reader wakes") {
  // The reader sleeps at a latch instead of waiting for the reply, but has the edge of that wait.
  std::latch woken{1};
  const started<party> a{named("a")};
  const started<party> b{named("b")};
  vicar::promise<void> asked;
  const auto sleeper = a.proxy->foo([&] {
    struct published {
      static bool pending(const void* which) noexcept {
        return !static_cast<const vicar::future<int>*>(which)->ready();
      }
    };
    const auto answer = b.proxy->answer();
    const auto& handle = vicar::detail::ref_access::handle(b.ref);
    const vicar::detail::wait_edge edge{
        *handle, "answer", {}, {&answer, &published::pending}, vicar::detail::wait_reason::reply};
    asked.set_value();
    woken.wait();
    return std::to_string(answer.get());
  });
  asked.get_future().get();
  b.proxy->answer().get();  // so the call before it was answered
  const auto second = b.proxy->bar([&] { return std::to_string(a.proxy->answer().get()); });
  until_waiting(b.ref);
  woken.count_down();
  CHECK(sleeper.get() == "7");
  CHECK(second.get() == "7");
}

namespace {

/// Part of a message that can delay its push until the receiving actor waits.
class late {
 public:
  struct shared {
    std::atomic<bool> holds_up{false};
    std::atomic<bool> over{false};
  };
  late(shared& state, party_ref receiver) : state_{&state}, receiver_{std::move(receiver)} {}
  late(const late&) = delete;
  late(late&& other) noexcept : state_{other.state_}, receiver_{other.receiver_} {
    if (!state_->holds_up.exchange(false)) return;
    while (!waits(receiver_) && !state_->over) std::this_thread::yield();
  }
  late& operator=(const late&) = delete;
  late& operator=(late&&) = delete;

 private:
  shared* state_;
  party_ref receiver_;
};

}  // namespace

TEST_CASE("a wait for free space joins a cycle once another sender takes the space") {
  const started<party> full{named("full", 1)};
  const started<party> sender{named("sender")};
  vicar::promise<void> gate;
  late::shared state;
  std::atomic<int> refused{0};
  const auto count = [&](const std::function<void()>& wait) {
    const std::string text = refusal(wait);
    if (text != nothing_thrown) ++refused;
    return text;
  };
  const auto busy = full.proxy->foo([&] {
    gate.get_future().get();
    return std::string{};
  });
  // This message fills the mailbox; when it is handled, there is space, and only the other thread is notified.
  const auto asking = full.proxy->bar([&] {
    const std::string text = count([&] { sender.proxy->answer().get(); });
    state.over = true;
    return text;
  });
  support::sleeper first;
  support::sleeper second;
  {
    const support::joined_thread other{[&] {
      first.here();
      full.ref.defer([held = late{state, full.ref}](party&) {});
    }};
    first.wait_until_asleep();
    const auto sending = sender.proxy->baz([&] {
      second.here();
      return count([&] { full.ref.defer<&party::answer>(); });
    });
    second.wait_until_asleep();
    state.holds_up = true;
    gate.set_value();
    asking.wait();
    sending.wait();
  }
  CHECK(refused <= 1);  // none if the system wakes the sender first
  CHECK(full.proxy->answer().get() == 7);
  CHECK(sender.proxy->answer().get() == 7);
}
