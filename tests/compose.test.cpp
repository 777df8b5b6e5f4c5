// SPDX-License-Identifier: BSL-1.0
// What continues when futures are ready: on an actor, on an executor, in another coroutine, on a waiting thread.
#include <vicar/compose.hpp>

#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/tasks.hpp"
#include "support/threads.hpp"
#include "support/tracked.hpp"

using support::awaiter;
using support::containing;
using support::error_text;
using support::gate;
using support::joined_thread;
using support::log_capture;
using support::source;
using support::started;
using support::tally;
using support::thrown_by;
using support::tracked;
using vicar::actor_dead_error;
using vicar::future;
using vicar::make_failed_future;
using vicar::make_ready_future;
using vicar::task;

namespace {

/// An executor whose functions run when the test says so.
class queue {
  struct contents {
    std::mutex mutex;
    std::deque<std::function<void()>> waiting;
    bool refuses = false;
  };

 public:
  class executor {
   public:
    template <class Function>
    void execute(Function function) const {
      const std::lock_guard lock{inside_->mutex};
      if (inside_->refuses) throw std::runtime_error{"the queue is closed"};
      inside_->waiting.emplace_back(std::move(function));
    }

   private:
    friend queue;
    explicit executor(std::shared_ptr<contents> inside) : inside_{std::move(inside)} {}
    std::shared_ptr<contents> inside_;
  };

  executor get() const { return executor{inside_}; }
  std::size_t size() const {
    const std::lock_guard lock{inside_->mutex};
    return inside_->waiting.size();
  }
  void close() const {
    const std::lock_guard lock{inside_->mutex};
    inside_->refuses = true;
  }
  /// Runs the oldest function; there is one.
  void run_one() const {
    std::function<void()> next;
    {
      const std::lock_guard lock{inside_->mutex};
      next = std::move(inside_->waiting.front());
      inside_->waiting.pop_front();
    }
    next();
  }

 private:
  std::shared_ptr<contents> inside_ = std::make_shared<contents>();
};

class sink {
 public:
  int add(int value) { return sum_ += value; }
  task<int> add_later(int value) {
    co_await vicar::next_turn();
    co_return sum_ += value;
  }
  future<int> add_elsewhere(int value) { return make_ready_future(sum_ += value); }
  void note() { ++notes_; }
  void failed(const std::exception_ptr& failure) { failure_ = vicar::exception_text(failure); }
  int sum() const { return sum_; }
  int notes() const { return notes_; }
  std::string failure() const { return failure_; }
  std::thread::id thread() const { return std::this_thread::get_id(); }

 private:
  int sum_ = 0;
  int notes_ = 0;
  std::string failure_;
};

}  // namespace

VICAR_PROXY(sink, add, add_later, add_elsewhere, note, failed, sum, notes, failure, thread)

TEST_CASE("then runs its function on the actor's thread, and gives a future of its result") {
  const started<source> from;
  const started<sink> place;
  const auto home = place.proxy->thread().get();
  const future<int> added = from.proxy->add_one(3).then(place.proxy, [](sink& me, int value) { return me.add(value); });
  CHECK(added.get() == 4);
  const auto ran_on = from.proxy->add_one(3).then(place.ref, [](int) { return std::this_thread::get_id(); });
  CHECK(ran_on.get() == home);
  const future<void> nothing = from.proxy->nothing().then(place.ref, [](sink& me) { me.note(); });
  nothing.get();
  CHECK(place.proxy->notes().get() == 1);
}

TEST_CASE("the function of then is called as the first that fits") {
  const log_capture quiet;
  const started<source> from;
  const started<sink> place;
  const auto failed = [&] { return from.proxy->fail(); };
  CHECK(make_ready_future(1).then(place.ref, [](sink&, const future<int>& given) { return given.get() + 1; }).get() ==
        2);
  CHECK(make_ready_future(1).then(place.ref, [](const future<int>& given) { return given.get() + 2; }).get() == 3);
  CHECK(make_ready_future(1).then(place.ref, [](sink&, int value) { return value + 3; }).get() == 4);
  CHECK(make_ready_future(1).then(place.ref, [](int value) { return value + 4; }).get() == 5);
  CHECK(make_ready_future().then(place.ref, [] { return 6; }).get() == 6);
  CHECK(failed().then(place.ref, [](const future<int>& given) { return static_cast<bool>(given.exception()); }).get());

  bool ran = false;
  const auto passed = failed().then(place.ref, [&](int) { ran = true; });
  CHECK(error_text<std::runtime_error>([&] { passed.get(); }) == "the source failed");
  CHECK_FALSE(ran);
}

