// SPDX-License-Identifier: BSL-1.0
// Each allocation of coroutines and of what continues after futures fails in turn, on the sender's and on the actor's
// thread: there is one outcome, std::bad_alloc or success, and nothing leaks.
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <latch>
#include <list>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <vicar/compose.hpp>
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/faults.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/tracked.hpp"

using support::at_every_allocation;
using support::at_every_allocation_there;
using support::failing_allocation;
using support::leaves_no_memory;
using support::log_capture;
using support::moment;
using support::needs_no_memory;
using support::started;
using support::tally;
using support::tracked;
using vicar::future;
using vicar::make_ready_future;
using vicar::promise;
using vicar::task;

namespace {

/// The outcome of a future.
enum class answer { value, bad_alloc, other };
template <class T>
answer answer_of(const future<T>& asked) {
  try {
    static_cast<void>(asked.get());
    return answer::value;
  } catch (const std::bad_alloc&) {
    return answer::bad_alloc;
  } catch (...) {
    return answer::other;
  }
}
answer expected_if(bool short_of_memory) { return short_of_memory ? answer::bad_alloc : answer::value; }

struct text_message {
  explicit text_message(std::string given) : text{std::move(given)} {}
  std::string text;
};
struct large {
  explicit large(tally& counts) : counted{counts} {}
  tracked counted;
  char more[500] = {};
};

/// Lies in a shared object, which its coroutines keep alive.
struct part {
  task<int> await(future<int> given) { co_return co_await given; }
};

class subject {
 public:
  void begin(moment when) { when.begin(); }
  int add_one(int value) const { return value + 1; }
  task<int> await(const tracked&, future<int> given) { co_return co_await given; }
  task<int> await_large(const large&, future<int> given) { co_return co_await given; }
  future<int> pass_on(future<int> given) { return given; }
  task<int> on_receive(text_message sent) {
    co_await vicar::next_turn();
    co_return static_cast<int>(sent.text.size());
  }
  task<int> run(moment when, std::function<task<int>(subject&)> work) {
    when.begin();
    co_return co_await work(*this);
  }
  void take(int value) { taken_ += value; }
  task<> take_later(int value) {
    co_await vicar::next_turn();
    taken_ += value;
  }
  void failed(const std::exception_ptr&) { ++failures_; }
  int taken() const { return taken_; }
  int failures() const { return failures_; }
  std::shared_ptr<vicar::traversable<part>> nested = std::make_shared<vicar::traversable<part>>();

 private:
  int taken_ = 0;
  int failures_ = 0;
};

}  // namespace

VICAR_PROXY(part, await)
VICAR_PROXY(subject, begin, add_one, await, take, nested)

namespace {

/// An executor whose functions run when the test says so. Posting allocates.
class queue {
 public:
  class executor {
   public:
    explicit executor(std::list<std::function<void()>>& waiting) : waiting_{&waiting} {}
    template <class Function>
    void execute(Function function) const {
      waiting_->emplace_back(std::move(function));
    }

   private:
    std::list<std::function<void()>>* waiting_;
  };

  executor get() { return executor{waiting_}; }
  std::size_t size() const { return waiting_.size(); }
  void run() {
    for (; !waiting_.empty(); waiting_.pop_front()) waiting_.front()();
  }

 private:
  std::list<std::function<void()>> waiting_;
};

// Its thread is new, so its pools are empty.
constexpr vicar::options fresh{.thread = vicar::own_thread};

/// Whether a call of a coroutine, after one of `begin`, is suspended or has ended.
bool has_begun(const vicar::actor_ref<subject>& actor) {
  const vicar::actor_stats now = actor.stats();
  return now.suspended != 0 || now.processed == 2;
}
/// Calls `send(actor, pending, moment)`, whose answer needs `pending`; each allocation fails on the actor's thread once
/// `moment.begin()` was called there. `pending` gets its value when a call is suspended. Without memory to post a
/// message of its own, a coroutine goes on all the same.
template <class Send>
void answered_at_every_allocation(Send send) {
  const log_capture quiet;
  at_every_allocation_there([&](moment when) -> std::function<void()> {
    const auto actor = std::make_shared<started<subject>>(fresh);
    promise<int> inside;
    const future<int> asked = send(*actor, inside.get_future(), when);
    while (!asked.ready() && !has_begun(actor->ref)) std::this_thread::yield();
    inside.set_value(6);
    asked.wait();
    const answer outcome = answer_of(asked);
    CHECK((outcome == answer::value || outcome == answer::bad_alloc));
    CHECK((outcome == answer::value || when.which->happened()));
    return [actor] { CHECK(actor->proxy->add_one(1).get() == 2); };
  });
}

}  // namespace

