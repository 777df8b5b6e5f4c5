// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_UNOBSERVED_HPP
#define VICAR_UNOBSERVED_HPP

#include <vicar/detail/base/config.hpp>

#include <concepts>
#include <exception>
#include <string_view>
#include <utility>

#include <vicar/detail/base/never_destroyed.hpp>
#include <vicar/detail/observe/handler_slot.hpp>

namespace vicar {

/// A call that threw an exception that was never read from its future. The views are valid only during the call of the
/// handler.
struct unobserved_failure {
  std::string_view actor;        ///< the actor's name
  std::string_view class_name;   ///< its class
  std::string_view member;       ///< the member that threw, or `on_receive`
  std::exception_ptr exception;  ///< what it threw
};

namespace detail {

VICAR_SHARED inline handler_slot<unobserved_failure>& unobserved_handler() noexcept {
  static never_destroyed<handler_slot<unobserved_failure>> slot;
  return slot.get();
}

}  // namespace detail

/// From now on, calls `handler` for every failure of a `call`, `ask`, read or write that is lost: the last handle of
/// its future is dropped, and no `get`, `get_all` or function of `map` and the like has observed the exception.
/// `handler` is any copyable callable that takes a `const unobserved_failure&`; it replaces an earlier one and the
/// default, which logs a warning. Not reported: `defer` and `tell`, whose exceptions end the actor; errors of the
/// library such as `actor_dead_error`, unless the member itself threw them; promises; later failures in a `join` or
/// `get_all` that has thrown the first.
///
/// The handler runs on the thread that drops the last handle, or on the actor's thread if all handles are gone when the
/// member throws; possibly on several threads at once. No lock is held. It may send messages; on the actor's thread it
/// should not wait for that actor. An exception from it is logged as an error.
template <class Handler>
void set_unobserved_handler(Handler handler) {
  constexpr bool callable = std::invocable<Handler&, const unobserved_failure&> && std::copy_constructible<Handler>;
  static_assert(callable,
                "vicar: a handler of unobserved failures is a copyable callable; give it the signature "
                "void(const vicar::unobserved_failure&)");
  if constexpr (callable) detail::unobserved_handler().set(std::move(handler));
}

/// Restores the default: a warning in the log.
inline void reset_unobserved_handler() { detail::unobserved_handler().reset(); }

}  // namespace vicar

#endif