TEST_CASE("then moves the value if the future is an rvalue and the last handle") {
  const started<source> from;
  const started<sink> place;
  CHECK(*from.proxy->make(4).then(place.ref, [](sink&, std::unique_ptr<int> value) { return value; }).get() == 4);

  const auto shared = from.proxy->add_one(1);
  CHECK(shared.then(place.ref, [](int value) { return value; }).get() == 2);
  CHECK(shared.get() == 2);
}

TEST_CASE("then flattens a task and a future that its function returns") {
  const started<source> from;
  const started<sink> place;
  const future<int> by_task =
      from.proxy->add_one(3).then(place.ref, [](sink& me, int value) { return me.add_later(value); });
  CHECK(by_task.get() == 4);
  const future<int> by_future =
      from.proxy->add_one(3).then(place.ref, [](sink& me, int value) { return me.add_elsewhere(value); });
  CHECK(by_future.get() == 8);
}

TEST_CASE("the functions added to one future run in that order, and each once") {
  const started<sink> place;
  gate<int> pending;
  std::vector<int> order;
  std::vector<future<void>> done;
  for (int i = 0; i < 100; ++i) {
    done.push_back(pending.future.then(place.ref, [&order, i](int) { order.push_back(i); }));
  }
  pending.inside.set_value(1);
  for (const auto& each : done) each.get();
  REQUIRE(order.size() == 100);
  for (int i = 0; i < 100; ++i) REQUIRE(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("a chain of then of any length needs no deep stack") {
  const started<sink> place;
  gate<int> pending;
  future<int> last = pending.future;
  for (int i = 0; i < 20000; ++i) last = std::move(last).then(place.ref, [](int value) { return value + 1; });
  pending.inside.set_value(0);
  CHECK(last.get() == 20000);
}

TEST_CASE("then needs no space in the actor's mailbox") {
  const started<sink> place{vicar::options{.mailbox_capacity = 1}};
  std::vector<future<int>> all;
  for (int i = 0; i < 100; ++i) all.push_back(make_ready_future(1).then(place.ref, [](int value) { return value; }));
  for (const auto& each : all) CHECK(each.get() == 1);
}

TEST_CASE("if the actor of then ends, the future carries actor_dead_error, and the function is destroyed there") {
  tally counts;
  gate<int> pending;
  const auto place = vicar::start<sink>();
  const auto answer = pending.future.then(place, [kept = tracked{counts}](int value) { return value + kept.value; });
  place.call<&sink::sum>().get();
  CHECK(counts.alive == 1);
  CHECK(place.stop().get());
  CHECK(counts.alive == 0);
  CHECK(error_text<actor_dead_error>([&] { answer.get(); }) == containing("sink", "then"));
  pending.inside.set_value(1);

  const auto late = make_ready_future(1).then(place, [kept = tracked{counts}](int) {});
  CHECK(counts.alive == 0);
  CHECK(error_text<actor_dead_error>([&] { late.get(); }) == containing("sink", "then"));
}

TEST_CASE("then on an executor posts its function, also if the future is ready") {
  const queue executor;
  bool ran = false;
  const future<int> answer = make_ready_future(3).then(executor.get(), [&](int value) {
    ran = true;
    return value + 1;
  });
  CHECK_FALSE(ran);
  REQUIRE(executor.size() == 1);
  executor.run_one();
  CHECK(answer.get() == 4);

  gate<int> pending;
  const auto owned = pending.future.map([](int value) { return std::make_unique<int>(value); })
                         .then(executor.get(), [](std::unique_ptr<int> value) { return *value + 1; });
  CHECK(executor.size() == 0);
  pending.inside.set_value(4);
  executor.run_one();
  CHECK(owned.get() == 5);

  const auto failing = make_ready_future().then(executor.get(), [] { throw std::runtime_error{"there"}; });
  executor.run_one();
  CHECK(error_text<std::runtime_error>([&] { failing.get(); }) == "there");
}

TEST_CASE("an executor that refuses a function makes then fail") {
  const queue executor;
  gate<int> pending;
  const auto answer = pending.future.then(executor.get(), [](int value) { return value; });
  executor.close();
  pending.inside.set_value(1);
  CHECK(error_text<std::runtime_error>([&] { answer.get(); }) == "the queue is closed");
}

TEST_CASE("pipe_to passes the value on to a member") {
  const started<source> from;
  const started<sink> place;
  gate<int> pending;
  pending.future.pipe_to(place.proxy->add);
  CHECK(place.proxy->sum().get() == 0);
  pending.inside.set_value(2);
  from.proxy->add_one(3).pipe_to<&sink::add_later>(place.ref);
  make_ready_future().pipe_to(place.proxy->note);
  while (place.proxy->sum().get() != 6 || place.proxy->notes().get() != 1) std::this_thread::yield();
}

TEST_CASE("a failure that is piped counts as one of the member, or goes to another one") {
  const log_capture log;
  const started<sink> place;
  make_failed_future<int>(std::make_exception_ptr(std::runtime_error{"no value"}))
      .pipe_to<&sink::add, &sink::failed>(place.proxy);
  while (place.proxy->failure().get().empty()) std::this_thread::yield();
  CHECK(place.proxy->failure().get() == containing("no value"));

  const auto ending = vicar::start<sink>();
  gate<int> pending;
  pending.future.pipe_to<&sink::add>(ending);
  pending.inside.set_exception(std::make_exception_ptr(std::runtime_error{"no value"}));
  while (ending.is_alive()) std::this_thread::yield();
  ending.stop().wait();
  CHECK(log.count(vicar::log_level::error, "add") == 1);
  CHECK(error_text<actor_dead_error>([&] { make_ready_future(1).pipe_to<&sink::add>(ending); }) ==
        containing("sink", "add"));
}

TEST_CASE("exception gives the exception without throwing it, or null") {
  const started<source> from;
  CHECK_FALSE(from.proxy->add_one(1).exception());
  const log_capture log;
  const std::exception_ptr failure = from.proxy->fail().exception();
  REQUIRE(failure);
  CHECK(error_text<std::runtime_error>([&] { std::rethrow_exception(failure); }) == "the source failed");
  CHECK(log.count(vicar::log_level::warning, "dropped unread") == 0);
  CHECK(make_ready_future(1).map([](int) -> int { throw std::runtime_error{"mapped"}; }).exception());
}

TEST_CASE("when_all gives the futures once all are ready, whatever their outcome") {
  const log_capture quiet;
  const started<source> from;
  gate<int> pending;
  const auto all = vicar::when_all(from.proxy->add_one(1), pending.future, from.proxy->fail());
  CHECK_FALSE(all.ready());
  pending.inside.set_value(5);
  const auto& [first, second, third] = all.get();
  CHECK(first.ready());
  CHECK(first.get() + second.get() == 7);
  CHECK(third.exception());

  std::vector<future<int>> many;
  for (int i = 0; i < 100; ++i) many.push_back(from.proxy->add_one(i));
  int sum = 0;
  for (const auto& each : vicar::when_all(std::move(many)).get()) sum += each.get();
  CHECK(sum == 5050);
  CHECK(vicar::when_all(std::vector<future<int>>{}).get().empty());
  CHECK(std::tuple_size_v<std::remove_cvref_t<decltype(vicar::when_all().get())>> == 0);
}

TEST_CASE("when_any gives the index of the first that is ready; the others stay readable") {
  gate<int> slow;
  gate<std::string> fast;
  const auto any = vicar::when_any(slow.future, fast.future);
  CHECK_FALSE(any.ready());
  fast.inside.set_value("fast");
  CHECK(any.get() == 1);
  slow.inside.set_value(3);
  CHECK(slow.future.get() == 3);
  CHECK(any.get() == 1);
  CHECK(vicar::when_any(std::vector{make_failed_future<int>(std::make_exception_ptr(1)), slow.future}).get() == 0);
  CHECK_THROWS_AS(vicar::when_any(std::vector<future<int>>{}), vicar::error);
}

TEST_CASE("a chain of when_any of any length needs no deep stack") {
  gate<int> first;
  future<std::size_t> any = vicar::when_any(first.future);
  for (int i = 0; i < 50'000; ++i) any = vicar::when_any(any);
  first.inside.set_value(1);
  CHECK(any.get() == 0);
}

TEST_CASE("race gives the first value, and the first failure only if all fail") {
  gate<int> slow;
  gate<int> failing;
  gate<int> fast;
  const auto won = vicar::race(slow.future, failing.future, fast.future);
  failing.inside.set_exception(std::make_exception_ptr(std::runtime_error{"not this one"}));
  CHECK_FALSE(won.ready());
  fast.inside.set_value(3);
  CHECK(won.get() == 3);
  slow.inside.set_value(1);
  CHECK(won.get() == 3);

  gate<int> first;
  gate<int> second;
  const auto lost = vicar::race(first.future, second.future);
  second.inside.set_exception(std::make_exception_ptr(std::runtime_error{"second"}));
  first.inside.set_exception(std::make_exception_ptr(std::runtime_error{"first"}));
  CHECK(error_text<std::runtime_error>([&] { lost.get(); }) == "first");

  const started<source> from;
  CHECK(*vicar::race(from.proxy->make(4), from.proxy->make(4)).get() == 4);
  CHECK_THROWS_AS(vicar::race(std::vector<future<int>>{}), vicar::error);
}

TEST_CASE("sync_wait runs a task on this thread, and blocks until it has ended") {
  const log_capture quiet;
  const started<source> from;
  const auto here = std::this_thread::get_id();
  const auto work = [here](vicar::actor_proxy<source> to) -> task<int> {
    int value = 0;
    for (int i = 0; i < 100; ++i) {
      value = co_await to->add_one(value);
      if (std::this_thread::get_id() != here) co_return -1;
    }
    co_await vicar::next_turn();
    co_return value;
  };
  CHECK(vicar::sync_wait(work(from.proxy)) == 100);
  const auto failing = [](vicar::actor_proxy<source> to) -> task<> { static_cast<void>(co_await to->fail()); };
  CHECK(error_text<std::runtime_error>([&] { vicar::sync_wait(failing(from.proxy)); }) == "the source failed");

  const started<sink> actor;
  const auto inside = [&](sink&) { return error_text<vicar::error>([&] { vicar::sync_wait(work(from.proxy)); }); };
  CHECK(actor.proxy.call(inside).get() == containing("vicar: sync_wait was called on an actor's thread", "co_await"));
}

TEST_CASE("sync_wait is woken by another thread") {
  gate<int> pending;
  support::sleeper asleep;
  joined_thread other{[&] {
    asleep.wait_until_asleep();
    pending.inside.set_value(4);
  }};
  const auto work = [&](future<int> given) -> task<int> {
    asleep.here();
    co_return co_await given;
  };
  CHECK(vicar::sync_wait(work(pending.future)) == 4);
}

namespace {

/// A coroutine that is not a task, and begins at once.
struct foreign {
  struct promise_type {
    foreign get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    static std::suspend_never initial_suspend() { return {}; }
    static std::suspend_always final_suspend() noexcept { return {}; }
    static void return_void() {}
    static void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};
foreign add_to(int& sum, future<int> given, queue::executor place) { sum += co_await given.on(place); }

}  // namespace

TEST_CASE("co_await f.on(executor) resumes a coroutine that is not a task there") {
  const queue executor;
  gate<int> pending;
  int sum = 0;
  const foreign waiting = add_to(sum, pending.future, executor.get());
  CHECK(executor.size() == 0);
  pending.inside.set_value(3);
  CHECK(sum == 0);
  executor.run_one();
  CHECK(sum == 3);
  CHECK(waiting.handle.done());
  waiting.handle.destroy();
}

TEST_CASE("a coroutine that is destroyed while it awaits on an executor is not resumed") {
  const queue executor;
  gate<int> pending;
  int sum = 0;
  const foreign waiting = add_to(sum, pending.future, executor.get());
  const foreign posted = add_to(sum, pending.future, executor.get());
  waiting.handle.destroy();
  pending.inside.set_value(3);
  REQUIRE(executor.size() == 2);
  posted.handle.destroy();
  executor.run_one();
  executor.run_one();
  CHECK(sum == 0);
}
