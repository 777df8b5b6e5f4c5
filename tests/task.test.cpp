// SPDX-License-Identifier: BSL-1.0
// Members that are coroutines: what they await, what others see meanwhile, and how they end.
#include <vicar/task.hpp>

#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/debug.hpp>
#include <vicar/testing.hpp>
#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/tasks.hpp"
#include "support/tracked.hpp"

using support::awaiter;
using support::containing;
using support::error_text;
using support::gate;
using support::log_capture;
using support::source;
using support::started;
using support::tally;
using support::tracked;
using vicar::actor_dead_error;
using vicar::future;
using vicar::task;

TEST_CASE("a call of a task gives the value, like any other call") {
  const started<awaiter> actor;
  const future<int> answer = actor.proxy->await(vicar::make_ready_future(3));
  CHECK(answer.get() == 3);
  CHECK(actor.proxy.call<&awaiter::await>(vicar::make_ready_future(4)).get() == 4);
  CHECK(actor.proxy.call(&awaiter::await, vicar::make_ready_future(5)).get() == 5);
  static_assert(std::same_as<decltype(actor.proxy->await_nothing(future<void>{})), future<void>>);
}

TEST_CASE("a task awaits on its actor's thread, and continues there") {
  const started<source> from;
  const started<awaiter> actor;
  const auto home = actor.proxy->thread().get();
  const auto threads = [](awaiter&, vicar::actor_proxy<source> to) -> task<std::vector<std::thread::id>> {
    std::vector<std::thread::id> seen{std::this_thread::get_id()};
    for (int i = 0; i < 10; ++i) {
      static_cast<void>(co_await to->add_one(i));
      seen.push_back(std::this_thread::get_id());
    }
    co_return seen;
  };
  CHECK(actor.proxy.call(threads, from.proxy).get() == std::vector<std::thread::id>(11, home));
}

TEST_CASE("other messages come in while a task awaits something that is not ready") {
  const started<awaiter> actor;
  gate<int> pending;
  const auto answer = actor.proxy->await(pending.future);
  actor.proxy->note("other").get();
  CHECK_FALSE(answer.ready());
  pending.inside.set_value(1);
  CHECK(answer.get() == 1);
  CHECK(actor.proxy->log().get() == "begin other end ");
}

TEST_CASE("a task that awaits a ready future goes on before the next message") {
  const started<awaiter> actor;
  const auto both = [](awaiter& me) -> task<> {
    me.note("begin");
    vicar::self(me).defer<&awaiter::note>("other");
    co_await vicar::make_ready_future();
    me.note("end");
  };
  actor.proxy.call(both).get();
  CHECK(actor.proxy->log().get() == "begin end other ");
}

TEST_CASE("co_await of an lvalue gives a reference, of an rvalue moves the value out of the last handle") {
  const started<source> from;
  const started<awaiter> actor;
  const auto moved = [](awaiter&, vicar::actor_proxy<source> to) -> task<int> {
    const std::unique_ptr<int> owned = co_await to->make(4);
    auto kept = to->make(5);
    const std::unique_ptr<int>& seen = co_await kept;
    const std::unique_ptr<int>& again = co_await kept;
    if (&seen != &again) co_return -1;
    const std::unique_ptr<int> last = co_await std::move(kept);
    co_return *owned * 10 + *last;
  };
  CHECK(actor.proxy.call(moved, from.proxy).get() == 45);
}

TEST_CASE("co_await throws what the call threw, before and after a suspension") {
  const log_capture quiet;
  const started<source> from;
  const started<awaiter> actor;
  const auto caught = [](awaiter&, vicar::actor_proxy<source> to) -> task<std::string> {
    try {
      static_cast<void>(co_await to->fail());
    } catch (const std::runtime_error& error) {
      co_return error.what();
    }
    co_return "nothing";
  };
  CHECK(actor.proxy.call(caught, from.proxy).get() == "the source failed");
  const auto passed = [](awaiter&, vicar::actor_proxy<source> to) -> task<int> { co_return co_await to->fail(); };
  CHECK(error_text<std::runtime_error>([&] { actor.proxy.call(passed, from.proxy).get(); }) == "the source failed");
  const auto at_once = [](awaiter&) -> task<int> {
    throw std::runtime_error{"at once"};
    co_return 0;
  };
  CHECK(error_text<std::runtime_error>([&] { actor.proxy.call(at_once).get(); }) == "at once");
}

