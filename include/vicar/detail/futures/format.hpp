// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FUTURES_FORMAT_HPP
#define VICAR_DETAIL_FUTURES_FORMAT_HPP

#include <fmt/core.h>

#include <vicar/detail/base/config.hpp>
#include <vicar/fwd.hpp>

// A future is not printable, and type traits, such as those of test frameworks, must be able to detect that. So this
// does not specialise `fmt::formatter`, but the type that the known versions of fmt instantiate when formatting fails.
namespace vicar::detail {

template <class T>
struct refused_format {
  template <class Value = T>
  constexpr refused_format() {
    static_assert(always_false<Value>,
                  "vicar: a future is not its value and cannot be printed; print the value: future.get()");
  }
};

}  // namespace vicar::detail

/// @cond
#if FMT_VERSION >= 90100 && FMT_VERSION < 100000
template <class T, class Char>
struct fmt::detail::fallback_formatter<vicar::future<T>, Char> : vicar::detail::refused_format<T> {
  template <class Context>
  constexpr auto parse(Context& context) {
    return context.begin();
  }
};
#elif FMT_VERSION >= 100100 && FMT_VERSION < 130000
template <class T, class Char>
struct fmt::detail::type_is_unformattable_for<vicar::future<T>, Char> : vicar::detail::refused_format<T> {};
#endif
/// @endcond

#endif
