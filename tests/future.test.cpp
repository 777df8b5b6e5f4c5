// SPDX-License-Identifier: BSL-1.0
#include <vicar/future.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <latch>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stack>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/future_parts.hpp"
#include "support/threads.hpp"
#include "support/tracked.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::failure;
using support::fixed;
using support::joined_thread;
using support::on_threads;
using support::own_failure;
using support::tally;
using support::thrown_by;
using support::tracked;
using vicar::broken_promise;
using vicar::future;
using vicar::future_already_retrieved;
using vicar::make_failed_future;
using vicar::make_ready_future;
using vicar::promise;
using vicar::promise_already_satisfied;
using vicar::timeout_error;

namespace {

using timeout = std::optional<std::chrono::nanoseconds>;

template <class T>
concept rvalue_get_gives_reference = std::is_reference_v<decltype(std::declval<const future<T>>().get())>;

}  // namespace

TEST_CASE("a future returns the value that its promise was given") {
  promise<int> source;
  const future<int> answer = source.get_future();
  CHECK_FALSE(answer.ready());
  source.set_value(7);
  CHECK(answer.ready());
  CHECK(answer.get() == 7);
  CHECK(answer.get() == 7);
}

TEST_CASE("a future is read by many threads at once, which all see one object") {
  promise<std::string> source;
  const future<std::string> answer = source.get_future();
  std::array<const std::string*, 6> seen{};
  std::latch begun{static_cast<std::ptrdiff_t>(seen.size())};
  const joined_thread producer{[&] {
    begun.wait();
    source.set_value("one");
  }};
  on_threads(seen.size(), [&](std::size_t index) {
    const future<std::string> own = answer;
    begun.count_down();
    seen[index] = &own.get();
  });
  for (const std::string* each : seen) CHECK(each == &answer.get());
  CHECK(answer.get() == "one");
}

TEST_CASE("the reference that get returns is valid as long as any handle exists") {
  std::optional<future<std::string>> first = make_ready_future(std::string(100, 'x'));
  const future<std::string> second = *first;
  const std::string& value = first->get();
  first.reset();
  CHECK(value == std::string(100, 'x'));
  CHECK(&value == &second.get());
}

TEST_CASE("a reference cannot be got from a temporary future") {
  STATIC_REQUIRE_FALSE(fmt::is_formattable<future<int>>::value);  // test frameworks check this
  STATIC_REQUIRE_FALSE(rvalue_get_gives_reference<int>);
  STATIC_REQUIRE(std::same_as<decltype(make_ready_future(1).get()), int>);
  STATIC_REQUIRE(std::same_as<decltype(make_ready_future(1).get(1s)), int>);
  STATIC_REQUIRE(std::same_as<decltype(std::declval<future<int>&>().get()), const int&>);
  STATIC_REQUIRE(std::same_as<decltype(std::declval<future<int>&>().get(1s)), const int&>);
}

TEST_CASE("futures are equal when they share one answer") {
  const future<int> first = make_ready_future(1);
  const future<int> same = first;
  const future<int> other = make_ready_future(1);
  CHECK(first == same);
  CHECK(first != other);
  CHECK(future<int>{} == future<int>{});
  CHECK(first != future<int>{});
}

TEST_CASE("the last handle moves the value out, an earlier one copies it") {
  tally counts;
  future<tracked> first = make_ready_future(tracked{counts, 5});
  future<tracked> second = first;
  counts.copies = 0;
  counts.moves = 0;

  CHECK(std::move(first).get().value == 5);
  CHECK(counts.copies == 1);
  CHECK(counts.moves == 0);
  CHECK(std::move(second).get().value == 5);
  CHECK(counts.copies == 1);
  CHECK(counts.moves == 1);
  CHECK(counts.alive == 0);
}

TEST_CASE("a value whose class has an operator & of its own is destroyed, too") {
  struct evasive {
    std::shared_ptr<int> token;
    void operator&() const = delete;
  };
  const auto token = std::make_shared<int>(3);
  CHECK(make_ready_future(evasive{token}).get().token == token);
  CHECK(token.use_count() == 1);
}

TEST_CASE("taking the value with a timeout moves it out as well") {
  tally counts;
  future<tracked> only = make_ready_future(tracked{counts, 5});
  counts.moves = 0;
  CHECK(std::move(only).get(1s).value == 5);
  CHECK(counts.copies == 0);
  CHECK(counts.moves == 1);
}

