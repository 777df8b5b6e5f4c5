// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <exception>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <vicar/detail/futures/state.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/started.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::started;
using support::thrown_by;
using vicar::future;
using vicar::make_ready_future;
using vicar::promise;
using vicar::promise_already_satisfied;
using vicar::timeout_error;

namespace {

using numbers = std::vector<int>;
using timeout = std::optional<std::chrono::nanoseconds>;

bool is_odd(int number) { return number % 2 != 0; }
int minus(int left, int right) { return left - right; }
int sum_of(const numbers& all) { return std::accumulate(all.begin(), all.end(), 0); }

std::exception_ptr failure(const char* text) { return std::make_exception_ptr(std::runtime_error{text}); }

/// A future whose hook stores the timeout that it was called with.
future<numbers> telling_limit(timeout& asked_with) {
  return future<numbers>::from_hook([&asked_with](timeout left) {
    asked_with = left;
    return numbers{1, 2, 3};
  });
}

/// Checks that the timeout of `get` reaches the sources of the result of `combine`.
template <class Combine>
void passes_limit_on(Combine combine) {
  const promise<numbers> pending;
  CHECK_THROWS_AS(combine(pending.get_future()).get(0s), timeout_error);
  timeout asked_with;
  combine(telling_limit(asked_with)).get(1h);
  REQUIRE(asked_with.has_value());
  CHECK(*asked_with <= 1h);
  combine(telling_limit(asked_with)).get();
  CHECK_FALSE(asked_with.has_value());
}

}  // namespace

TEST_CASE("an answer cannot be set twice, be it a value or an exception") {
  promise<int> source;
  const future<int> answer = source.get_future();
  const auto refuses = [&] {
    CHECK_THROWS_AS(source.set_value(2), promise_already_satisfied);
    CHECK_THROWS_AS(source.set_exception(failure("second")), promise_already_satisfied);
  };
  SECTION("value") {
    source.set_value(1);
    refuses();
    CHECK(answer.get() == 1);
  }
  SECTION("exception") {
    source.set_exception(failure("first"));
    refuses();
    CHECK(error_text<std::runtime_error>([&] { return answer.get(); }) == "first");
  }
}

TEST_CASE("get_all waits for all within one deadline, can time out, and can be called again") {
  SECTION("waits for all") {
    std::array<promise<int>, 3> sources;
    std::vector<future<int>> answers;
    for (const auto& each : sources) answers.push_back(each.get_future());
    sources[2].set_value(3);
    sources[0].set_value(1);
    CHECK_THROWS_AS(vicar::get_all(answers, 0s), timeout_error);
    CHECK(error_text<timeout_error>([&] { return vicar::get_all(answers, 1ms); }) == containing("within 0.001 s"));
    sources[1].set_value(2);
    CHECK(vicar::get_all(answers) == numbers{1, 2, 3});
    CHECK(vicar::get_all(answers, 0s) == numbers{1, 2, 3});
  }
  SECTION("within one deadline") {
    using clock = std::chrono::steady_clock;
    timeout first;
    timeout second;
    const std::array<future<int>, 2> answers{future<int>::from_hook([&](timeout left) {
                                               first = left;
                                               for (const auto until = clock::now() + 20ms; clock::now() < until;) {
                                               }
                                               return 1;
                                             }),
                                             future<int>::from_hook([&](timeout left) {
                                               second = left;
                                               return 2;
                                             })};
    CHECK(vicar::get_all(answers, 1h) == numbers{1, 2});
    REQUIRE(first.has_value());
    REQUIRE(second.has_value());
    CHECK(*first <= 1h);
    CHECK(*second <= *first - 20ms);  // the second gets the rest of the first one's timeout
  }
}

namespace {

struct librarian {
  std::exception_ptr thrown;

  int on_receive(future<void> until) const {
    until.get();
    return 7;
  }
  /// Delegates the work to another future.
  future<int> look_up() { return vicar::self(*this).call(&librarian::page); }
  int page() { return 394; }
  void fail() {
    try {
      try {
        throw std::out_of_range{"no such page"};
      } catch (...) {
        std::throw_with_nested(std::runtime_error{"no such book"});
      }
    } catch (...) {
      thrown = std::current_exception();
      throw;
    }
  }
};

}  // namespace

TEST_CASE("a future inside a future is got twice, and the one that a method returns once") {
  const future<future<int>> outer = make_ready_future(make_ready_future(1));
  CHECK(outer.get().get() == 1);

  const started<librarian> actor;
  const auto looked_up = actor.ref.call<&librarian::look_up>();
  STATIC_REQUIRE(std::same_as<decltype(looked_up), const future<int>>);
  CHECK(looked_up.get() == 394);
  CHECK(actor.ref.call<&librarian::look_up>().get(1h) == 394);
}

