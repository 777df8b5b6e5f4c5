// SPDX-License-Identifier: BSL-1.0
// Actors in cycles of waits: the wait that would close a cycle throws, and all actors continue.
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <latch>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/party.hpp"
#include "support/started.hpp"
#include "support/waits.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::deadlock;
using support::error_text;
using support::named;
using support::note;
using support::nothing_thrown;
using support::pair;
using support::party;
using support::party_ref;
using support::refusal;
using support::started;
using support::task;
using support::until_waiting;
using vicar::deadlock_error;

TEST_CASE("of two actors that wait for each other, the second gets an error with the whole cycle") {
  const pair both;
  CHECK(both.closed_by([](const party_ref& a) { a.call<&party::answer>().get(); }) ==
        deadlock("b.bar → a.answer (behind foo) → b.bar"));
  CHECK(both.both_work());
}

TEST_CASE("an awaited member that is also the running one is named once") {
  const pair both;
  const auto again = [](const party_ref& a) { a.call<&party::foo>([] { return std::string{}; }).get(); };
  CHECK(both.closed_by(again) == deadlock("b.bar → a.foo → b.bar"));
  CHECK(both.both_work());
}

TEST_CASE("every kind of wait for a reply detects a cycle") {
  struct kind_of_wait {
    std::string_view name;
    std::function<void(const party_ref&)> wait;
    std::string_view awaited;
  };
  const std::vector<kind_of_wait> kinds{
      {"get of an lvalue",
       [](const party_ref& a) {
         const auto answer = a.call<&party::answer>();
         answer.get();
       },
       "answer"},
      {"get of an rvalue",
       [](const party_ref& a) {
         auto answer = a.call<&party::answer>();
         std::move(answer).get();
       },
       "answer"},
      {"wait", [](const party_ref& a) { a.call<&party::answer>().wait(); }, "answer"},
      {"by name", [](const party_ref& a) { a.proxy()->answer().get(); }, "answer"},
      {"read", [](const party_ref& a) { a.proxy()->field.get(); }, "field"},
      {"read, by the future", [](const party_ref& a) { a.proxy()->field.read().get(); }, "field"},
      {"write", [](const party_ref& a) { a.proxy()->field = 3; }, "field"},
      {"write, by the future", [](const party_ref& a) { a.proxy()->field.set(3).get(); }, "field"},
      {"a property is read", [](const party_ref& a) { a.proxy()->level.get(); }, "level"},
      {"a property is written", [](const party_ref& a) { a.proxy()->level = 3; }, "level"},
      {"a kept method", [](const party_ref& a) { a.proxy().method<&party::answer>()().get(); }, "answer"},
      {"a traversable member's method", [](const party_ref& a) { a.proxy()->tape->play().get(); }, "play"},
      {"a traversable member's field", [](const party_ref& a) { a.proxy()->tape->track = 4; }, "track"},
      {"ask", [](const party_ref& a) { a.ask(note{}).get(); }, "on_receive"},
      {"ask of any", [](const party_ref& a) { vicar::any_actor_ref{a}.ask(note{}).get(); }, "on_receive"},
      {"map", [](const party_ref& a) { a.call<&party::answer>().map([](int i) { return i; }).get(); }, "answer"},
      {"map, waited for", [](const party_ref& a) { a.call<&party::answer>().map([](int i) { return i; }).wait(); },
       "answer"},
      {"filter", [](const party_ref& a) { a.call<&party::answers>().filter([](int i) { return i > 1; }).get(); },
       "answers"},
      {"reduce", [](const party_ref& a) { a.call<&party::answers>().reduce(std::plus<>{}, 0).get(); }, "answers"},
      {"join", [](const party_ref& a) { vicar::make_ready_future(1).join(a.call<&party::answer>()).get(); }, "answer"},
      {"get_all",
       [](const party_ref& a) {
         const std::vector<vicar::future<int>> all{vicar::make_ready_future(1), a.call<&party::answer>()};
         static_cast<void>(vicar::get_all(all));
       },
       "answer"},
      {"a future in a future", [](const party_ref& a) { a.call<&party::later>().get(); }, "later"},
      {"a mapped future in a mapped one",
       [](const party_ref& a) {
         const auto outer =
             vicar::make_ready_future(a).map([](const party_ref& to) { return to.call<&party::answer>(); });
         outer.get().map([](int i) { return i; }).map([](int i) { return i; }).get();
       },
       "answer"},
  };
  const pair both;
  for (const kind_of_wait& each : kinds) {
    INFO(each.name);
    const std::string text = both.closed_by(each.wait);
    CHECK(text == containing("vicar: deadlock: b.bar → a.", each.awaited, " (behind foo) → b.bar;"));
    CHECK(both.both_work());
  }
}

