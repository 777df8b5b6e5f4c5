// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FUTURES_CHECKS_HPP
#define VICAR_DETAIL_FUTURES_CHECKS_HPP

#include <concepts>
#include <iterator>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/detail/base/chrono.hpp>
#include <vicar/detail/base/config.hpp>
#include <vicar/detail/futures/lazy_values.hpp>
#include <vicar/detail/meta/copyable.hpp>
#include <vicar/detail/meta/diagnose.hpp>

// What is allowed with a future of `T`: one error message for each wrong use, and the types of the results.
namespace vicar::detail {

template <class T, class Hook>
VICAR_CONSTEVAL bool check_hook() {
  constexpr bool callable = std::is_invocable_r_v<T, Hook&, std::optional<std::chrono::nanoseconds>>;
  static_assert(
      callable,
      "vicar: a hook takes a std::optional<std::chrono::nanoseconds> and returns the future's value; change its signature");
  if constexpr (callable)
    return check_made<T>();
  else
    return false;
}

/// The result of `map`. The function takes the value by reference, or by value if it can only be moved.
template <class T, class Function>
struct map_result : std::invoke_result<Function&, T> {};
template <class T, class Function>
  requires reads_value<Function, T>
struct map_result<T, Function> : std::invoke_result<Function&, const T&> {};
template <class T, class Function>
  requires std::is_void_v<T>
struct map_result<T, Function> : std::invoke_result<Function&> {};

template <class T, class Function>
VICAR_CONSTEVAL bool check_map() {
  constexpr bool callable = requires { typename map_result<T, Function>::type; };
  static_assert(
      callable || std::is_void_v<T>,
      "vicar: map cannot call this function with the future's value; it takes the whole value as its only argument");
  static_assert(callable || !std::is_void_v<T>,
                "vicar: map cannot call this function; for a future<void> it takes no argument");
  if constexpr (callable)
    return check_made<typename map_result<T, Function>::type>();
  else
    return false;
}

template <class T, class Predicate>
VICAR_CONSTEVAL bool check_filter() {
  static_assert(iterable<T>, "vicar: filter needs a future of a range; use map for a single value");
  if constexpr (iterable<T>) {
    constexpr bool callable = std::predicate<Predicate&, const element_t<T>&>;
    static_assert(
        callable,
        "vicar: filter cannot call this predicate with an item of the range; it takes one item and returns a bool");
    constexpr bool kept = !callable || copyable<element_t<T>>;
    static_assert(
        kept, "vicar: filter keeps copies of the items, and these can only be moved; use map, and look at them there");
    return callable && kept;
  } else {
    return false;
  }
}

/// A function that combines the intermediate result, at first `Start`, with the next item.
template <class Function, class Start, class Item>
concept folds =
    std::invocable<Function&, Start, Item> &&
    requires(std::decay_t<std::invoke_result_t<Function&, Start, Item>> made, Start&& start) {
      static_cast<decltype(made)>(std::forward<Start>(start));
      requires std::is_invocable_r_v<decltype(made), Function&, decltype(made), Item>;
      requires std::is_assignable_v<decltype((made)), std::invoke_result_t<Function&, decltype(made), Item>>;
    };

/// Marks a fold that begins with the first item of the range.
struct first_item {};

template <class T, class Function, class Start>
VICAR_CONSTEVAL bool check_fold() {
  static_assert(iterable<T>, "vicar: reduce needs a future of a range; use map for a single value");
  if constexpr (iterable<T>) {
    using start = std::conditional_t<std::same_as<Start, first_item>, element_t<T>, Start>;
    constexpr bool callable = folds<Function, start, element_reference_t<T>>;
    static_assert(callable,
                  "vicar: reduce cannot call this function; it takes what was combined so far and the next item");
    if constexpr (callable)
      return check_made<std::decay_t<std::invoke_result_t<Function&, start, element_reference_t<T>>>>();
    else
      return false;
  } else {
    return false;
  }
}

/// Whether a future of `T` can store a `Value`.
template <class T, class Value>
VICAR_CONSTEVAL bool check_value() {
  constexpr auto fits = []<class From>(std::type_identity<From>) {
    return std::is_constructible_v<T, From> &&
           (!std::is_lvalue_reference_v<From> || !std::is_same_v<T, std::remove_cvref_t<From>> || elements_copyable<T>);
  };
  constexpr bool storable_value = fits(std::type_identity<Value>{});
  constexpr bool storable_moved =
      std::is_lvalue_reference_v<Value> && fits(std::type_identity<std::remove_reference_t<Value>>{});
  static_assert(storable_value || !storable_moved,
                "vicar: this value can be moved into the future but not copied; pass std::move(value)");
  static_assert(storable_value || storable_moved,
                "vicar: the future's type cannot be made from this value; convert it first");
  return storable_value;
}

template <class... Values>
inline constexpr bool all_void = (std::is_void_v<Values> && ...);

template <class... Values>
VICAR_CONSTEVAL bool check_join() {
  constexpr bool alike = all_void<Values...> || !(std::is_void_v<Values> || ...);
  static_assert(alike,
                "vicar: join of futures with and without a value; join the future<void> ones apart from the others");
  return alike;
}

template <class First, class... Others>
struct join_result {
  using type =
      std::conditional_t<(std::same_as<First, Others> && ...), std::vector<First>, std::tuple<First, Others...>>;
};
template <class First, class... Others>
  requires all_void<First, Others...>
struct join_result<First, Others...> {
  using type = void;
};

template <class Range>
VICAR_CONSTEVAL bool check_futures() {
  constexpr bool of_futures = requires { requires is_future<element_t<Range>>; };
  static_assert(of_futures, "vicar: get_all needs a range of futures; for futures of several types use join");
  return of_futures;
}

/// Whether the caller keeps the futures when the range is destroyed: it is an lvalue, or refers to them, like a
/// `std::span`. A view may own them nevertheless; copying their values is correct in that case, too.
template <class Value, class Range>
inline constexpr bool futures_are_kept =
    std::is_lvalue_reference_v<Range> || std::ranges::enable_borrowed_range<std::remove_cvref_t<Range>> ||
    (std::ranges::enable_view<std::remove_cvref_t<Range>> && copyable<Value>);

/// Whether the range stores its futures, so that it can be iterated twice, and does not make them during iteration.
template <class Range, class Iterator = decltype(std::begin(std::declval<Range&>()))>
inline constexpr bool holds_futures =
    std::forward_iterator<Iterator> && std::is_lvalue_reference_v<std::iter_reference_t<Iterator>>;

template <class Value, class Range>
VICAR_CONSTEVAL bool check_readable_range() {
  constexpr bool readable = copyable<Value> || !futures_are_kept<Value, Range>;
  static_assert(readable,
                "vicar: get_all has to move these values out of their futures; give it the range as an rvalue: "
                "vicar::get_all(std::move(futures))");
  return readable;
}

}  // namespace vicar::detail

#endif