TEST_CASE("get rethrows the very exception that was thrown, with all that is nested in it") {
  const started<librarian> actor;
  const auto answer = actor.ref.call<&librarian::fail>();
  const std::exception_ptr caught = thrown_by([&] { answer.get(); });
  REQUIRE(caught != nullptr);
  CHECK(caught == actor.ref.get<&librarian::thrown>().get());
  CHECK(thrown_by([&] { answer.get(); }) == caught);
  CHECK(error_text<std::out_of_range>([&] {
          try {
            answer.get();
          } catch (const std::runtime_error& outer) {
            CHECK(outer.what() == std::string{"no such book"});
            std::rethrow_if_nested(outer);
          }
        }) == "no such page");
}

namespace {

/// A waiter, as a coroutine that awaits the answer will be.
struct resumption : vicar::detail::waiter {
  explicit resumption(const future<int>& awaited) : waiter{&resume}, answer{awaited} {}

  static void resume(waiter& self) noexcept {
    auto& whole = static_cast<resumption&>(self);
    ++whole.runs;
    whole.seen = whole.answer.ready() ? whole.answer.get() : -1;
    whole.ran_on = std::this_thread::get_id();
  }
  void attach() { vicar::detail::future_access::handle(answer).state().attach(*this); }

  const future<int> answer;
  int runs = 0;
  int seen = 0;
  std::thread::id ran_on;
};

}  // namespace

TEST_CASE("an awaited answer resumes its waiter once") {
  SECTION("while it is pending") {
    const auto ref = vicar::start<librarian>();
    promise<void> until;
    resumption awaiting{ref.ask(until.get_future())};
    awaiting.attach();
    CHECK(awaiting.runs == 0);
    until.set_value();
    CHECK(awaiting.answer.get() == 7);
    ref.stop().get();  // its thread is done with the waiter
    CHECK(awaiting.runs == 1);
    CHECK(awaiting.seen == 7);
    CHECK(awaiting.ran_on != std::this_thread::get_id());
  }
  SECTION("when it is there already") {
    resumption awaiting{make_ready_future(5)};
    awaiting.attach();
    CHECK(awaiting.runs == 1);
    CHECK(awaiting.seen == 5);
    CHECK(awaiting.ran_on == std::this_thread::get_id());
  }
}

TEST_CASE("a get hook is called once, also for an empty result, and takes the place of an answer") {
  SECTION("called once") {
    int calls = 0;
    const auto hook = [&](timeout) { return ++calls; };
    const auto of_future = future<int>::from_hook(hook);
    promise<int> source;
    source.set_get_hook(hook);
    const auto of_promise = source.get_future();
    CHECK(calls == 0);
    CHECK(of_future.get() == 1);
    CHECK(of_future.get() == 1);
    CHECK(of_promise.get() == 2);
    CHECK(of_promise.get() == 2);
    CHECK(calls == 2);
  }
  SECTION("called once for an empty result") {
    int calls = 0;
    const auto no_value = future<std::optional<int>>::from_hook([&](timeout) { return ++calls, std::nullopt; });
    CHECK(no_value.get() == std::nullopt);
    CHECK(no_value.get() == std::nullopt);
    CHECK(calls == 1);
    const auto no_object = future<std::shared_ptr<int>>::from_hook([&](timeout) { return ++calls, nullptr; });
    CHECK(no_object.get() == nullptr);
    CHECK(no_object.get() == nullptr);
    CHECK(calls == 2);
    const auto nothing = future<void>::from_hook([&](timeout) { ++calls; });
    nothing.get();
    nothing.get();
    CHECK(calls == 3);
  }
  SECTION("set after hook, exception after hook") {
    promise<int> source;
    source.set_get_hook([](timeout) { return 1; });
    CHECK_THROWS_AS(source.set_value(2), promise_already_satisfied);
    CHECK_THROWS_AS(source.set_exception(failure("late")), promise_already_satisfied);
    CHECK(source.get_future().get() == 1);
    CHECK_THROWS_AS(source.set_value(2), promise_already_satisfied);
    CHECK_THROWS_AS(source.set_exception(failure("late")), promise_already_satisfied);
    CHECK(source.get_future().get() == 1);
  }
  SECTION("hook after set") {
    promise<int> source;
    source.set_value(1);
    CHECK_THROWS_AS(source.set_get_hook([](timeout) { return 2; }), promise_already_satisfied);
    CHECK(source.get_future().get() == 1);
    promise<int> failed;
    failed.set_exception(failure("first"));
    CHECK_THROWS_AS(failed.set_get_hook([](timeout) { return 2; }), promise_already_satisfied);
    CHECK(error_text<std::runtime_error>([&] { failed.get_future().get(); }) == "first");
  }
}

