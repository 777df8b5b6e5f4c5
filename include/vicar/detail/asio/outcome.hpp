// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_ASIO_OUTCOME_HPP
#define VICAR_DETAIL_ASIO_OUTCOME_HPP

#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>

#include <vicar/detail/asio/library.hpp>
#include <vicar/future.hpp>

// NOLINTNEXTLINE(modernize-concat-nested-namespaces): the macro stands for one of two names
namespace vicar::detail {

VICAR_ASIO_NAMESPACE_BEGIN

/// The value that a handler's arguments are.
template <class... Values>
struct asio_value {
  using type = std::tuple<Values...>;
};
template <class Value>
struct asio_value<Value> {
  using type = Value;
};
template <>
struct asio_value<> {
  using type = void;
};

template <class Argument>
inline constexpr bool is_asio_failure =
    std::is_same_v<Argument, std::exception_ptr> || requires(const Argument& code) { code.category(); };

/// A handler's arguments, of which the first may be an error code or an exception.
template <class... Arguments>
struct asio_outcome : asio_value<std::decay_t<Arguments>...> {
  template <class Value, class... Given>
  static void store(promise<Value>& outcome, Given&&... given) {
    if constexpr (std::is_void_v<Value>)
      outcome.set_value();
    else
      outcome.set_value(Value(std::forward<Given>(given)...));
  }
};
template <class First, class... Rest>
  requires(is_asio_failure<std::decay_t<First>>)
struct asio_outcome<First, Rest...> : asio_value<std::decay_t<Rest>...> {
  template <class Value, class Failure, class... Given>
  static void store(promise<Value>& outcome, Failure&& failure, Given&&... given) {
    if (failure) {
      if constexpr (std::is_same_v<std::decay_t<Failure>, std::exception_ptr>)
        outcome.set_exception(std::forward<Failure>(failure));
      else
        outcome.set_exception(std::make_exception_ptr(asio_system_error{failure}));
    } else {
      asio_outcome<Rest...>::store(outcome, std::forward<Given>(given)...);
    }
  }
};

VICAR_ASIO_NAMESPACE_END

}  // namespace vicar::detail

#endif