TEST_CASE("the promise does not count as a handle of the value") {
  promise<std::unique_ptr<int>> source;
  future<std::unique_ptr<int>> answer = source.get_future();
  source.set_value(std::make_unique<int>(3));
  CHECK(*std::move(answer).get() == 3);
}

TEMPLATE_TEST_CASE("a promise returns no future whose value was moved out", "", std::unique_ptr<int>,
                   std::vector<int>) {
  promise<TestType> source;
  future<TestType> answer = source.get_future();
  source.set_value(TestType{});
  CHECK(answer == source.get_future());
  std::move(answer).get();
  for (int attempt = 0; attempt < 2; ++attempt) {
    CHECK(error_text<future_already_retrieved>([&] { static_cast<void>(source.get_future()); }) ==
          containing("vicar: the value of this promise was moved out", "call get_future earlier"));
  }
}

TEST_CASE("a promise keeps returning futures whose outcome cannot be moved out") {
  SECTION("a number") {
    promise<int> source;
    source.set_value(3);
    for (int attempt = 0; attempt < 3; ++attempt) CHECK(source.get_future().get() == 3);
  }
  SECTION("a copy") {
    promise<std::string> source;
    source.set_value("kept");
    const future<std::string> first = source.get_future();
    for (int attempt = 0; attempt < 3; ++attempt) CHECK(source.get_future().get() == "kept");
  }
  SECTION("an exception") {
    promise<std::string> source;
    source.set_exception(std::make_exception_ptr(std::out_of_range{"too far"}));
    for (int attempt = 0; attempt < 3; ++attempt) {
      CHECK(error_text<std::out_of_range>([&] { source.get_future().get(); }) == "too far");
    }
  }
}

TEMPLATE_TEST_CASE("a container of move-only elements is moved", "", std::vector<std::unique_ptr<int>>,
                   std::list<std::vector<std::unique_ptr<int>>>, (std::map<int, std::unique_ptr<int>>),
                   (std::map<int, std::list<std::unique_ptr<int>>>), std::optional<std::vector<std::unique_ptr<int>>>,
                   (std::array<std::vector<std::unique_ptr<int>>, 2>), std::stack<std::unique_ptr<int>>,
                   (std::pair<int, std::vector<std::unique_ptr<int>>>),
                   (std::tuple<int, std::vector<std::unique_ptr<int>>>),
                   (std::variant<int, std::vector<std::unique_ptr<int>>>)) {
  STATIC_REQUIRE(std::is_copy_constructible_v<TestType>);
  STATIC_REQUIRE_FALSE(vicar::detail::copyable<TestType>);
  promise<TestType> source;
  future<TestType> first = source.get_future();
  source.set_value(TestType{});
  {
    const future<TestType> second = first;
    CHECK_THROWS_AS(std::move(first).get(), future_already_retrieved);
    static_cast<void>(second.get());
  }
  static_cast<void>(std::move(first).get());
}

TEST_CASE("a type that shares its elements, or can copy them, is copyable") {
  struct tree : std::vector<tree> {};
  struct named_tree {
    using value_type = std::pair<const int, named_tree>;
    value_type* begin();
  };
  struct undefined;
  struct handle {
    using value_type = undefined;
    int* begin();
  };
  using pointers = std::vector<std::unique_ptr<int>>;
  STATIC_REQUIRE(vicar::detail::copyable<std::map<int, std::vector<std::string>>>);
  STATIC_REQUIRE(vicar::detail::copyable<std::vector<bool>>);
  STATIC_REQUIRE(vicar::detail::copyable<tree>);
  STATIC_REQUIRE(vicar::detail::copyable<named_tree>);
  STATIC_REQUIRE(vicar::detail::copyable<handle>);
  STATIC_REQUIRE(vicar::detail::copyable<std::shared_ptr<pointers>>);
  STATIC_REQUIRE(vicar::detail::copyable<future<pointers>>);
  STATIC_REQUIRE(vicar::detail::copyable<std::vector<future<pointers>>>);
  STATIC_REQUIRE(vicar::detail::copyable<std::span<std::unique_ptr<int>>>);
  STATIC_REQUIRE(vicar::detail::copyable<pointers::iterator>);
}

