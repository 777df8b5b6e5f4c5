// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_COMPOSE_OUTCOME_CALL_HPP
#define VICAR_DETAIL_COMPOSE_OUTCOME_CALL_HPP

#include <concepts>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/meta/given.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/future.hpp>

// How the function of `then` is called with what the future gives.
namespace vicar::detail {

/// Stands for the object where the place is an executor.
struct no_object {};

template <class Function, class Object, class V>
inline constexpr bool takes_outcome = std::invocable<Function, Object&, V> || std::invocable<Function, V>;
template <class Function, class Object>
inline constexpr bool takes_outcome<Function, Object, void> =
    std::invocable<Function, Object&> || std::invocable<Function>;

template <class Function, class Object, class V>
VICAR_CONSTEVAL bool check_outcome_call() {
  constexpr bool takes = takes_outcome<Function, Object, future<V>> || takes_outcome<Function, Object, V>;
  static_assert(
      takes,
      "vicar: this function cannot be called with what the future gives; let it take one of (T& object, "
      "future<V>), (future<V>), (T& object, V), (V), without V for a future<void>, and without the object on an "
      "executor");
  return takes;
}

/// Calls the function as the first that fits of (object, future), (future), (object, value), (value). Throws the
/// future's failure if the function does not take the future.
template <class Function, class Object, class V>
decltype(auto) call_with_outcome(Function&& function, Object& object, future<V>&& source) {
  if constexpr (std::invocable<Function, Object&, future<V>>) {
    return std::forward<Function>(function)(object, std::move(source));
  } else if constexpr (std::invocable<Function, future<V>>) {
    return std::forward<Function>(function)(std::move(source));
  } else if constexpr (std::is_void_v<V>) {
    std::move(source).get();
    if constexpr (std::invocable<Function, Object&>)
      return std::forward<Function>(function)(object);
    else
      return std::forward<Function>(function)();
  } else if constexpr (std::invocable<Function, Object&, V>) {
    return std::forward<Function>(function)(object, std::move(source).get());
  } else {
    return std::forward<Function>(function)(std::move(source).get());
  }
}
template <class Function, class Object, class V>
using outcome_result_t =
    decltype(call_with_outcome(std::declval<Function>(), std::declval<Object&>(), std::declval<future<V>>()));

}  // namespace vicar::detail

#endif