TEST_CASE("a coroutine that cannot begin or be suspended for lack of memory is answered with bad_alloc") {
  tally counts;
  const auto answered = [&](auto call) {
    answered_at_every_allocation([&](const started<subject>& actor, const future<int>& pending, moment when) {
      actor.proxy->begin(when).get();
      return call(actor.proxy, pending);
    });
    CHECK(counts.alive == 0);
  };
  using proxy = vicar::actor_proxy<subject>;
  answered([&](const proxy& to, const future<int>& pending) { return to->await(tracked{counts}, pending); });
  answered([&](const proxy& to, const future<int>& pending) {
    return to.call(&subject::await_large, large{counts}, pending);
  });
  answered([&](const proxy& to, const future<int>& pending) { return to->nested->await(pending); });
  answered([&](const proxy& to, const future<int>& pending) {
    const auto work = [captured = tracked{counts}](subject& me, future<int> given) -> task<int> {
      co_return co_await me.await(captured, given);
    };
    return to.call(work, pending);
  });
  answered([](const proxy& to, const future<int>&) { return to.ref().ask(text_message{std::string(100, 'x')}); });
  answered([](const proxy& to, const future<int>& pending) { return to.call<&subject::pass_on>(pending); });
}

TEST_CASE("a coroutine that is deferred without memory ends the actor, as any deferred call") {
  const log_capture quiet{vicar::log_level::off};
  tally counts;
  at_every_allocation_there([&](moment when) -> std::function<void()> {
    const auto actor = vicar::start<subject>(fresh);
    promise<int> inside;
    actor.call<&subject::begin>(when).get();
    actor.defer<&subject::await>(tracked{counts}, inside.get_future());
    while (actor.is_alive() && actor.stats().suspended == 0) std::this_thread::yield();
    CHECK(actor.is_alive() != when.which->happened());
    return [actor, &counts] {
      actor.stop().wait();
      CHECK(counts.alive == 0);
    };
  });
}

TEST_CASE("what a coroutine does without memory throws bad_alloc there, and the next one works") {
  const started<subject> other;
  using work = std::function<task<int>(subject&, future<int>)>;
  const auto answered = [](const work& body) {
    answered_at_every_allocation([&](const started<subject>& actor, const future<int>& pending, moment when) {
      return actor.ref.call<&subject::run>(when, [&body, pending](subject& me) { return body(me, pending); });
    });
  };
  // Also after a resumption.
  answered([](subject&, future<int> pending) -> task<int> {
    const int first = co_await pending;
    co_await vicar::next_turn();
    const auto late =
        pending.map([](int value) { return std::string(100, 'x').size() + static_cast<std::size_t>(value); });
    const std::size_t second = co_await late;
    co_return first + static_cast<int>(second);
  });
  answered([](subject& me, future<int> pending) -> task<int> {
    tally counts;
    const tracked kept{counts};
    const int value = co_await me.await(kept, std::move(pending));
    co_return value + 1;
  });
  answered([to = other.proxy](subject&, future<int>) -> task<int> { co_return co_await to->add_one(1); });
  answered([to = other.proxy](subject&, future<int>) -> task<int> {
    auto asked = to->add_one(1);
    co_return co_await vicar::exclusively(std::move(asked));
  });
  answered([](subject&, future<int> pending) -> task<int> {
    auto all = vicar::when_all(pending, make_ready_future(1));
    const auto ready = co_await std::move(all);
    co_return std::get<0>(ready).get();
  });
  answered([](subject&, future<int> pending) -> task<int> {
    const promise<int> in_vain;
    const std::size_t first = co_await vicar::when_any(in_vain.get_future(), pending);
    co_return static_cast<int>(first);
  });
  answered([](subject&, future<int> pending) -> task<int> {
    const promise<int> in_vain;
    co_return co_await vicar::race(in_vain.get_future(), std::move(pending));
  });
  answered([](subject& me, future<int> pending) -> task<int> {
    const std::string kept(100, 'x');
    const auto continued =
        pending.then(vicar::self(me), [kept](subject& again, int value) { return again.add_one(value); });
    co_return co_await continued;
  });
}