TEST_CASE("filter keeps the matching items, passes the timeout on and reuses its result") {
  SECTION("keeps the matching items") {
    CHECK(make_ready_future(numbers{1, 2, 3, 4, 5}).filter(is_odd).get() == numbers{1, 3, 5});
    CHECK(make_ready_future(numbers{2, 4}).filter(is_odd).get().empty());
    CHECK(make_ready_future(numbers{}).filter(is_odd).get().empty());
  }
  SECTION("passes the timeout on") {
    passes_limit_on([](const future<numbers>& source) { return source.filter(is_odd); });
  }
  SECTION("reuses its result") {
    int calls = 0;
    const auto odd = make_ready_future(numbers{1, 2, 3}).filter([&](int number) { return ++calls, is_odd(number); });
    CHECK(odd.get() == numbers{1, 3});
    CHECK(odd.get() == numbers{1, 3});
    CHECK(calls == 3);
  }
}

TEST_CASE("join combines the answers in their order and passes the timeout on") {
  SECTION("of one type into a vector") {
    promise<int> first;
    promise<int> second;
    promise<int> third;
    const auto joined = first.get_future().join(second.get_future(), third.get_future());
    STATIC_REQUIRE(std::same_as<decltype(joined), const future<std::vector<int>>>);
    third.set_value(3);
    first.set_value(1);
    CHECK_THROWS_AS(joined.get(0s), timeout_error);
    second.set_value(2);
    CHECK(joined.get() == numbers{1, 2, 3});
  }
  SECTION("of different types into a tuple") {
    const auto joined = make_ready_future(1).join(make_ready_future(std::string{"two"}), make_ready_future(3.0));
    STATIC_REQUIRE(std::same_as<decltype(joined), const future<std::tuple<int, std::string, double>>>);
    CHECK(joined.get() == std::tuple{1, std::string{"two"}, 3.0});
  }
  SECTION("passes the timeout on") {
    passes_limit_on([](const future<numbers>& source) { return source.join(make_ready_future(numbers{4})); });
    passes_limit_on([](const future<numbers>& source) { return make_ready_future(std::string{}).join(source); });
  }
}

TEST_CASE("map gets the whole value, not each item, passes the timeout on and reuses its result") {
  SECTION("of a single value") {
    CHECK(make_ready_future(30).map([](int number) { return number + 10; }).get() == 40);
  }
  SECTION("of a map") {
    const std::map<std::string, int> prices{{"tea", 3}, {"cake", 5}};
    const auto answer = make_ready_future(prices);
    CHECK(answer.map([](const std::map<std::string, int>& whole) { return whole; }).get() == prices);
    CHECK(answer.map([](const std::map<std::string, int>& whole) { return whole.at("cake"); }).get() == 5);
  }
  SECTION("of a range") {
    const auto answer = make_ready_future(numbers{10, 20, 30});
    CHECK(answer.map([](const numbers& whole) { return whole.size(); }).get() == 3);
    CHECK(answer.map(sum_of).get() == 60);
  }
  SECTION("passes the timeout on") {
    passes_limit_on([](const future<numbers>& source) { return source.map(sum_of); });
  }
  SECTION("reuses its result") {
    int calls = 0;
    const auto mapped = make_ready_future(30).map([&](int number) { return ++calls, number + 10; });
    CHECK(mapped.get() == 40);
    CHECK(mapped.get() == 40);
    CHECK(calls == 1);
  }
}

TEST_CASE("reduce goes from the left, with an initial value or without, passes the timeout on and reuses its result") {
  const auto answer = make_ready_future(numbers{10, 20, 30});
  SECTION("from the left") { CHECK(answer.reduce(minus).get() == (10 - 20) - 30); }
  SECTION("with an initial value") {
    CHECK(answer.reduce(minus, 5).get() == ((5 - 10) - 20) - 30);
    CHECK(answer.reduce([](std::string text, int number) { return text + std::to_string(number); }, std::string{"="})
              .get() == "=102030");
  }
  SECTION("of an empty range") {
    const auto empty = make_ready_future(numbers{});
    CHECK(empty.reduce(minus, 13).get() == 13);
    CHECK(error_text<std::invalid_argument>([&] { return empty.reduce(minus).get(); }) ==
          containing("vicar: reduce of an empty range"));
  }
  SECTION("passes the timeout on") {
    passes_limit_on([](const future<numbers>& source) { return source.reduce(minus); });
    passes_limit_on([](const future<numbers>& source) { return source.reduce(minus, 1); });
  }
  SECTION("reuses its result") {
    int calls = 0;
    const auto counted = answer.reduce([&](int left, int right) { return ++calls, left + right; });
    CHECK(counted.get() == 60);
    CHECK(counted.get() == 60);
    CHECK(calls == 2);
  }
}
