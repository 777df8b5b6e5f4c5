// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_OVERLOAD_HPP
#define VICAR_OVERLOAD_HPP

#include <vicar/detail/base/config.hpp>

namespace vicar {

namespace detail {

template <class... Parameters>
struct overload_picker {
  template <class Class, class Result>
  constexpr auto operator()(Result (Class::*method)(Parameters...)) const noexcept {
    return method;
  }
  template <class Class, class Result>
  constexpr auto operator()(Result (Class::*method)(Parameters...) const) const noexcept {
    return method;
  }
  template <class Class, class Result>
  constexpr auto operator()(Result (Class::*method)(Parameters...) &) const noexcept {
    return method;
  }
  template <class Class, class Result>
  constexpr auto operator()(Result (Class::*method)(Parameters...) const&) const noexcept {
    return method;
  }
};

}  // namespace detail

/// Selects the overload with these parameter types: `proxy.call(vicar::overload<int, double>(&T::method), 1, 2.0)`.
template <class... Parameters>
inline constexpr detail::overload_picker<Parameters...> overload{};

}  // namespace vicar

#endif