TEST_CASE("stopping an actor that waits for the caller throws on wait, and the actor ends") {
  const pair both;
  CHECK(both.closed_by([](const party_ref& a) { a.stop().get(); }) == deadlock("b.bar → a.stop (behind foo) → b.bar"));
  both.a.ref.stop().wait();
  CHECK_FALSE(both.a.ref.is_alive());
  CHECK(both.b.proxy->answer().get() == 7);
}

TEST_CASE("a cycle of three actors, with a fourth waiting for them") {
  const started<party> a{named("a")};
  const started<party> b{named("b")};
  const started<party> c{named("c")};
  const started<party> outside{named("outside")};
  const task closing = [&] {
    until_waiting(a.ref);
    until_waiting(b.ref);
    until_waiting(outside.ref);
    return refusal([&] { a.proxy->answer().get(); });
  };
  const auto through_b = [&] { return b.proxy->bar([&] { return c.proxy->baz(closing).get(); }).get(); };
  const auto outcome = a.proxy->foo(through_b);
  const auto waited = outside.proxy->foo([&] { return std::to_string(a.proxy->answer().get()); });
  CHECK(outcome.get() == deadlock("c.baz → a.answer (behind foo) → b.bar → c.baz"));
  CHECK(waited.get() == "7");
  for (const auto* each : {&a, &b, &c, &outside}) CHECK(each->proxy->answer().get() == 7);
}

TEST_CASE("an uncaught deadlock_error propagates along the cycle, and all actors live on") {
  const started<party> a{named("a")};
  const started<party> b{named("b")};
  const task closing = [&] {
    until_waiting(a.ref);
    return std::to_string(a.proxy->answer().get());
  };
  const auto answer = a.proxy->foo([&] { return b.proxy->bar(closing).get(); });
  CHECK(error_text<deadlock_error>([&] { answer.get(); }) == deadlock("b.bar → a.answer (behind foo) → b.bar"));
  CHECK(a.proxy->answer().get() == 7);
  CHECK(b.proxy->answer().get() == 7);
}

TEST_CASE("an actor that waits for itself through its own proxy gets an error") {
  struct narcissus {
    int look() { return vicar::self(*this).proxy().call<&narcissus::image>().get(); }
    int image() { return 1; }
  };
  const started<narcissus> actor;
  CHECK(error_text<deadlock_error>([&] { actor.proxy.call<&narcissus::look>().get(); }) ==
        containing("waits for itself: image cannot run before look returns"));
  CHECK(actor.proxy.call<&narcissus::image>().get() == 1);
}

TEST_CASE("an actor that would wait for space in its own mailbox gets an error") {
  const started<party> actor{named("one", 2)};
  const auto fill = [to = actor.ref] {
    return refusal([&] {
      for (int i = 0; i < 3; ++i) to.defer<&party::answer>();
    });
  };
  CHECK(actor.proxy->foo(fill).get() ==
        containing("vicar: ", actor.ref.urn(),
                   "waits for itself: there is no space for answer in its mailbox before foo",
                   "options::mailbox_capacity"));
  CHECK(actor.proxy->answer().get() == 7);
}

