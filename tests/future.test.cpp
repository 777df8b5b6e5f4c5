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
#include <mutex>
#include <optional>
#include <ranges>
#include <set>
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
#include "support/threads.hpp"
#include "support/tracked.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::joined_thread;
using support::on_threads;
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

using limit = std::optional<std::chrono::nanoseconds>;

/// Can be made from an int, and neither copied nor moved.
struct fixed {
  explicit fixed(int number) : value{number} {}
  fixed(const fixed&) = delete;
  fixed& operator=(const fixed&) = delete;
  int value;
};

struct own_failure {
  int code;
};

std::exception_ptr failure(const char* text) { return std::make_exception_ptr(std::runtime_error{text}); }

template <class T>
concept rvalue_get_gives_reference = std::is_reference_v<decltype(std::declval<const future<T>>().get())>;

}  // namespace

TEST_CASE("a future gives the value that its promise was given") {
  promise<int> source;
  const future<int> answer = source.get_future();
  CHECK_FALSE(answer.ready());
  source.set_value(7);
  CHECK(answer.ready());
  CHECK(answer.get() == 7);
  CHECK(answer.get() == 7);
}

TEST_CASE("a future blocks until another thread gives the value") {
  for (int round = 0; round < 200; ++round) {
    promise<std::string> source;
    const future<std::string> answer = source.get_future();
    std::latch asked{1};
    const joined_thread producer{[&] {
      asked.wait();
      source.set_value("late");
    }};
    CHECK_FALSE(answer.ready());
    asked.count_down();
    CHECK(answer.get() == "late");
  }
}