TEST_CASE("a move-only value cannot be taken while there is another handle") {
  future<std::unique_ptr<int>> first = make_ready_future(std::make_unique<int>(3));
  {
    const future<std::unique_ptr<int>> second = first;
    CHECK(error_text<future_already_retrieved>([&] { return std::move(first).get(); }) ==
          containing("vicar: ", "can only be moved", "another handle"));
    CHECK(error_text<future_already_retrieved>([&] { return std::move(first).get(1s); }) ==
          containing("another handle"));
    CHECK(*second.get() == 3);
  }
  SECTION("and can be taken once that one is destroyed") { CHECK(*std::move(first).get() == 3); }
  SECTION("and stays readable by reference") { CHECK(*first.get() == 3); }
}

TEST_CASE("a handle keeps its value when copying it out fails") {
  tally counts;
  future<tracked> first = make_ready_future(tracked{counts, 5});
  const future<tracked> second = first;
  counts.copy_throws = true;
  CHECK(error_text<std::runtime_error>([&] { return std::move(first).get(); }) == "the copy failed");
  counts.copy_throws = false;
  CHECK(first == second);
  CHECK(std::move(first).get().value == 5);
}

TEST_CASE("every operation of an empty handle throws") {
  const auto refused = [](const future<std::vector<int>>& empty) {
    const future<std::vector<int>> good = make_ready_future(std::vector<int>{1});
    const auto refuses = [](auto action) {
      CHECK(error_text<future_already_retrieved>(action) == containing("vicar: this future was moved from"));
    };
    refuses([&] { empty.get(); });
    refuses([&] { empty.get(1s); });
    refuses([&] { future{empty}.get(); });
    refuses([&] { future{empty}.get(1s); });
    refuses([&] { return empty.ready(); });
    refuses([&] { empty.wait(); });
    refuses([&] { return empty.wait_for(1s); });
    refuses([&] { return empty.wait_until(std::chrono::steady_clock::now()); });
    refuses([&] { return empty.map([](const std::vector<int>&) { return 1; }); });
    refuses([&] { return empty.filter([](int) { return true; }); });
    refuses([&] { return empty.reduce(std::plus<>{}); });
    refuses([&] { return empty.reduce(std::plus<>{}, 0); });
    refuses([&] { return empty.join(good); });
    refuses([&] { return good.join(empty); });
    refuses([&] { return vicar::get_all(std::vector{good, empty}); });
  };
  SECTION("when it was made without one") { refused({}); }
  SECTION("when it was moved from") {
    future<std::vector<int>> from = make_ready_future(std::vector<int>{1});
    const future<std::vector<int>> to = std::move(from);
    refused(from);  // NOLINT(bugprone-use-after-move)
    CHECK(to.ready());
  }
  SECTION("when its value was taken") {
    future<std::vector<int>> taken = make_ready_future(std::vector<int>{1});
    CHECK(std::move(taken).get().size() == 1);
    refused(taken);  // NOLINT(bugprone-use-after-move)
  }
}

TEST_CASE("a failed future throws the same exception object each time") {
  SECTION("of a standard class") {
    const std::exception_ptr stored = failure("broken");
    const future<int> failed = make_failed_future<int>(stored);
    CHECK(failed.ready());
    CHECK(thrown_by([&] { return failed.get(); }) == stored);
    CHECK(thrown_by([&] { return failed.get(1s); }) == stored);
    CHECK(thrown_by([&] { return future{failed}.get(); }) == stored);
    CHECK(error_text<std::runtime_error>([&] { return failed.get(); }) == "broken");
  }
  SECTION("of a class that is not a std::exception") {
    const future<void> failed = make_failed_future<void>(std::make_exception_ptr(own_failure{42}));
    const auto code = [&] {
      try {
        failed.get();
      } catch (const own_failure& caught) {
        return caught.code;
      }
      return 0;
    };
    CHECK(code() == 42);
    CHECK(code() == 42);
  }
  SECTION("by the handle that throws it, which is not emptied") {
    future<int> failed = make_failed_future<int>(failure("broken"));
    CHECK_THROWS_AS(std::move(failed).get(), std::runtime_error);
    CHECK_THROWS_AS(std::move(failed).get(), std::runtime_error);
  }
}

TEST_CASE("a promise stores the exception that is being handled") {
  promise<int> source;
  std::exception_ptr handled;
  try {
    throw std::out_of_range{"far"};
  } catch (...) {
    handled = std::current_exception();
    source.set_exception();
  }
  CHECK(thrown_by([&] { return source.get_future().get(); }) == handled);
}