TEST_CASE("a wait for space in a full mailbox can be part of a cycle") {
  SECTION("the last wait is for space") {
    const pair both{1};
    const auto fill = [](const party_ref& a) {
      a.defer<&party::answer>();
      a.defer<&party::answer>();
    };
    CHECK(both.closed_by(fill) == deadlock("b.bar → space for a.answer (behind foo) → b.bar"));
    CHECK(both.both_work());
  }
  SECTION("two actors fill each other") {
    std::latch both_run{2};
    const started<party> a{named("a", 1)};
    const started<party> b{named("b", 1)};
    const auto fill = [&](const party_ref& other, const party_ref* wait_until_it_waits) {
      both_run.arrive_and_wait();
      if (wait_until_it_waits) until_waiting(*wait_until_it_waits);
      return refusal([&] {
        other.defer<&party::answer>();
        other.defer<&party::answer>();
      });
    };
    const auto first = a.proxy->foo([&] { return fill(b.ref, nullptr); });
    const auto second = b.proxy->bar([&] { return fill(a.ref, &a.ref); });
    CHECK(second.get() == deadlock("b.bar → space for a.answer (behind foo) → space for b.answer (behind bar)"));
    CHECK(first.get() == nothing_thrown);
    CHECK(a.proxy->answer().get() == 7);
    CHECK(b.proxy->answer().get() == 7);
  }
}

TEST_CASE("of two actors that call stop_all, one gets an error, and all end") {
  auto c = vicar::start<party>(named("c"));
  auto a = vicar::start<party>(named("a"));
  auto b = vicar::start<party>(named("b"));
  const auto stop_all = [] { return refusal([] { vicar::registry::stop_all(); }); };
  const auto second = b.call<&party::bar>([&] {
    until_waiting(a);
    return stop_all();
  });
  const auto first = a.call<&party::foo>(stop_all);  // last, so that the other actor is not stopped before its call
  CHECK(second.get() == deadlock("b.bar → a.stop (behind foo) → b.stop (behind bar)"));
  CHECK(first.get() == nothing_thrown);
  CHECK_FALSE(b.is_alive());
  CHECK_FALSE(c.is_alive());
  while (a.is_alive()) std::this_thread::yield();  // it was stopped, too, and ends when it has returned
  a.stop().wait();
}

TEST_CASE("stop_all that detects a cycle has requested all other actors to stop") {
  auto c = vicar::start<party>(named("c"));
  auto a = vicar::start<party>(named("a"));
  auto b = vicar::start<party>(named("b"));
  const task stop_all = [&] {
    until_waiting(b);
    return refusal([] { vicar::registry::stop_all(); });
  };
  vicar::promise<void> begun;
  const auto asking = b.call<&party::bar>([&] { return a.call<&party::foo>(stop_all).get(); });
  CHECK(asking.get() == deadlock("a.foo → b.stop (behind bar) → a.foo"));
  while (c.is_alive()) std::this_thread::yield();
  for (const auto& each : {c, a, b}) each.stop().wait();
}

TEST_CASE("a wait for a value that another actor computes is part of the cycle") {
  const started<party> a{named("a")};
  const started<party> b{named("b")};
  vicar::future<std::string> shared;
  const task read = [&] {
    until_waiting(a.ref);
    return refusal([&] { shared.get(); });
  };
  shared = vicar::make_ready_future(1).map([&](int) { return b.proxy->bar(read).get(); });
  const auto text = a.proxy->foo([&] { return shared.get(); });
  CHECK(text.get() == deadlock("b.bar → a future's value, which a.foo makes → b.bar"));
  CHECK(a.proxy->answer().get() == 7);
  CHECK(b.proxy->answer().get() == 7);
}

TEST_CASE("an actor that computes a value and calls a waiter for that value closes a cycle") {
  const started<party> a{named("a")};
  const started<party> b{named("b")};
  vicar::promise<void> making;
  vicar::future<std::string> shared;
  shared = vicar::make_ready_future(1).map([&](int) {
    making.set_value();
    until_waiting(b.ref);
    return refusal([&] { b.proxy->answer().get(); });
  });
  const auto made = a.proxy->foo([&] { return shared.get(); });
  const auto read = b.proxy->bar([&] {
    making.get_future().get();
    return shared.get();
  });
  CHECK(made.get() == deadlock("a.foo → b.answer (behind bar) → a future's value, which a.foo makes"));
  CHECK(read.get() == made.get());
}