TEST_CASE("a reader that sleeps is woken by a value, an exception, a hook and a promise that goes") {
  enum class way { value, exception, hook, gone };
  for (const way each : {way::value, way::exception, way::hook, way::gone}) {
    for (const bool limited : {false, true}) {
      std::optional<promise<int>> source{std::in_place};
      const future<int> answer = source->get_future();
      support::sleeper reader;
      int seen = 0;
      {
        const joined_thread reading{[&] {
          reader.here();
          try {
            seen = limited ? answer.get(1h) : answer.get();
          } catch (const std::runtime_error&) {
            seen = -1;
          }
        }};
        reader.wait_until_asleep();
        if (each == way::value) source->set_value(1);
        if (each == way::exception) source->set_exception(failure("woken"));
        if (each == way::hook) source->set_get_hook([](limit) { return 1; });
        if (each == way::gone) source.reset();
      }
      CHECK(seen == (each == way::value || each == way::hook ? 1 : -1));
    }
  }
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

TEST_CASE("the reference that get gives lives as long as some handle does") {
  std::optional<future<std::string>> first = make_ready_future(std::string(100, 'x'));
  const future<std::string> second = *first;
  const std::string& value = first->get();
  first.reset();
  CHECK(value == std::string(100, 'x'));
  CHECK(&value == &second.get());
}

TEST_CASE("a reference cannot be got from a temporary future") {
  STATIC_REQUIRE_FALSE(fmt::is_formattable<future<int>>::value);  // test frameworks ask
  STATIC_REQUIRE_FALSE(rvalue_get_gives_reference<int>);
  STATIC_REQUIRE(std::same_as<decltype(make_ready_future(1).get()), int>);
  STATIC_REQUIRE(std::same_as<decltype(make_ready_future(1).get(1s)), int>);
  STATIC_REQUIRE(std::same_as<decltype(std::declval<future<int>&>().get()), const int&>);
  STATIC_REQUIRE(std::same_as<decltype(std::declval<future<int>&>().get(1s)), const int&>);
}

TEST_CASE("futures are equal when they share one answer") {
  const future<int> one = make_ready_future(1);
  const future<int> same = one;
  const future<int> other = make_ready_future(1);
  CHECK(one == same);
  CHECK(one != other);
  CHECK(future<int>{} == future<int>{});
  CHECK(one != future<int>{});
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

TEST_CASE("taking the value with a time limit moves it out as well") {
  tally counts;
  future<tracked> only = make_ready_future(tracked{counts, 5});
  counts.moves = 0;
  CHECK(std::move(only).get(1s).value == 5);
  CHECK(counts.copies == 0);
  CHECK(counts.moves == 1);
}

TEST_CASE("the promise does not count as a handle that wants the value") {
  promise<std::unique_ptr<int>> source;
  future<std::unique_ptr<int>> answer = source.get_future();
  source.set_value(std::make_unique<int>(3));
  CHECK(*std::move(answer).get() == 3);
}

TEMPLATE_TEST_CASE("a promise gives no future away whose value was moved out", "", std::unique_ptr<int>,
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

TEST_CASE("a promise goes on giving futures away whose outcome nobody can move out") {
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

TEMPLATE_TEST_CASE("a container whose elements can only be moved is moved", "", std::vector<std::unique_ptr<int>>,
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

TEST_CASE("what shares its elements, or can copy them, can be copied") {
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

TEST_CASE("a value that can only be moved is refused while another handle wants it") {
  future<std::unique_ptr<int>> first = make_ready_future(std::make_unique<int>(3));
  {
    const future<std::unique_ptr<int>> second = first;
    CHECK(error_text<future_already_retrieved>([&] { return std::move(first).get(); }) ==
          containing("vicar: ", "can only be moved", "another handle"));
    CHECK(error_text<future_already_retrieved>([&] { return std::move(first).get(1s); }) ==
          containing("another handle"));
    CHECK(*second.get() == 3);
  }
  SECTION("and given once that one is gone") { CHECK(*std::move(first).get() == 3); }
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

TEST_CASE("a handle without an answer says so in every operation") {
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
  SECTION("of a class that is no std::exception") {
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

TEST_CASE("waiting longer than the limit throws a timeout_error and leaves the future usable") {
  promise<int> source;
  future<int> answer = source.get_future();
  CHECK(error_text<timeout_error>([&] { return answer.get(2ms); }) ==
        containing("vicar: no answer within 0.002 s", "promise is not yet kept"));
  CHECK_THROWS_AS(answer.get(0s), timeout_error);
  CHECK_THROWS_AS(answer.get(-5s), timeout_error);
  CHECK_THROWS_AS(answer.get(std::chrono::hours::min()), timeout_error);
  CHECK_THROWS_AS(answer.get(std::chrono::duration<double>{0.001}), timeout_error);
  CHECK_THROWS_AS(std::move(answer).get(1ms), timeout_error);
  source.set_value(9);
  CHECK(answer.get(0s) == 9);
  CHECK(answer.get(-1s) == 9);
  CHECK(answer.get(std::chrono::hours::max()) == 9);
  CHECK(answer.get(std::chrono::duration<double>{1e300}) == 9);
  CHECK(std::move(answer).get(0s) == 9);
}

TEST_CASE("the text of a timeout_error is written when it is read, also after the future is gone") {
  std::optional<timeout_error> kept;
  {
    const promise<int> source;
    try {
      source.get_future().get(1ms);
    } catch (const timeout_error& caught) {
      kept = caught;
    }
  }
  REQUIRE(kept.has_value());
  const timeout_error copy = *kept;
  CHECK(std::string{copy.what()} == containing("no answer within 0.001 s"));
  CHECK(copy.what() == kept->what());
}

TEST_CASE("a limit that is too long to count waits for ever") {
  promise<int> source;
  const future<int> answer = source.get_future();
  std::latch waiting{1};
  const joined_thread producer{[&] {
    waiting.wait();
    source.set_value(1);
  }};
  waiting.count_down();
  CHECK(answer.get(std::chrono::hours::max()) == 1);
}

TEST_CASE("wait_until a time before all others looks once") {
  const promise<int> source;
  CHECK_FALSE(source.get_future().wait_until(std::chrono::steady_clock::time_point::min()));
  CHECK_FALSE(source.get_future().wait_until(std::chrono::system_clock::time_point::min()));
}

TEST_CASE("wait_for and wait_until say whether the answer is there") {
  promise<int> source;
  const future<int> answer = source.get_future();
  CHECK_FALSE(answer.wait_for(0s));
  CHECK_FALSE(answer.wait_for(-1s));
  CHECK_FALSE(answer.wait_for(2ms));
  CHECK_FALSE(answer.wait_until(std::chrono::steady_clock::now() + 2ms));
  CHECK_FALSE(answer.wait_until(std::chrono::system_clock::now() + 2ms));
  CHECK_FALSE(answer.wait_until(std::chrono::system_clock::time_point{}));
  source.set_value(1);
  CHECK(answer.wait_for(0s));
  CHECK(answer.wait_until(std::chrono::steady_clock::now()));
  CHECK(answer.wait_until(std::chrono::system_clock::time_point{}));
}

TEST_CASE("waiting does not throw what is stored") {
  const future<int> failed = make_failed_future<int>(failure("broken"));
  failed.wait();
  CHECK(failed.wait_for(0s));
  CHECK(failed.wait_until(std::chrono::steady_clock::now()));
}

TEST_CASE("those who wait are released by the answer") {
  promise<void> source;
  const future<void> answer = source.get_future();
  std::latch begun{3};
  std::atomic<int> released{0};
  const joined_thread producer{[&] {
    begun.wait();
    source.set_value();
  }};
  on_threads(3, [&](std::size_t index) {
    begun.count_down();
    if (index == 0) answer.wait();
    if (index == 1 && !answer.wait_for(1h)) return;
    if (index == 2) answer.get();
    ++released;
  });
  CHECK(released == 3);
}

TEST_CASE("a promise that goes without an answer leaves broken_promise") {
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

TEST_CASE("a promise whose future nobody holds is answered all the same") {
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
    refused([&] { source.set_get_hook([](limit) { return 3; }); });
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
    source.set_get_hook([](limit) { return 4; });
    refuses(source);
    CHECK(answer.get() == 4);
    refuses(source);
    CHECK(answer.get() == 4);
  }
}

TEST_CASE("of many threads that answer, exactly one does") {
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
  refused([&] { from.set_get_hook([](limit) { return 1; }); });
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

TEST_CASE("a value follows one that threw on another thread") {
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

TEST_CASE("a promise converts the value that it is given") {
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

TEST_CASE("a future without a value tells when something is done") {
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

TEST_CASE("map runs its function once, when the value is asked for, on the thread that asks") {
  int runs = 0;
  std::thread::id ran_on;
  const future<int> mapped = make_ready_future(20).map([&](int value) {
    ++runs;
    ran_on = std::this_thread::get_id();
    return value + 1;
  });
  CHECK(mapped.ready());
  mapped.wait();
  CHECK(mapped.wait_for(1s));
  CHECK(runs == 0);
  std::thread::id asked_on;
  {
    const joined_thread asking{[&] {
      asked_on = std::this_thread::get_id();
      static_cast<void>(mapped.get());
    }};
  }
  CHECK(ran_on == asked_on);
  CHECK(mapped.get() == 21);
  CHECK(future{mapped}.get() == 21);
  CHECK(runs == 1);
}

TEST_CASE("map runs its function once for many threads that ask at the same time") {
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> runs{0};
    promise<int> source;
    const future<std::string> mapped = source.get_future().map([&](int value) {
      ++runs;
      return std::string(30, static_cast<char>('a' + value));
    });
    std::array<const std::string*, 4> seen{};
    on_threads(4, [&](std::size_t index) {
      if (index == 0) source.set_value(1);
      seen[index] = &mapped.get();
    });
    CHECK(runs == 1);
    for (const std::string* each : seen) CHECK(each == seen[0]);
    CHECK(*seen[0] == std::string(30, 'b'));
  }
}

TEST_CASE("map is ready when its source is") {
  promise<int> source;
  const future<int> mapped = source.get_future().map([](int value) { return -value; });
  CHECK_FALSE(mapped.ready());
  CHECK_FALSE(mapped.wait_for(1ms));
  CHECK_THROWS_AS(mapped.get(1ms), timeout_error);
  source.set_value(3);
  CHECK(mapped.ready());
  CHECK(mapped.get(0s) == -3);
}

TEST_CASE("map keeps what its function throws") {
  int runs = 0;
  const future<int> mapped = make_ready_future(1).map([&](int) -> int {
    ++runs;
    throw std::out_of_range{"far"};
  });
  const std::exception_ptr first = thrown_by([&] { return mapped.get(); });
  CHECK(error_text<std::out_of_range>([&] { return mapped.get(); }) == "far");
  CHECK(thrown_by([&] { return mapped.get(); }) == first);
  CHECK(runs == 1);
}

TEST_CASE("the exception of a source passes through everything that is made from it") {
  const std::exception_ptr stored = failure("source");
  const future<std::vector<int>> failed = make_failed_future<std::vector<int>>(stored);
  bool ran = false;
  const auto touch = [&](auto&&...) {
    ran = true;
    return true;
  };
  CHECK(thrown_by([&] { return failed.map(touch).get(); }) == stored);
  CHECK(thrown_by([&] { return failed.filter(touch).get(); }) == stored);
  CHECK(thrown_by([&] { return failed.reduce([&](int, int) { return touch() ? 1 : 0; }).get(); }) == stored);
  CHECK(thrown_by([&] { return failed.reduce([&](int, int) { return touch() ? 1 : 0; }, 0).get(); }) == stored);
  CHECK(thrown_by([&] { return make_ready_future(std::vector{1}).join(failed).get(); }) == stored);
  CHECK(thrown_by([&] { return make_failed_future<void>(stored).map(touch).get(); }) == stored);
  CHECK_FALSE(ran);
}

TEST_CASE("map gives its function the value by reference, without a copy") {
  tally counts;
  const future<tracked> source = make_ready_future(tracked{counts, 4});
  const int copies = counts.copies;
  const int moves = counts.moves;
  CHECK(source.map([](const tracked& value) { return value.value; }).get() == 4);
  CHECK(counts.copies == copies);
  CHECK(counts.moves == moves);
}

TEST_CASE("map moves a value that can only be moved out of the last handle") {
  const auto take = [](std::unique_ptr<int> value) { return *value; };
  SECTION("which is its own") { CHECK(make_ready_future(std::make_unique<int>(4)).map(take).get() == 4); }
  SECTION("and refuses while another one wants it") {
    const future<std::unique_ptr<int>> source = make_ready_future(std::make_unique<int>(4));
    CHECK_THROWS_AS(source.map(take).get(), future_already_retrieved);
    CHECK(*source.get() == 4);
  }
}

TEST_CASE("map moves a container that can only be moved into a function that takes it by value") {
  using pointers = std::vector<std::unique_ptr<int>>;
  const auto make = [] {
    pointers numbers;
    numbers.push_back(std::make_unique<int>(4));
    return make_ready_future(std::move(numbers));
  };
  const auto take = [](pointers numbers) { return *numbers.at(0); };
  int (*const pointer)(pointers) = take;
  CHECK(make().map(take).get() == 4);
  CHECK(make().map(pointer).get() == 4);
  CHECK(make().map([](const pointers& numbers) { return *numbers.at(0); }).get() == 4);
  CHECK(make().map([](const auto& numbers) { return *numbers.at(0); }).get() == 4);
  const future<pointers> kept = make();
  CHECK_THROWS_AS(kept.map(take).get(), future_already_retrieved);
}

TEST_CASE("map takes member pointers and functions that return nothing, and decays references") {
  const future<std::string> text = make_ready_future(std::string{"four"});
  CHECK(text.map(&std::string::size).get() == 4);
  bool ran = false;
  const future<void> done = text.map([&](const std::string&) { ran = true; });
  CHECK_FALSE(ran);
  done.get();
  CHECK(ran);
  const auto same = text.map([](const std::string& value) -> const std::string& { return value; });
  STATIC_REQUIRE(std::same_as<decltype(same), const future<std::string>>);
  CHECK(same.get() == "four");
  CHECK(done.map([] { return 5; }).map([](int five) { return five * 2; }).get() == 10);
}

TEST_CASE("map may make a value that can be neither copied nor moved") {
  const future<fixed> mapped = make_ready_future(3).map([](int value) { return fixed{value}; });
  CHECK(mapped.get().value == 3);
}

TEST_CASE("map keeps its source alive, and its function as long as its future") {
  tally counts;
  std::optional<future<int>> mapped;
  {
    promise<int> source;
    mapped = source.get_future().map([kept = tracked{counts, 10}](int value) { return value + kept.value; });
    source.set_value(1);
  }
  CHECK(counts.alive == 1);
  CHECK(mapped->get() == 11);
  mapped.reset();
  CHECK(counts.alive == 0);
}

TEST_CASE("a value that asks for itself while it is made gets a deadlock_error instead of a hang") {
  std::optional<future<int>> mapped;
  mapped = make_ready_future(1).map([&](int) { return mapped->get() + 1; });
  CHECK(error_text<vicar::deadlock_error>([&] { return mapped->get(); }) ==
        containing("vicar: a future waits for itself"));
  mapped.reset();
}

TEST_CASE("filter keeps the items that its predicate is true for") {
  const future<std::vector<int>> source = make_ready_future(std::vector{3, 1, 4, 1, 5});
  CHECK(source.filter([](int item) { return item > 2; }).get() == std::vector{3, 4, 5});
  CHECK(source.filter([](int) { return false; }).get().empty());
  CHECK(source.get().size() == 5);
  SECTION("of any range") {
    CHECK(make_ready_future(std::set{3, 1, 2}).filter([](int item) { return item != 2; }).get() == std::vector{1, 3});
    CHECK(make_ready_future(std::string{"banana"}).filter([](char item) { return item != 'a'; }).get() ==
          std::vector{'b', 'n', 'n'});
    CHECK(make_ready_future(std::vector{true, false, true}).filter([](bool item) { return item; }).get().size() == 2);
    CHECK(make_ready_future(std::array{1, 2}).filter([](int item) { return item == 2; }).get() == std::vector{2});
    const auto pairs = make_ready_future(std::map<int, std::string>{{1, "a"}, {2, "b"}});
    const auto kept = pairs.filter([](const auto& item) { return item.first == 2; }).get();
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].second == "b");
  }
  SECTION("by a member pointer") {
    const auto texts = make_ready_future(std::vector<std::string>{"", "x"});
    CHECK(texts.filter(&std::string::empty).get().size() == 1);
  }
  SECTION("lazily, once") {
    int runs = 0;
    const auto counted = source.filter([&](int) { return ++runs > 0; });
    CHECK(runs == 0);
    CHECK(counted.get().size() == 5);
    CHECK(counted.get().size() == 5);
    CHECK(runs == 5);
  }
  SECTION("and hands on what the predicate throws") {
    const auto failed = source.filter([](int item) -> bool {
      if (item == 4) throw std::domain_error{"four"};
      return true;
    });
    CHECK(error_text<std::domain_error>([&] { return failed.get(); }) == "four");
  }
}

TEST_CASE("reduce combines the items from the left") {
  const future<std::vector<int>> source = make_ready_future(std::vector{1, 2, 3});
  const auto minus = [](int left, int right) { return left - right; };
  CHECK(source.reduce(minus).get() == (1 - 2) - 3);
  CHECK(source.reduce(minus, 10).get() == ((10 - 1) - 2) - 3);
  SECTION("into another type") {
    const auto append = [](std::string text, int item) { return text + std::to_string(item); };
    CHECK(source.reduce(append, std::string{">"}).get() == ">123");
  }
  SECTION("and gives what there is when there is little") {
    const future<std::vector<int>> none = make_ready_future(std::vector<int>{});
    const future<std::vector<int>> one = make_ready_future(std::vector<int>{7});
    CHECK(none.reduce(minus, 5).get() == 5);
    CHECK(one.reduce(minus).get() == 7);
    CHECK(one.reduce(minus, 5).get() == -2);
    CHECK(error_text<std::invalid_argument>([&] { return none.reduce(minus).get(); }) ==
          containing("vicar: reduce of an empty range", "initial value"));
  }
  SECTION("lazily, once") {
    int runs = 0;
    const auto counted = source.reduce([&](int left, int right) { return ++runs, left + right; });
    CHECK(runs == 0);
    CHECK(counted.get() == 6);
    CHECK(counted.get() == 6);
    CHECK(runs == 2);
  }
  SECTION("moving what was combined so far") {
    const auto collect = [](std::unique_ptr<int> sum, int item) {
      *sum += item;
      return sum;
    };
    CHECK(*source.reduce(collect, std::make_unique<int>(4)).get() == 10);
  }
}

TEST_CASE("filter, map and reduce chain") {
  promise<std::vector<int>> source;
  const future<int> chained =
      source.get_future()
          .filter([](int item) { return item % 2 == 1; })
          .map([](const std::vector<int>& kept) { return std::list<int>(kept.begin(), kept.end()); })
          .reduce(std::plus<>{});
  CHECK_FALSE(chained.ready());
  source.set_value({1, 2, 3});
  CHECK(chained.ready());
  CHECK(chained.get() == 4);
}

TEST_CASE("join of futures of one type gives a vector in their order") {
  promise<int> first;
  promise<int> second;
  const future<std::vector<int>> joined = first.get_future().join(second.get_future(), make_ready_future(3));
  second.set_value(2);
  CHECK_FALSE(joined.ready());
  CHECK_FALSE(joined.wait_for(1ms));
  CHECK_THROWS_AS(joined.get(1ms), timeout_error);
  first.set_value(1);
  CHECK(joined.ready());
  CHECK(joined.get() == std::vector{1, 2, 3});
  CHECK(make_ready_future(1).join().get() == std::vector{1});
  CHECK(make_ready_future(true).join(make_ready_future(false)).get() == std::vector{true, false});
}

TEST_CASE("join of futures of several types gives a tuple") {
  const auto joined = make_ready_future(1).join(make_ready_future(std::string{"two"}), make_ready_future(3.0));
  STATIC_REQUIRE(std::same_as<decltype(joined), const future<std::tuple<int, std::string, double>>>);
  CHECK(joined.get() == std::tuple{1, std::string{"two"}, 3.0});
  const auto with_vector = make_ready_future(std::vector{1}).join(make_ready_future(2));
  CHECK(with_vector.get() == std::tuple{std::vector{1}, 2});
}

TEST_CASE("join of futures without values is done when all are") {
  promise<void> second;
  const future<void> joined = make_ready_future().join(second.get_future());
  STATIC_REQUIRE(std::same_as<decltype(make_ready_future().join(make_ready_future())), future<void>>);
  CHECK_THROWS_AS(joined.get(0s), timeout_error);
  second.set_value();
  joined.get();
}

TEST_CASE("join leaves futures that are still held as they are, and moves out of the others") {
  tally counts;
  const future<tracked> held = make_ready_future(tracked{counts, 1});
  future<tracked> given = make_ready_future(tracked{counts, 2});
  counts.copies = 0;
  const auto joined = held.join(std::move(given));
  REQUIRE(joined.get().size() == 2);
  CHECK(joined.get()[0].value == 1);
  CHECK(joined.get()[1].value == 2);
  CHECK(counts.copies == 1);
  CHECK(held.get().value == 1);
}

TEST_CASE("join moves values that can only be moved") {
  future<std::unique_ptr<int>> first = make_ready_future(std::make_unique<int>(1));
  const auto joined = std::move(first).join(make_ready_future(std::make_unique<int>(2)));
  CHECK(*joined.get()[0] == 1);
  CHECK(*joined.get()[1] == 2);
}

TEST_CASE("join hands on the exception of the first that failed, once all have ended") {
  const std::exception_ptr first = failure("first");
  promise<int> last;
  const auto joined = make_ready_future(1).join(make_failed_future<int>(first),
                                                make_failed_future<int>(failure("second")), last.get_future());
  CHECK_THROWS_AS(joined.get(0s), timeout_error);
  last.set_value(1);
  CHECK(thrown_by([&] { return joined.get(); }) == first);
}

TEST_CASE("a hook makes the value once, on the first thread that asks") {
  int runs = 0;
  limit given = 1h;
  const auto hook = [&](limit left) {
    ++runs;
    given = left;
    return 12;
  };
  const auto checks = [&](const future<int>& answer) {
    CHECK_FALSE(answer.ready());
    CHECK(runs == 0);
    CHECK(answer.get() == 12);
    CHECK_FALSE(given.has_value());
    CHECK(answer.get(1s) == 12);
    CHECK(answer.ready());
    CHECK(runs == 1);
  };
  SECTION("of a future") { checks(future<int>::from_hook(hook)); }
  SECTION("of a promise") {
    promise<int> source;
    const future<int> answer = source.get_future();
    source.set_get_hook(hook);
    checks(answer);
  }
  SECTION("of a promise that is gone") {
    future<int> answer;
    {
      promise<int> source;
      answer = source.get_future();
      source.set_get_hook(hook);
    }
    checks(answer);
  }
}

TEST_CASE("a hook is told how much time is left") {
  limit given;
  const auto answer = future<int>::from_hook([&](limit left) { return given = left, 1; });
  SECTION("of a limit") {
    CHECK(answer.get(1h) == 1);
    REQUIRE(given.has_value());
    CHECK(*given <= 1h);
    CHECK(*given > 30min);
  }
  SECTION("of none, which is never less than nothing") {
    CHECK(answer.get(-1h) == 1);
    CHECK(given == limit{0ns});
  }
}

TEST_CASE("a hook may run out of time and is called again") {
  int runs = 0;
  const auto answer = future<int>::from_hook([&](limit left) -> int {
    ++runs;
    if (left) throw timeout_error{"too short"};
    return 5;
  });
  CHECK(error_text<timeout_error>([&] { return answer.get(1ms); }) == "too short");
  CHECK(error_text<timeout_error>([&] { return answer.get(1ms); }) == "too short");
  CHECK(runs == 2);
  CHECK(answer.get() == 5);
  CHECK(runs == 3);
}

TEST_CASE("waiting with a limit for a hook that runs out of time is no error") {
  const auto answer = future<int>::from_hook([](limit left) -> int {
    if (left) throw timeout_error{"too short"};
    return 5;
  });
  CHECK_FALSE(answer.wait_for(1ms));
  CHECK_FALSE(answer.wait_until(std::chrono::steady_clock::now() + 1ms));
  CHECK_FALSE(answer.map([](int value) { return value; }).wait_for(1ms));
  answer.wait();
  CHECK(answer.ready());
}

TEST_CASE("what a hook throws is kept") {
  int runs = 0;
  const auto answer = future<int>::from_hook([&](limit) -> int {
    ++runs;
    throw std::range_error{"hook"};
  });
  const std::exception_ptr first = thrown_by([&] { return answer.get(1s); });
  CHECK(error_text<std::range_error>([&] { return answer.get(); }) == "hook");
  CHECK(thrown_by([&] { return answer.get(); }) == first);
  CHECK(runs == 1);
  SECTION("also a timeout_error when there was no limit") {
    const auto timed = future<int>::from_hook([&](limit) -> int {
      ++runs;
      throw timeout_error{"its own"};
    });
    CHECK(error_text<timeout_error>([&] { return timed.get(); }) == "its own");
    CHECK(error_text<timeout_error>([&] { return timed.get(1s); }) == "its own");
    CHECK(runs == 2);
  }
}

TEST_CASE("a hook that nobody asks for never runs, and is destroyed with its future") {
  tally counts;
  bool ran = false;
  static_cast<void>(future<int>::from_hook([&ran, kept = tracked{counts}](limit) {
    ran = true;
    return kept.value;
  }));
  CHECK_FALSE(ran);
  CHECK(counts.alive == 0);
}

TEST_CASE("a hook that is given late is run by the one who has been waiting") {
  for (int round = 0; round < 100; ++round) {
    promise<int> source;
    const future<int> answer = source.get_future();
    std::latch begun{1};
    std::thread::id ran_on;
    std::thread::id asked_on;
    int seen = 0;
    {
      const joined_thread asking{[&] {
        asked_on = std::this_thread::get_id();
        begun.count_down();
        seen = answer.get();
      }};
      begun.wait();
      source.set_get_hook([&](limit) {
        ran_on = std::this_thread::get_id();
        return 6;
      });
    }
    CHECK(seen == 6);
    CHECK(ran_on == asked_on);
  }
}

TEST_CASE("a hook runs once for many threads, and those that wait have a limit of their own") {
  std::latch inside{1};
  std::latch go_on{1};
  std::atomic<int> runs{0};
  const auto answer = future<int>::from_hook([&](limit) {
    ++runs;
    inside.count_down();
    go_on.wait();
    return 8;
  });
  int seen = 0;
  {
    const joined_thread maker{[&] { seen = answer.get(); }};
    inside.wait();
    CHECK_FALSE(answer.ready());
    CHECK_THROWS_AS(answer.get(2ms), timeout_error);
    go_on.count_down();
    CHECK(answer.get() == 8);
  }
  CHECK(seen == 8);
  CHECK(runs == 1);
}

TEST_CASE("a hook of a future without a value does something when asked to") {
  int runs = 0;
  const auto done = future<void>::from_hook([&](limit) { ++runs; });
  done.get();
  done.get();
  CHECK(runs == 1);
}

TEST_CASE("get_all gives the values of a range in its order") {
  std::vector<promise<int>> sources(3);
  std::vector<future<int>> answers;
  for (const promise<int>& each : sources) answers.push_back(each.get_future());
  sources[2].set_value(3);
  sources[0].set_value(1);
  CHECK(error_text<timeout_error>([&] { return vicar::get_all(answers, 2ms); }) ==
        containing("no answer within 0.002 s"));
  sources[1].set_value(2);
  CHECK(vicar::get_all(answers) == std::vector{1, 2, 3});
  CHECK(vicar::get_all(answers, 0s) == std::vector{1, 2, 3});
  CHECK(vicar::get_all(std::list(answers.begin(), answers.end())) == std::vector{1, 2, 3});
  CHECK(vicar::get_all(std::array{make_ready_future(4)}) == std::vector{4});
  CHECK(vicar::get_all(std::vector<future<int>>{}).empty());
  CHECK(vicar::get_all(std::vector{make_ready_future(true)}) == std::vector{true});
}

TEST_CASE("get_all waits for futures without values") {
  promise<void> second;
  const std::vector<future<void>> answers{make_ready_future(), second.get_future()};
  CHECK_THROWS_AS(vicar::get_all(answers, 0s), timeout_error);
  second.set_value();
  vicar::get_all(answers);
  STATIC_REQUIRE(std::is_void_v<decltype(vicar::get_all(answers, 1s))>);
}

TEST_CASE("get_all throws the first exception that it meets") {
  const std::exception_ptr first = failure("first");
  const std::vector<future<int>> answers{make_ready_future(1), make_failed_future<int>(first),
                                         make_failed_future<int>(failure("second"))};
  CHECK(thrown_by([&] { return vicar::get_all(answers); }) == first);
}

TEST_CASE("get_all copies out of a range that is kept, and moves out of one that is given") {
  tally counts;
  std::vector<future<tracked>> answers;
  answers.push_back(make_ready_future(tracked{counts, 1}));
  counts.copies = 0;
  CHECK(vicar::get_all(answers)[0].value == 1);
  CHECK(counts.copies == 1);
  CHECK(answers[0].get().value == 1);
  CHECK(vicar::get_all(std::move(answers))[0].value == 1);
  CHECK(counts.copies == 1);

  std::vector<future<std::unique_ptr<int>>> single;
  single.push_back(make_ready_future(std::make_unique<int>(1)));
  single.push_back(make_ready_future(std::make_unique<int>(2)));
  const auto values = vicar::get_all(std::move(single), 1s);
  CHECK(*values[0] == 1);
  CHECK(*values[1] == 2);
}

/// A view that may own what it shows, as far as can be told from its type.
struct all_but_first : std::ranges::view_base {
  explicit all_but_first(const std::vector<future<std::string>>& whole) : futures{&whole} {}
  auto begin() const { return futures->begin() + 1; }
  auto end() const { return futures->end(); }
  const std::vector<future<std::string>>* futures;
};

TEST_CASE("a get_all that fails takes nothing out of the range that it was given") {
  promise<std::string> later;
  std::vector<future<std::string>> answers{make_ready_future(std::string(40, 'v')), later.get_future()};
  CHECK_THROWS_AS(vicar::get_all(std::move(answers), 1ms), timeout_error);
  SECTION("which may be given again") {
    later.set_value("late");
    CHECK(vicar::get_all(std::move(answers)) == std::vector{std::string(40, 'v'), std::string("late")});
  }
  SECTION("where one has failed, neither") {
    later.set_exception(std::make_exception_ptr(std::out_of_range{"too far"}));
    CHECK(error_text<std::out_of_range>([&] { static_cast<void>(vicar::get_all(std::move(answers))); }) == "too far");
    CHECK(answers[0].get() == std::string(40, 'v'));
  }
}

TEST_CASE("get_all reads a range once that makes its futures as it is read") {
  int made = 0;
  const auto make = [&](int number) {
    ++made;
    return make_ready_future(std::make_unique<int>(number));
  };
  struct making {
    struct iterator {
      using difference_type = std::ptrdiff_t;
      using value_type = future<std::unique_ptr<int>>;
      value_type operator*() const { return (*make)(number); }
      iterator& operator++() {
        ++number;
        return *this;
      }
      iterator operator++(int) { return {make, number++}; }
      bool operator==(const iterator& other) const { return number == other.number; }
      const std::function<value_type(int)>* make = nullptr;
      int number = 0;
    };
    iterator begin() const { return {&make, 0}; }
    iterator end() const { return {&make, 3}; }
    std::function<future<std::unique_ptr<int>>(int)> make;
  };
  CHECK(*vicar::get_all(making{make})[2] == 2);
  CHECK(made == 3);
}

TEST_CASE("get_all copies out of a view, whose futures are kept elsewhere") {
  const std::string value(40, 'v');
  std::vector<future<std::string>> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(make_ready_future(std::string{value}));
  CHECK(vicar::get_all(std::span{answers}) == std::vector{value, value, value});
  CHECK(vicar::get_all(all_but_first{answers}, 0s) == std::vector{value, value});
  CHECK(vicar::get_all(std::move(answers)) == std::vector{value, value, value});
}

TEST_CASE("the handles of one future may be taken by several threads at once") {
  for (int round = 0; round < 200; ++round) {
    future<std::string> answer = make_ready_future(std::string(40, 'v'));
    std::array<future<std::string>, 3> handles{answer, answer, std::move(answer)};
    std::array<std::string, 3> taken;
    on_threads(3, [&](std::size_t index) { taken[index] = std::move(handles[index]).get(); });
    for (const std::string& each : taken) CHECK(each == std::string(40, 'v'));
  }
}

TEST_CASE("a value that can only be moved is taken by exactly one of several threads, or by none") {
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