TEST_CASE("a loop over ready futures goes on without memory to handle other messages") {
  at_every_allocation_there([](moment when) -> std::function<void()> {
    const started<subject> actor{fresh};
    const auto loop = [when](subject& me) -> task<int> {
      const future<int> ready = make_ready_future(1);
      when.begin();
      int sum = 0;
      for (int i = 0; i < 200; ++i) sum += co_await ready;
      co_return me.add_one(sum);
    };
    CHECK(actor.proxy.call(loop).get() == 201);
    return [] {};
  });
}

TEST_CASE("a resumption needs no memory, whichever thread sends it") {
  constexpr std::size_t half = 100;
  const started<subject> actor;
  const started<subject> producer;
  tally counts;
  std::vector<promise<int>> inside(2 * half);
  std::vector<future<int>> asked;
  for (const promise<int>& each : inside) {
    asked.push_back(actor.proxy->await(tracked{counts}, each.get_future()));
    asked.push_back(each.get_future().then(actor.ref, [kept = tracked{counts}](int value) { return value; }));
  }
  actor.proxy->add_one(1).get();
  CHECK(actor.ref.stats().suspended == asked.size());
  std::latch open{1};
  const auto blocked = actor.proxy.call([&](subject&) { open.wait(); });
  const auto resume_without_memory = [&](std::size_t first) {
    const failing_allocation none{0, true};
    try {  // until the memory of the mailbox is full
      for (;;) actor.ref.defer<&subject::add_one>(1);
    } catch (const std::bad_alloc&) {
    }
    for (std::size_t i = first; i < first + half; ++i) inside[i].set_value(1);
  };
  support::on_fresh_thread([&] { resume_without_memory(0); });
  producer.proxy.call([&](subject&) { resume_without_memory(half); }).get();
  open.count_down();
  int sum = 0;
  for (const auto& each : asked) sum += each.get();
  CHECK(sum == static_cast<int>(asked.size()));
  CHECK(counts.alive == 0);
}

namespace {

/// A continuation needs no memory in the mailbox of its actor.
template <class Attempt>
bool sent_or_refused(const Attempt& now) {
  return now.returned() || (now.short_of_memory && now.threw_bad_alloc());
}

}  // namespace