TEST_CASE("a promise destroyed without an answer leaves broken_promise") {
  future<int> answer;
  SECTION("when it is destroyed") {
    const promise<int> source;
    answer = source.get_future();
    CHECK_FALSE(answer.ready());
  }
  SECTION("when it is assigned over") {
    promise<int> source;
    promise<int> next;
    answer = source.get_future();
    const future<int> later = next.get_future();
    source = std::move(next);
    CHECK(answer.ready());
    CHECK_FALSE(later.ready());
    CHECK_THROWS_AS(next.set_value(1), promise_already_satisfied);  // NOLINT(bugprone-use-after-move)
    source.set_value(2);
    CHECK(later.get() == 2);
  }
  CHECK(error_text<broken_promise>([&] { return answer.get(); }) ==
        containing("vicar: the promise was destroyed without an answer", "set_value"));
}

TEST_CASE("a promise whose future was dropped can still be kept") {
  promise<std::string> source;
  static_cast<void>(source.get_future());
  source.set_value("kept");
  CHECK(source.get_future().get() == "kept");
}

TEST_CASE("a second answer is refused and the first one stays") {
  const auto refuses = [](promise<int>& source) {
    const auto refused = [](auto action) {
      CHECK(error_text<promise_already_satisfied>(action) ==
            containing("vicar: this promise already has its value, exception or hook"));
    };
    refused([&] { source.set_value(2); });
    refused([&] { source.set_exception(failure("second")); });
    refused([&] { source.set_get_hook([](timeout) { return 3; }); });
  };
  promise<int> source;
  const future<int> answer = source.get_future();
  SECTION("after a value") {
    source.set_value(1);
    refuses(source);
    CHECK(answer.get() == 1);
  }
  SECTION("after an exception") {
    source.set_exception(failure("first"));
    refuses(source);
    CHECK(error_text<std::runtime_error>([&] { return answer.get(); }) == "first");
  }
  SECTION("after a hook") {
    source.set_get_hook([](timeout) { return 4; });
    refuses(source);
    CHECK(answer.get() == 4);
    refuses(source);
    CHECK(answer.get() == 4);
  }
}

TEST_CASE("of many threads that keep one promise, exactly one succeeds") {
  for (int round = 0; round < 200; ++round) {
    promise<int> source;
    std::atomic<int> accepted{0};
    std::atomic<int> winner{-1};
    on_threads(3, [&](std::size_t index) {
      try {
        if (index == 2)
          source.set_exception(std::make_exception_ptr(own_failure{2}));
        else
          source.set_value(static_cast<int>(index));
        ++accepted;
        winner = static_cast<int>(index);
      } catch (const promise_already_satisfied&) {
      }
    });
    CHECK(accepted == 1);
    int seen = -1;
    try {
      seen = source.get_future().get();
    } catch (const own_failure& caught) {
      seen = caught.code;
    }
    CHECK(seen == winner);
  }
}

TEST_CASE("a promise that was moved from refuses everything") {
  promise<int> from;
  const future<int> answer = from.get_future();
  promise<int> to = std::move(from);
  const auto refused = [](auto action) {
    CHECK(error_text<promise_already_satisfied>(action) == containing("vicar: this promise was moved from"));
  };
  refused([&] { from.set_value(1); });  // NOLINT(bugprone-use-after-move)
  refused([&] { from.set_exception(failure("no")); });
  refused([&] { from.set_get_hook([](timeout) { return 1; }); });
  refused([&] { return from.get_future(); });
  to.set_value(2);
  CHECK(answer.get() == 2);
}

TEST_CASE("a value that cannot be stored leaves the promise as it was") {
  tally counts;
  const tracked value{counts, 6};
  promise<tracked> source;
  const future<tracked> answer = source.get_future();
  counts.copy_throws = true;
  CHECK(error_text<std::runtime_error>([&] { source.set_value(value); }) == "the copy failed");
  CHECK_FALSE(answer.ready());
  counts.copy_throws = false;
  source.set_value(value);
  CHECK(answer.get().value == 6);
}

/// Too large for registers. Throws when it is written.
struct wide {
  explicit wide(bool fail) {
    numbers.fill(7);
    if (fail) throw std::runtime_error{"no"};
  }
  std::array<int, 8> numbers{};
};