TEST_CASE("two values computed from each other form a cycle") {
  std::latch both_make{2};
  const started<party> a{named("a")};
  const started<party> b{named("b")};
  vicar::future<std::string> value;
  vicar::future<std::string> other_value;
  value = vicar::make_ready_future(1).map([&](int) {
    both_make.arrive_and_wait();
    return other_value.get();
  });
  other_value = vicar::make_ready_future(1).map([&](int) {
    both_make.arrive_and_wait();
    until_waiting(a.ref);
    return refusal([&] { value.get(); });
  });
  const auto first = a.proxy->foo([&] { return value.get(); });
  const auto second = b.proxy->bar([&] { return other_value.get(); });
  CHECK(second.get() == deadlock("b.bar → a future's value, which a.foo makes → a future's value, which b.bar makes"));
  CHECK(first.get() == second.get());
}

namespace {

/// Runs a task in its constructor.
class hasty {
 public:
  hasty(const std::function<void(const vicar::actor_ref<hasty>&)>& what) { what(vicar::self(*this)); }  // NOLINT
  int answer() const { return 8; }
};

/// Runs a task in a hook or in the destructor.
class hooked {
 public:
  enum class when { start, stop, failure, destruction };

  hooked(when place, std::function<void()> what) : when_{place}, what_{std::move(what)} {}
  ~hooked() { run(when::destruction); }
  hooked(const hooked&) = delete;
  hooked& operator=(const hooked&) = delete;
  void on_start() { run(when::start); }
  void on_stop() { run(when::stop); }
  void on_failure(std::exception_ptr) { run(when::failure); }
  int answer() const { return 9; }
  void fail() { throw std::runtime_error{"as it should"}; }

 private:
  void run(when now) {
    if (now == when_) what_();
  }
  when when_;
  std::function<void()> what_;
};

}  // namespace

TEST_CASE("a constructor that waits for an actor that waits for the new actor gets an error") {
  const started<party> a{named("a")};
  std::string text;
  const auto construct = [&](const vicar::actor_ref<hasty>& fresh) {
    const auto asking = a.proxy->foo([fresh] { return std::to_string(fresh.call<&hasty::answer>().get()); });
    until_waiting(a.ref);
    text = refusal([&] { asking.get(); });
  };
  auto ref = vicar::start<hasty>(named("fresh"), construct);
  CHECK(text == deadlock("fresh.its constructor → a.foo → fresh.answer (behind its constructor)"));
  ref.stop().wait();
}

TEST_CASE("an actor that waits for an actor under construction that waits for it gets an error") {
  const started<party> a{named("a")};
  std::string text;
  const auto construct = [&](const vicar::actor_ref<hasty>& fresh) {
    const auto asking = a.proxy->foo([fresh] {
      until_waiting(fresh);
      return refusal([&] { fresh.call<&hasty::answer>().get(); });
    });
    text = asking.get();
  };
  auto ref = vicar::start<hasty>(named("fresh"), construct);
  CHECK(text == deadlock("a.foo → fresh.answer (behind its constructor) → a.foo"));
  CHECK(ref.call<&hasty::answer>().get() == 8);
  ref.stop().wait();
}

TEST_CASE("a constructor that waits for the actor that starts it gets an error") {
  const started<party> a{named("a")};
  std::string text;
  const auto construct = [&](const vicar::actor_ref<hasty>&) { text = refusal([&] { a.proxy->answer().get(); }); };
  const auto started_it = a.proxy->foo([&] {
    vicar::start<hasty>(construct).stop().wait();
    return std::string{};
  });
  started_it.get();
  CHECK(text == containing("vicar: ", a.ref.urn(), "waits for itself: answer cannot run before foo returns"));
}

TEST_CASE("a constructor that waits for an actor that waits for the starting actor gets an error") {
  const pair both;
  std::string text;
  const auto construct = [&](const vicar::actor_ref<hasty>&) {
    const auto asking =
        both.b.proxy->bar([to = both.a.ref] { return std::to_string(to.call<&party::answer>().get()); });
    until_waiting(both.b.ref);
    text = refusal([&] { asking.get(); });
  };
  both.a.proxy
      ->foo([&] {
        vicar::start<hasty>(named("fresh"), construct).stop().wait();
        return std::string{};
      })
      .get();
  CHECK(text == deadlock("fresh.its constructor → b.bar → a.answer (behind foo)"));
  CHECK(both.both_work());
}