TEST_CASE("calls of coroutines and continuations are sent, or throw bad_alloc and leave nothing behind") {
  const log_capture quiet;
  const started<subject> actor;
  tally counts;
  promise<int> inside;
  const future<int> pending = inside.get_future();
  const auto outcomes = [&](auto operation) {
    std::vector<decltype(operation())> answers;
    at_every_allocation(operation, [&](auto& now) {
      REQUIRE(sent_or_refused(now));
      if (now.returned()) answers.push_back(std::move(*now.result));
    });
    for (const auto& each : answers) CHECK_FALSE(each.ready());
    CHECK(answers.size() >= 2);
    return answers;
  };
  const auto& to = actor.proxy;
  const auto by_name = outcomes([&] { return to->await(tracked{counts}, pending); });
  const auto by_lambda = outcomes([&] {
    return to.call([captured = tracked{counts}](subject& me, future<int> given) { return me.await(captured, given); },
                   pending);
  });
  const auto large_ones = outcomes([&] { return to.call(&subject::await_large, large{counts}, pending); });
  const auto nested = outcomes([&] { return to->nested->await(pending); });
  const auto thens = outcomes([&] {
    return pending.then(to, [captured = tracked{counts}](subject& me, int value) { return me.add_one(value); });
  });
  const auto flattened = outcomes([&] {
    return pending.then(actor.ref, [captured = tracked{counts}](subject& me, int value) {
      return me.await(captured, make_ready_future(value));
    });
  });
  queue executor;
  const auto posted = outcomes(
      [&] { return pending.then(executor.get(), [captured = tracked{counts}](int value) { return value + 1; }); });
  inside.set_value(6);
  const auto all_give = [](const std::vector<future<int>>& answers, int value) {
    for (const auto& each : answers) CHECK(each.get() == value);
  };
  executor.run();
  for (const auto* each : {&by_name, &by_lambda, &large_ones, &nested, &flattened}) all_give(*each, 6);
  for (const auto* each : {&thens, &posted}) all_give(*each, 7);
  CHECK(counts.alive == 0);
  at_every_allocation([&] { return actor.ref.ask(text_message{std::string(100, 'x')}).get(); });
}

TEST_CASE("deferred coroutines and pipe_to are sent, or throw bad_alloc and leave nothing behind") {
  const started<subject> actor;
  int expected = 0;
  const auto sent = [&](auto operation) {
    at_every_allocation(operation, [&](const auto& now) {
      REQUIRE(sent_or_refused(now));
      if (now.returned()) ++expected;
    });
  };
  promise<int> inside;
  const future<int> pending = inside.get_future();
  sent([&] { actor.ref.defer<&subject::take_later>(1); });
  sent([&] { pending.pipe_to(actor.proxy->take); });
  sent([&] { pending.pipe_to<&subject::take>(actor.ref); });
  sent([&] { pending.pipe_to<&subject::take_later, &subject::failed>(actor.ref); });
  inside.set_value(1);
  do actor.proxy->add_one(1).get();
  while (actor.ref.stats().suspended != 0);
  CHECK(actor.ref.call<&subject::taken>().get() == expected);
}

TEST_CASE("a continuation that an actor cannot run for lack of memory carries bad_alloc") {
  tally counts;
  const log_capture quiet{vicar::log_level::off};
  answered_at_every_allocation([&](const started<subject>& actor, const future<int>& pending, moment when) {
    actor.proxy->begin(when).get();
    return pending.then(actor.ref, [captured = tracked{counts}](subject& me, const future<int>& given) {
      return me.await(captured, given);
    });
  });
  CHECK(counts.alive == 0);
  // Piped, it ends the actor, as a deferred call would.
  at_every_allocation_there([&](moment when) -> std::function<void()> {
    const auto actor = vicar::start<subject>(fresh);
    promise<int> inside;
    actor.call<&subject::begin>(when).get();
    inside.get_future().pipe_to<&subject::take_later>(actor);
    while (actor.is_alive() && actor.stats().suspended == 0) std::this_thread::yield();
    inside.set_value(1);
    return [actor, when] {
      const auto taken = actor.call<&subject::taken>();
      actor.stop().wait();
      if (answer_of(taken) != answer::value) CHECK(when.which->happened());
    };
  });
}

TEST_CASE("a continuation that an executor cannot queue for lack of memory carries bad_alloc") {
  leaves_no_memory([] {
    tally counts;
    queue executor;
    promise<int> inside;
    future<int> asked;
    const auto prepare = [&] {
      inside = {};
      asked = inside.get_future().then(executor.get(), [captured = tracked{counts}](int value) { return value + 1; });
    };
    prepare();
    at_every_allocation([&] { inside.set_value(6); },
                        [&](const auto& now) {
                          REQUIRE(now.returned());
                          executor.run();
                          REQUIRE(asked.ready());
                          CHECK(answer_of(asked) == expected_if(now.short_of_memory));
                          CHECK(counts.alive == 0);
                          prepare();
                        });
    inside = {};
    executor.run();
  });
}