TEST_CASE("futures made by map and join can be awaited; the function runs on the actor's thread") {
  const started<source> from;
  const started<awaiter> actor;
  const auto home = actor.proxy->thread().get();
  const auto mapped = [](awaiter&, vicar::actor_proxy<source> to) -> task<std::thread::id> {
    co_return co_await to->add_one(1).map([](int) { return std::this_thread::get_id(); });
  };
  CHECK(actor.proxy.call(mapped, from.proxy).get() == home);
  const auto joined = [](awaiter&, vicar::actor_proxy<source> to) -> task<int> {
    const std::vector<int> all = co_await to->add_one(1).join(to->add_one(10));
    co_return all[0] + all[1];
  };
  CHECK(actor.proxy.call(joined, from.proxy).get() == 13);

  // A chain whose beginning is not ready.
  gate<int> pending;
  const auto answer =
      actor.proxy->await(pending.future.map([](int i) { return i + 1; }).map([](int i) { return i * 2; }));
  actor.proxy->note("other").get();
  CHECK_FALSE(answer.ready());
  pending.inside.set_value(3);
  CHECK(answer.get() == 8);
}

TEST_CASE("arguments live until the task has ended, and are destroyed before the answer comes") {
  tally counts;
  const started<awaiter> actor;
  gate<void> pending;
  const auto by_reference = [](awaiter&, const tracked& argument, vicar::future<void> given) -> task<int> {
    const tracked* const before = &argument;
    co_await given;
    co_return before == &argument ? argument.value : -1;
  };
  const auto answer = actor.proxy.call(by_reference, tracked{counts, 7}, pending.future);
  actor.proxy->note("other").get();
  CHECK(counts.alive == 1);
  pending.inside.set_value();
  CHECK(answer.get() == 7);
  CHECK(counts.alive == 0);
}

TEST_CASE("the captures of a lambda that is a coroutine live until it has ended") {
  const started<awaiter> actor;
  gate<void> pending;
  const std::string text(100, 'x');
  const auto answer = actor.proxy.call([text, given = pending.future](awaiter&) -> task<std::string> {
    co_await given;
    co_return text;
  });
  actor.proxy->note("other").get();
  pending.inside.set_value();
  CHECK(answer.get() == text);
}

namespace {

struct recursion {
  static task<int> down(int depth) {
    if (depth == 0) co_return 0;
    co_return 1 + co_await down(depth - 1);
  }
  static task<int> down_to(future<void> given, tally& counts, int depth) {
    const tracked here{counts};
    if (depth == 0) {
      co_await given;
      co_return 0;
    }
    co_return 1 + co_await down_to(given, counts, depth - 1);
  }
};

}  // namespace

TEST_CASE("a task awaits another one, called directly, without a message") {
  const started<awaiter> actor;
  const auto nested = [](awaiter& me) -> task<int> {
    vicar::self(me).defer<&awaiter::note>("other");
    const int depth = co_await recursion::down(3);
    me.note("end");
    co_return depth;
  };
  CHECK(actor.proxy.call(nested).get() == 3);
  CHECK(actor.proxy->log().get() == "end other ");
}

TEST_CASE("deep recursion and long loops need no stack") {
  const started<awaiter> actor;
  const auto deep = [](awaiter&) -> task<int> { co_return co_await recursion::down(20000); };
  CHECK(actor.proxy.call(deep).get() == 20000);
  const auto loop = [](awaiter&) -> task<int> {
    int sum = 0;
    for (int i = 0; i < 200000; ++i) sum += co_await recursion::down(1);
    co_return sum;
  };
  CHECK(actor.proxy.call(loop).get() == 200000);
}

TEST_CASE("co_await exclusively lets no other message in") {
  const started<source> from;
  const started<awaiter> actor;
  const auto alone = [](awaiter& me, vicar::actor_proxy<source> to) -> task<int> {
    vicar::self(me).defer<&awaiter::note>("other");
    const int value = co_await vicar::exclusively(to->add_one(1));
    me.note("end");
    co_return value;
  };
  CHECK(actor.proxy.call(alone, from.proxy).get() == 2);
  CHECK(actor.proxy->log().get() == "end other ");
}

namespace {

/// No other message comes in while a member awaits.
struct monitor {
  static constexpr vicar::options actor_options{.interleaving = false};

  task<int> work(vicar::actor_proxy<source> to) {
    vicar::self(*this).defer<&monitor::note>("other ");
    const int value = co_await to->add_one(1);
    co_await vicar::next_turn();
    note("end ");
    co_return value;
  }
  void note(const std::string& what) { log += what; }
  std::string log;
};

}  // namespace