TEST_CASE("a constructor that computes a value is in a cycle with a waiter for that value") {
  const started<party> a{named("a")};
  std::string text;
  const auto construct = [&](const vicar::actor_ref<hasty>& fresh) {
    vicar::future<std::string> shared;
    const task read = [&] {
      until_waiting(fresh);
      return refusal([&] { shared.get(); });
    };
    shared = vicar::make_ready_future(1).map([&](int) { return a.proxy->foo(read).get(); });
    text = shared.get();
  };
  vicar::start<hasty>(named("fresh"), construct).stop().wait();
  CHECK(text == deadlock("a.foo → a future's value, which fresh.its constructor makes → a.foo"));
}

TEST_CASE("hooks can be part of a cycle") {
  const support::log_capture quiet{vicar::log_level::off};
  const started<party> a{named("a")};
  std::string text;
  vicar::promise<vicar::actor_ref<hooked>> known;
  const auto self_known = known.get_future();
  const auto wait = [&] {
    const auto me = self_known.get();
    const auto asking = a.proxy->foo([me] { return std::to_string(me.stop().get()); });
    until_waiting(a.ref);
    text = refusal([&] { asking.get(); });
  };
  const auto run = [&](hooked::when place, const auto& provoke) {
    auto ref = vicar::start<hooked>(named("hooked"), place, wait);
    known.set_value(ref);
    provoke(ref);
    ref.stop().wait();
  };
  SECTION("on_start") {
    run(hooked::when::start, [](const auto&) {});
    CHECK(text == deadlock("hooked.on_start → a.foo → hooked.stop (behind on_start)"));
  }
  SECTION("on_stop") {
    run(hooked::when::stop, [](const auto&) {});
    CHECK(text == deadlock("hooked.on_stop → a.foo → hooked.stop (behind on_stop)"));
  }
  SECTION("on_failure") {
    run(hooked::when::failure, [](const auto& ref) { ref.template defer<&hooked::fail>(); });
    CHECK(text == deadlock("hooked.on_failure → a.foo → hooked.stop (behind on_failure)"));
  }
  SECTION("the destructor") {
    run(hooked::when::destruction, [](const auto&) {});
    CHECK(text == deadlock("hooked.the destructor → a.foo → hooked.stop (behind the destructor)"));
  }
  CHECK(a.proxy->answer().get() == 7);
}

TEST_CASE("an actor that waits with a timeout is not part of a cycle") {
  const pair both;
  SECTION("the wait that would close it") {
    CHECK(both.closed_by([](const party_ref& a) { CHECK_FALSE(a.call<&party::answer>().wait_for(1ms)); }) ==
          nothing_thrown);
  }
  SECTION("the other wait") {
    std::atomic<bool> give_up{false};
    const task closing = [&] {
      until_waiting(both.a.ref);
      const auto answer = both.a.proxy->answer();
      give_up = true;
      return std::to_string(answer.get());
    };
    const auto outcome = both.a.proxy->foo([&] {
      const auto answer = both.b.proxy->bar(closing);
      while (!answer.wait_for(100ms) && !give_up) {  // long enough for the wait to be observed
      }
      return std::string{"gave up"};
    });
    CHECK(outcome.get() == "gave up");
  }
  CHECK(both.both_work());
}

TEST_CASE("an actor with detection off waits, and the other one gets the error") {
  const support::log_capture log{vicar::log_level::error};
  std::latch both_run{2};
  const started<party> a{named("a")};
  const started<party> b{vicar::options{.name = "b", .deadlock = vicar::deadlock_policy::off}};
  const auto waiting = b.proxy->bar([&] {
    both_run.arrive_and_wait();
    return std::to_string(a.proxy->answer().get());
  });
  const auto outcome = a.proxy->foo([&] {
    both_run.arrive_and_wait();
    until_waiting(b.ref);
    return refusal([&] { b.proxy->answer().get(); });
  });
  CHECK(outcome.get() == deadlock("a.foo → b.answer (behind bar) → a.answer (behind foo)"));
  CHECK(waiting.get() == "7");
  CHECK(log.lines().empty());
}
