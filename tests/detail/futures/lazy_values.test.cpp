// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/futures/lazy_values.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <list>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/future_parts.hpp"
#include "support/tracked.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::held_state;
using support::tally;
using support::tracked;
using vicar::detail::consumer_handle;
using vicar::detail::element_t;
using vicar::detail::fold_first;
using vicar::detail::fold_from;
using vicar::detail::hooked_value;
using vicar::detail::iterable;
using vicar::detail::joined_value;
using vicar::detail::keep_matching;
using vicar::detail::make_lazy;
using vicar::detail::mapped_value;
using vicar::detail::time_limit;

namespace {

template <class T, class Source, class Function>
consumer_handle<T> mapped(consumer_handle<Source> source, Function function) {
  return make_lazy<T, mapped_value<T, Source, Function>>(std::move(source), std::move(function));
}

}  // namespace

TEST_CASE("a mapped value returns the source that was not ready in time") {
  const held_state<int> source;
  const auto first = mapped<int>(source.consumer(), [](int value) { return value + 1; });
  const auto second = mapped<int>(first, [](int value) { return value * 2; });
  CHECK(second.state().await(time_limit{0s}) == &*source);
  CHECK(second.state().await_ready(time_limit{1ms}) == &*source);
  CHECK_FALSE(second.state().ready());
  source.answer(4);
  CHECK(second.state().ready());
  CHECK_FALSE(first.state().published());
  CHECK(second.settled({}).value() == 10);
  CHECK(first.state().published());
}

TEST_CASE("a joined value returns the first source that was not ready in time") {
  const held_state<int> one;
  const held_state<std::string> two;
  using both = std::tuple<int, std::string>;
  const auto joined = make_lazy<both, joined_value<both, int, std::string>>(one.consumer(), two.consumer());
  CHECK(joined.state().await(time_limit{0s}) == &*one);
  one.answer(1);
  CHECK(joined.state().await(time_limit{0s}) == &*two);
  two.answer("two");
  CHECK(joined.settled({}).value() == both{1, "two"});
}

TEST_CASE("a joined value copies from a source that has another handle") {
  tally counts;
  const held_state<tracked> source;
  source.answer(tracked{counts, 6});
  counts.copies = 0;
  using several = std::vector<tracked>;
  const auto kept = make_lazy<several, joined_value<several, tracked>>(source.consumer());
  CHECK(kept.settled({}).value()[0].value == 6);
  CHECK(counts.copies == 1);
  CHECK(source.consumer().settled({}).value().value == 6);
}

TEST_CASE("a hooked value is not ready before it is computed, and await_ready computes it") {
  const auto hook = [](std::optional<std::chrono::nanoseconds>) { return 3; };
  const auto value = make_lazy<int, hooked_value<int, decltype(hook)>>(hook);
  CHECK_FALSE(value.state().ready());
  CHECK(value.state().await_ready({}) == nullptr);
  CHECK(value.state().ready());
  CHECK(value.settled({}).value() == 3);
}

TEST_CASE("the captures of a function are destroyed once its value is computed") {
  tally counts;
  {
    const held_state<int> source;
    const auto value =
        mapped<int>(source.consumer(), [kept = tracked{counts, 2}](int number) { return number + kept.value; });
    CHECK(counts.alive == 1);
    source.answer(3);
    CHECK(value.settled({}).value() == 5);
  }
  CHECK(counts.alive == 0);
}

TEST_CASE("an iterable is what a range-for takes") {
  STATIC_REQUIRE(iterable<std::vector<int>>);
  STATIC_REQUIRE(iterable<std::map<int, int>>);
  STATIC_REQUIRE(iterable<std::array<int, 2>>);
  STATIC_REQUIRE(iterable<std::string>);
  STATIC_REQUIRE_FALSE(iterable<int>);
  STATIC_REQUIRE_FALSE(iterable<std::optional<int>>);
  STATIC_REQUIRE(std::same_as<element_t<std::list<std::string>>, std::string>);
  STATIC_REQUIRE(std::same_as<element_t<std::vector<bool>>, bool>);
}

TEST_CASE("the functions behind filter and reduce") {
  const std::vector<int> numbers{1, 2, 3, 4};
  const auto even = [](int number) { return number % 2 == 0; };
  CHECK(keep_matching<decltype(even)>{even}(numbers) == std::vector{2, 4});
  const auto minus = [](int left, int right) { return left - right; };
  CHECK(fold_from<decltype(minus), int>{minus, 100}(numbers) == 90);
  CHECK(fold_from<decltype(minus), int>{minus, 100}(std::vector<int>{}) == 100);
  CHECK(fold_first<decltype(minus)>{minus}(numbers) == -8);
  CHECK(error_text<std::invalid_argument>([&] { return fold_first<decltype(minus)>{minus}(std::vector<int>{}); }) ==
        containing("vicar: reduce of an empty range has no value"));
}