TEST_CASE("with options::interleaving off, every co_await lets no other message in") {
  const started<source> from;
  const started<monitor> actor;
  CHECK(actor.ref.call<&monitor::work>(from.proxy).get() == 2);
  CHECK(actor.ref.get(&monitor::log).get() == "end other ");
}

TEST_CASE("co_await next_turn lets the messages in that came before") {
  const started<awaiter> actor;
  const auto polite = [](awaiter& me) -> task<> {
    vicar::self(me).defer<&awaiter::note>("first");
    co_await vicar::next_turn();
    me.note("end");
    vicar::self(me).defer<&awaiter::note>("last");
  };
  actor.proxy.call(polite).get();
  CHECK(actor.proxy->log().get() == "first end last ");
}

TEST_CASE("a loop over ready futures lets other messages in after some of them") {
  const started<awaiter> actor;
  const auto greedy = [](awaiter& me) -> task<int> {
    vicar::self(me).defer<&awaiter::note>("other");
    int turns = 0;
    while (me.log().empty()) turns += co_await vicar::make_ready_future(1);
    co_return turns;
  };
  const int turns = actor.proxy.call(greedy).get();
  CHECK(turns > 10);
  CHECK(turns < 1000);
}

TEST_CASE("a deferred task that throws after a suspension ends the actor, like any deferred call") {
  const log_capture log;
  const vicar::actor_proxy<awaiter> proxy = vicar::start<awaiter>().proxy();
  gate<int> pending;
  gate<int> other;
  const auto suspended = proxy->await(other.future);
  proxy->await.defer(pending.future);
  proxy->note("both have begun").get();
  pending.inside.set_exception(std::make_exception_ptr(std::runtime_error{"too late"}));
  CHECK(error_text<actor_dead_error>([&] { suspended.get(); }) ==
        containing("await", "was suspended by co_await when the actor ended"));
  proxy.stop().wait();
  CHECK(log.count(vicar::log_level::error, "await") == 1);
}

namespace {

/// Notes when it is destroyed.
class mark {
 public:
  mark(std::string& log, char name) : log_{log}, name_{name} {}
  mark(const mark&) = delete;
  mark& operator=(const mark&) = delete;
  ~mark() { log_ += name_; }

 private:
  std::string& log_;
  char name_;
};

/// Notes the order in which frames and the object are destroyed.
class nested_frames {
 public:
  nested_frames(std::string& log, std::thread::id& thread) : log_{log}, thread_{thread} {}
  nested_frames(const nested_frames&) = delete;
  nested_frames& operator=(const nested_frames&) = delete;
  ~nested_frames() { log_ += 'o'; }

  task<int> outer(future<void> given) {
    const mark here{log_, '1'};
    co_return co_await inner(given);
  }
  void nothing() {}

 private:
  task<int> inner(future<void> given) {
    struct on_thread {
      std::thread::id& thread;
      ~on_thread() { thread = std::this_thread::get_id(); }
    } const noted{thread_};
    const mark here{log_, '2'};
    co_await given;
    co_return 0;
  }

  std::string& log_;
  std::thread::id& thread_;
};

}  // namespace

TEST_CASE("at the end of the actor, suspended frames are destroyed on its thread, innermost first, before the object") {
  std::string log;
  std::thread::id destroyed_on;
  const auto actor = vicar::start<nested_frames>(std::ref(log), std::ref(destroyed_on));
  const auto home = actor.call([](nested_frames&) { return std::this_thread::get_id(); }).get();
  gate<void> pending;
  const auto answer = actor.call<&nested_frames::outer>(pending.future);
  actor.call<&nested_frames::nothing>().get();
  CHECK(actor.stop().get());
  CHECK(log == "21o");
  CHECK(destroyed_on == home);
  CHECK(error_text<actor_dead_error>([&] { answer.get(); }) ==
        containing("nested_frames", "outer", "was suspended by co_await when the actor ended"));
  pending.inside.set_value();  // no call awaits it any more
}

TEST_CASE("20,000 suspended frames of one call are destroyed without a deep stack") {
  tally counts;
  const auto actor = vicar::start<awaiter>();
  gate<void> pending;
  const auto answer = actor.call([given = pending.future, &counts](awaiter&) -> task<int> {
    co_return co_await recursion::down_to(given, counts, 20000);
  });
  actor.call<&awaiter::log>().get();
  CHECK(counts.alive == 20001);
  CHECK(actor.stop().get());
  CHECK(counts.alive == 0);
  CHECK(error_text<actor_dead_error>([&] { answer.get(); }) == containing("was suspended"));
}

