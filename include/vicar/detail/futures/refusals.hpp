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

/// Uses of a future that say too little: each is a compile error that names what is missing. None has a deduced return
/// type, so checking whether they exist instantiates nothing.
template <class Future>
struct future_refusals {
  /// Rejects a function without a place, with a compile error that names the alternatives.
  template <class Function>
  placeholder then(Function&&) const {
    static_assert(
        always_false<Future, Function>,
        "vicar: then needs a place, which determines the thread that runs the function; write f.then(place, function) with "
        "an actor's proxy or reference, or an executor; or map(function), which runs it in get()");
    return {};
  }
  /// Rejects `co_await` in a coroutine that is not a task, with a compile error that names the alternatives.
  template <class Self = Future>
  refused_awaiter operator co_await() const {
    static_assert(
        always_false<Self>,
        "vicar: this coroutine does not say where it continues, and would be resumed on the thread that answers; make it a "
        "vicar::task (<vicar/task.hpp>), or name the place: co_await f.on(executor)");
    return {};
  }
};

}  // namespace vicar::detail

#endif