TEST_CASE("futures of several futures are made, or throw bad_alloc and leave the sources readable") {
  leaves_no_memory([] {
    promise<int> inside;
    const promise<int> in_vain;
    const future<int> first = in_vain.get_future();
    const future<int> second = inside.get_future();
    const std::vector<future<int>> both{first, second};
    std::vector<future<std::size_t>> indices;
    std::vector<future<int>> values;
    std::vector<future<std::vector<future<int>>>> lists;
    const auto made = [](auto operation, auto& results) {
      at_every_allocation(operation, [&](auto& now) {
        REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
        if (!now.returned()) return;
        CHECK_FALSE(now.result->ready());
        results.push_back(std::move(*now.result));
      });
    };
    made([&] { return vicar::when_any(first, second); }, indices);
    made([&] { return vicar::when_any(both); }, indices);
    made([&] { return vicar::race(first, second); }, values);
    made([&] { return vicar::race(both); }, values);
    made([&] { return vicar::when_all(std::vector{second, second}); }, lists);
    std::vector<future<std::tuple<future<int>, future<int>>>> tuples;
    made([&] { return vicar::when_all(second, second); }, tuples);
    inside.set_value(6);
    for (const auto& each : indices) CHECK(each.get() == 1);
    for (const auto& each : values) CHECK(each.get() == 6);
    for (const auto& each : lists) CHECK(each.get().back().get() == 6);
    for (const auto& each : tuples) CHECK(std::get<1>(each.get()).get() == 6);
    CHECK(indices.size() + values.size() + lists.size() + tuples.size() >= 6);
  });
}

TEST_CASE("a race or a when_all whose value cannot be made for lack of memory carries bad_alloc") {
  leaves_no_memory([] {
    promise<int> inside;
    future<int> raced;
    const auto prepare = [&] {
      inside = {};
      raced = vicar::race(inside.get_future(), inside.get_future());
    };
    prepare();
    at_every_allocation([&] { inside.set_value(6); },
                        [&](const auto& now) {
                          REQUIRE(now.returned());
                          REQUIRE(raced.ready());
                          CHECK(answer_of(raced) == expected_if(now.short_of_memory));
                          prepare();
                        });
  });
}

TEST_CASE("sync_wait gives the value, or throws bad_alloc") {
  const log_capture log;
  const started<subject> actor;
  tally counts;
  const auto inner = [](tracked, future<int> given) -> task<int> {
    co_await vicar::next_turn();
    co_return co_await given;
  };
  const auto work = [&](vicar::actor_proxy<subject> to) -> task<int> {
    const tracked kept{counts};
    const future<int> first = to->await(tracked{counts}, make_ready_future(1));
    task<int> second = inner(tracked{counts}, to->add_one(co_await first));
    co_return co_await std::move(second);
  };
  at_every_allocation([&] { return vicar::sync_wait(work(actor.proxy)); },
                      [&](const auto& now) {
                        REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                        if (now.returned()) CHECK(*now.result == 2);
                      });
  actor.proxy->add_one(1).get();
  CHECK(counts.alive == 0);
  CHECK(log.count(vicar::log_level::error, "A task was destroyed before it began") == 0);
}