TEST_CASE("what was sent before stop begins, but a task does not continue after it") {
  const auto actor = vicar::start<awaiter>();
  const auto answer = actor.call<&awaiter::await>(vicar::make_ready_future(1));
  gate<int> pending;
  const auto suspended = actor.call<&awaiter::await>(pending.future);
  const auto stopped = actor.stop();
  CHECK(answer.get() == 1);
  CHECK(stopped.get());
  CHECK(error_text<actor_dead_error>([&] { suspended.get(); }) == containing("was suspended"));
}

TEST_CASE("a member that returns a future is flattened") {
  const log_capture quiet;
  const started<source> from;
  const started<awaiter> actor;
  const auto forward = [](awaiter&, vicar::actor_proxy<source> to, int number) { return to->add_one(number); };
  const future<int> answer = actor.proxy.call(forward, from.proxy, 4);
  CHECK(answer.get() == 5);
  const auto owned = [](awaiter&, vicar::actor_proxy<source> to) { return to->make(3); };
  const std::unique_ptr<int> made = actor.proxy.call(owned, from.proxy).get();
  CHECK(*made == 3);
  const auto failing = [](awaiter&, vicar::actor_proxy<source> to) { return to->fail(); };
  CHECK(error_text<std::runtime_error>([&] { actor.proxy.call(failing, from.proxy).get(); }) == "the source failed");
  const auto nothing = [](awaiter&, vicar::actor_proxy<source> to) { return to->nothing(); };
  actor.proxy.call(nothing, from.proxy).get();
  const auto empty = [](awaiter&) { return future<int>{}; };
  CHECK_THROWS_AS(actor.proxy.call(empty).get(), vicar::future_already_retrieved);

  // Of a future that is not ready; awaited by a task.
  gate<int> pending;
  const auto later = [](awaiter&, future<int> given) { return given; };
  const future<int> forwarded = actor.proxy.call(later, pending.future);
  const auto awaited = actor.proxy->await(forwarded);
  actor.proxy->note("other").get();
  CHECK_FALSE(forwarded.ready());
  pending.inside.set_value(6);
  CHECK(awaited.get() == 6);
  CHECK(forwarded.get() == 6);
}

namespace {

struct question {
  int number;
};
struct answering {
  task<int> on_receive(question asked) {
    const int number = asked.number;
    co_await vicar::next_turn();
    co_return number + 1;
  }
};

}  // namespace

TEST_CASE("ask and tell reach an on_receive that is a coroutine") {
  const started<answering> actor;
  CHECK(actor.ref.ask(question{3}).get() == 4);
  actor.ref.tell(question{3});
  CHECK(actor.ref.ask(question{4}).get() == 5);
}

namespace {

class counter {
 public:
  task<int> count(future<void> given) {
    ++value_;
    co_await given;
    co_return value_;
  }

 private:
  int value_ = 0;
};
struct holder {
  vicar::traversable<counter> inside;
  std::shared_ptr<vicar::traversable<counter>> shared = std::make_shared<vicar::traversable<counter>>();
  std::unique_ptr<vicar::traversable<counter>> loose = std::make_unique<vicar::traversable<counter>>();
  std::optional<vicar::traversable<counter>> optional = vicar::traversable<counter>{};
  void drop() {
    shared = nullptr;
    loose = nullptr;
  }
};

}  // namespace

VICAR_PROXY(counter, count)
VICAR_PROXY(holder, inside, shared, loose, optional, drop)

TEST_CASE("a task of a nested object keeps a shared object alive") {
  const started<holder> actor;
  gate<void> pending;
  const auto inside = actor.proxy->inside->count(pending.future);
  const auto shared = actor.proxy->shared->count(pending.future);
  actor.proxy->drop().get();
  pending.inside.set_value();
  CHECK(inside.get() == 1);
  CHECK(shared.get() == 1);
}

TEST_CASE("a task of a nested object that may go is refused") {
  const log_capture quiet;
  const started<holder> actor;
  const auto refused = [](const auto& nested) {
    return error_text<vicar::error>([&] { nested->count(vicar::make_ready_future()).get(); });
  };
  CHECK(refused(actor.proxy.at(&holder::loose)) == containing("vicar: ", "holder", "count", "loose", "shared_ptr"));
  CHECK(refused(actor.proxy.at(&holder::optional)) == containing("holder", "count", "optional"));
  actor.proxy->drop().get();
  CHECK_THROWS_AS(actor.proxy.at(&holder::loose)->count(vicar::make_ready_future()).get(), vicar::null_step_error);
  CHECK_THROWS_AS(actor.proxy.at(&holder::shared)->count(vicar::make_ready_future()).get(), vicar::null_step_error);
}