TEST_CASE("a value is accepted after one that threw on another thread") {
  // The flag orders nothing: ThreadSanitizer sees whether the promise does.
  std::atomic<bool> failed{false};
  promise<wide> given;
  auto taken = given.get_future();
  const joined_thread first{[&] {
    try {
      given.set_value(true);
    } catch (const std::runtime_error&) {
      failed.store(true, std::memory_order_relaxed);
    }
  }};
  while (!failed.load(std::memory_order_relaxed)) std::this_thread::yield();
  given.set_value(false);
  CHECK(taken.get().numbers.front() == 7);
}

TEST_CASE("a promise converts its value") {
  SECTION("from another type") {
    promise<std::string> source;
    source.set_value("text");
    CHECK(source.get_future().get() == "text");
  }
  SECTION("from braces") {
    promise<std::vector<int>> source;
    source.set_value({1, 2, 3});
    CHECK(source.get_future().get() == std::vector{1, 2, 3});
  }
  SECTION("into a class that can be neither copied nor moved") {
    promise<fixed> source;
    const future<fixed> answer = source.get_future();
    source.set_value(8);
    CHECK(answer.get().value == 8);
  }
  SECTION("and moves an rvalue") {
    tally counts;
    promise<tracked> source;
    source.set_value(tracked{counts, 1});
    CHECK(counts.copies == 0);
    CHECK(counts.moves == 1);
  }
}

TEST_CASE("the value is destroyed with the last handle") {
  tally counts;
  {
    std::optional<promise<tracked>> source{std::in_place};
    std::optional<future<tracked>> first = source->get_future();
    std::optional<future<tracked>> second = *first;
    source->set_value(tracked{counts});
    first.reset();
    source.reset();
    CHECK(counts.alive == 1);
    second.reset();
    CHECK(counts.alive == 0);
  }
  {
    promise<tracked> source;
    source.set_value(tracked{counts});
    CHECK(counts.alive == 1);
  }
  CHECK(counts.alive == 0);
}

TEST_CASE("a future without a value is ready when its promise is kept") {
  promise<void> source;
  future<void> done = source.get_future();
  CHECK_THROWS_AS(done.get(0s), timeout_error);
  CHECK_THROWS_AS(std::move(done).get(0s), timeout_error);
  source.set_value();
  done.get();
  done.get(0s);
  std::move(done).get(0s);
  make_ready_future().get();
  STATIC_REQUIRE(std::same_as<decltype(make_ready_future()), future<void>>);
  CHECK_THROWS_AS(make_failed_future<void>(failure("no")).get(), std::runtime_error);
}

TEST_CASE("a ready future decays its value") {
  STATIC_REQUIRE(std::same_as<decltype(make_ready_future("text")), future<const char*>>);
  tally counts;
  const tracked value{counts, 1};
  const future<tracked> copied = make_ready_future(value);
  CHECK(counts.copies == 1);
  const future<tracked> moved = make_ready_future(tracked{counts, 2});
  CHECK(counts.copies == 1);
  CHECK(copied.get().value == 1);
  CHECK(moved.get().value == 2);
}

TEST_CASE("the value may be taken from several handles of one future at once") {
  for (int round = 0; round < 200; ++round) {
    future<std::string> answer = make_ready_future(std::string(40, 'v'));
    std::array<future<std::string>, 3> handles{answer, answer, std::move(answer)};
    std::array<std::string, 3> taken;
    on_threads(3, [&](std::size_t index) { taken[index] = std::move(handles[index]).get(); });
    for (const std::string& each : taken) CHECK(each == std::string(40, 'v'));
  }
}

TEST_CASE("a move-only value is taken by exactly one of several threads, or by none") {
  for (int round = 0; round < 200; ++round) {
    future<std::unique_ptr<int>> answer = make_ready_future(std::make_unique<int>(5));
    std::array<future<std::unique_ptr<int>>, 2> handles{answer, std::move(answer)};
    std::atomic<int> taken{0};
    on_threads(2, [&](std::size_t index) {
      const future<std::unique_ptr<int>> other;
      try {
        if (*std::move(handles[index]).get() == 5) ++taken;
      } catch (const future_already_retrieved&) {
        handles[index] = other;
      }
    });
    CHECK(taken <= 1);
    for (const auto& each : handles) CHECK(each == future<std::unique_ptr<int>>{});
  }
}