namespace {

/// A coroutine that is not a task, and begins at once.
class foreign {
 public:
  struct promise_type {
    std::exception_ptr failure;
    foreign get_return_object() { return foreign{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    static std::suspend_never initial_suspend() { return {}; }
    static std::suspend_always final_suspend() noexcept { return {}; }
    static void return_void() {}
    void unhandled_exception() { failure = std::current_exception(); }
  };

  foreign(foreign&& other) noexcept : handle_{std::exchange(other.handle_, nullptr)} {}
  foreign& operator=(foreign&&) = delete;
  ~foreign() {
    if (handle_) handle_.destroy();
  }
  bool done() const { return handle_.done(); }
  /// Throws what it has thrown.
  foreign check() && {
    if (handle_.promise().failure) std::rethrow_exception(handle_.promise().failure);
    return std::move(*this);
  }

 private:
  explicit foreign(std::coroutine_handle<promise_type> handle) : handle_{handle} {}
  std::coroutine_handle<promise_type> handle_;
};
foreign add_to(int& sum, future<int> given, queue::executor place) { sum += co_await given.on(place); }

}  // namespace

TEST_CASE("co_await f.on(executor) throws bad_alloc without memory to wait, and is not resumed then") {
  leaves_no_memory([] {
    queue executor;
    promise<int> inside;
    int sum = 0;
    std::vector<foreign> waiting;
    at_every_allocation([&] { return add_to(sum, inside.get_future(), executor.get()).check(); },
                        [&](auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (now.returned()) waiting.push_back(std::move(*now.result));
                        });
    inside.set_value(3);
    CHECK(executor.size() == waiting.size());
    executor.run();
    CHECK(sum == 3 * static_cast<int>(waiting.size()));
    for (const foreign& each : waiting) CHECK(each.done());
  });
}

TEST_CASE("exception gives what get throws without memory, and a value that cannot be made is bad_alloc") {
  const std::exception_ptr failure = std::make_exception_ptr(std::runtime_error{"it failed"});
  const future<int> failed = vicar::make_failed_future<int>(failure);
  const future<int> ready = make_ready_future(3);
  needs_no_memory([&] {
    if (failed.exception() != failure || ready.exception()) throw std::logic_error{"another exception"};
  });
  leaves_no_memory([&] {
    future<std::string> made;
    const auto prepare = [&] { made = ready.map([](int) { return std::string(100, 'x'); }); };
    prepare();
    at_every_allocation([&] { return made.exception(); },
                        [&](const auto& now) {
                          REQUIRE(now.returned());
                          CHECK((*now.result != nullptr) == now.short_of_memory);
                          CHECK(answer_of(made) == expected_if(now.short_of_memory));
                          prepare();
                        });
  });
}

namespace {

/// Has more steps than a search for what is pending keeps without memory.
future<int> long_chain(future<int> from) {
  for (int i = 0; i < 12; ++i) from = std::move(from).map([](int value) { return value + 1; });
  return from;
}

}  // namespace

TEST_CASE("what waits for a long chain of futures does not go on too early for lack of memory") {
  promise<int> inside;
  const future<int> chain = long_chain(inside.get_future());
  queue executor;
  long refused = 0;
  const auto waits_or_fails = [&](auto operation) {
    at_every_allocation(operation, [&](const auto& now) {
      if (now.threw_bad_alloc() || (now.result->ready() && answer_of(*now.result) == answer::bad_alloc))
        ++refused;
      else
        CHECK_FALSE(now.result->ready());
    });
  };
  waits_or_fails([&] { return vicar::when_any(chain, chain); });
  waits_or_fails([&] { return vicar::race(chain, chain); });
  waits_or_fails([&] {
    const auto answer = chain.then(executor.get(), [](int value) { return value; });
    executor.run();
    return answer;
  });
  CHECK(executor.size() == 0);
  CHECK(refused > 0);
  inside.set_value(1);
  executor.run();
}

TEST_CASE("an actor stays free for others while a coroutine looks without memory for what is pending next") {
  at_every_allocation_there([](moment when) -> std::function<void()> {
    const started<subject> actor{fresh};
    promise<int> first;
    promise<int> second;
    const auto joined = first.get_future().join(long_chain(second.get_future()));
    const auto work = [](subject&, future<std::vector<int>> given) -> task<> { static_cast<void>(co_await given); };
    const auto asked = actor.proxy.call(work, joined);
    actor.proxy->begin(when).get();
    first.set_value(1);
    CHECK(actor.proxy->add_one(1).wait_for(std::chrono::seconds{20}));
    second.set_value(2);
    asked.wait();
    const answer outcome = answer_of(asked);
    CHECK((outcome == answer::value || (outcome == answer::bad_alloc && when.which->happened())));
    return [] {};
  });
}