TEST_CASE("a fake answers a task with its value") {
  vicar::fake<awaiter> fake;
  fake.on<&awaiter::await>([] { return 9; });
  CHECK(fake.proxy()->await(future<int>{}).get() == 9);
  CHECK(fake.calls<&awaiter::await>() == 1);
}

TEST_CASE("a task that is neither awaited nor returned is reported, with actor and member") {
  const log_capture log;
  const started<awaiter> actor{vicar::options{.name = "careless"}};
  const auto dropped = [](awaiter& me) { static_cast<void>(me.await(vicar::make_ready_future(1))); };
  actor.proxy.call(dropped).get();
  CHECK(log.count(vicar::log_level::error, "A task was destroyed before it began, in careless") == 1);
  CHECK(actor.proxy->log().get().empty());

  // An exception explains it.
  const auto thrown = [](awaiter& me) {
    const auto kept = me.await(vicar::make_ready_future(1));
    throw std::runtime_error{"no"};
  };
  CHECK_THROWS_AS(actor.proxy.call(thrown).get(), std::runtime_error);
  CHECK(log.count(vicar::log_level::error, "A task was destroyed") == 1);
}

TEST_CASE("stats and the table of actors show suspended tasks, and what they wait for") {
  const started<awaiter> other{vicar::options{.name = "other"}};
  const started<awaiter> actor{vicar::options{.name = "waiting"}};
  gate<int> pending;
  const auto asked = other.proxy->await(pending.future);
  const auto answer = actor.proxy->await(asked);
  actor.proxy->note("begun").get();
  CHECK(actor.ref.stats().suspended == 1);
  CHECK(vicar::actor_table() == containing("suspended", "await", "other.await"));
  pending.inside.set_value(1);
  CHECK(answer.get() == 1);
  CHECK(actor.ref.stats().suspended == 0);
  CHECK(actor.ref.stats().processed == 2);
}

TEST_CASE("many tasks of one actor wait at once, and all are answered") {
  const started<source> from;
  const started<awaiter> actor;
  const auto work = [](awaiter&, vicar::actor_proxy<source> to, int number) -> task<int> {
    for (int i = 0; i < 20; ++i) number = co_await to->add_one(number);
    co_return number;
  };
  std::vector<future<int>> answers;
  for (int i = 0; i < 500; ++i) answers.push_back(actor.proxy.call(work, from.proxy, i));
  for (int i = 0; i < 500; ++i) REQUIRE(answers[static_cast<std::size_t>(i)].get() == i + 20);
}

TEST_CASE("a resumption needs no space in a bounded mailbox") {
  const started<awaiter> actor{vicar::options{.mailbox_capacity = 1}};
  gate<int> pending;
  const auto answer = actor.proxy->await(pending.future);
  gate<void> busy;
  actor.proxy->log().get();
  std::atomic<bool> running{false};
  const auto blocked = actor.proxy.call([given = busy.future, &running](awaiter&) {
    running = true;
    running.notify_all();
    given.wait();
  });
  running.wait(false);
  const auto pending_call = actor.proxy->log();  // now the mailbox is full
  pending.inside.set_value(2);
  busy.inside.set_value();
  CHECK(answer.get() == 2);
  CHECK(pending_call.get() == "begin ");
}

TEST_CASE("a full mailbox that drops its oldest message drops no resumption, and goes on accepting messages") {
  const started<awaiter> actor{vicar::options{.mailbox_capacity = 1, .on_overflow = vicar::overflow::drop_oldest}};
  gate<int> awaited;
  const future<int> answer = actor.proxy->await(awaited.future);
  while (actor.ref.stats().suspended == 0) std::this_thread::yield();
  std::latch blocked{1};
  std::latch end{1};
  actor.ref.defer([&](awaiter&) {
    blocked.count_down();
    end.wait();
  });
  blocked.wait();
  awaited.inside.set_value(3);  // the mailbox has the resumption, which does not count
  std::vector<future<std::string>> logs;
  for (int i = 0; i < 3; ++i) logs.push_back(actor.proxy->log());
  CHECK_THROWS_AS(logs[0].get(), vicar::mailbox_full_error);
  CHECK_THROWS_AS(logs[1].get(), vicar::mailbox_full_error);
  end.count_down();
  CHECK(answer.get() == 3);
  CHECK(logs[2].get() == "begin end ");
  CHECK(actor.ref.stats().dropped == 2);
}
