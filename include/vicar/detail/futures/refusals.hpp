// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FUTURES_REFUSALS_HPP
#define VICAR_DETAIL_FUTURES_REFUSALS_HPP

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/fwd.hpp>

namespace vicar::detail {

template <class Number>
VICAR_CONSTEVAL void refuse_number_as_limit() {
  static_assert(
      always_false<Number>,
      "vicar: a timeout is a duration, and this number has no unit; give it one: get(std::chrono::seconds{1})");
}

/// The awaiter that `future::operator co_await` returns after its error message.
struct refused_awaiter {
  bool await_ready() const noexcept;
  template <class Handle>
  void await_suspend(Handle) const noexcept;
  placeholder await_resume() const noexcept;
};

/// Functions that other futures have, but not `vicar::future`: each is a compile error that names the alternative. None
/// has a deduced return type, so checking whether they exist instantiates nothing.
template <class Future>
struct future_refusals {
  /// Rejects the call, with a compile error that names the alternatives.
  template <class... Arguments>
  placeholder then(Arguments&&...) const {
    static_assert(
        always_false<Future, Arguments...>,
        "vicar: a future has no then, because nothing determines which thread would run the function; use "
        "map(function), which runs it in get(), or let the called method send a message to the actor that continues");
    return {};
  }
  /// Rejects `co_await`, with a compile error that names the alternatives.
  template <class Self = Future>
  refused_awaiter operator co_await() const {
    static_assert(
        always_false<Self>,
        "vicar: a future cannot be awaited in a coroutine; wait for the value with get(), or let the called method "
        "resume the coroutine");
    return {};
  }
};

}  // namespace vicar::detail

#endif
