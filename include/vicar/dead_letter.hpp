// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DEAD_LETTER_HPP
#define VICAR_DEAD_LETTER_HPP

#include <vicar/detail/base/config.hpp>

#include <concepts>
#include <string_view>
#include <utility>

#include <vicar/detail/base/never_destroyed.hpp>
#include <vicar/detail/observe/handler_slot.hpp>

namespace vicar {

/// Why a message that was sent without an error is never handled.
enum class dead_letter_reason : unsigned char {
  dropped,    ///< the mailbox was full, and the actor was started with `overflow::drop`, or with `drop_oldest` and a
              ///< newer message replaced this one
  left_over,  ///< it was pending when the actor ended
};

/// A message that is never handled. The views are valid only during the call of the handler.
struct dead_letter {
  std::string_view actor;       ///< the actor's name
  std::string_view class_name;  ///< its class
  std::string_view message;     ///< the member, or `on_receive`; with the arguments if one is marked for inspection
  dead_letter_reason reason;    ///< why it is not handled
};

namespace detail {

VICAR_SHARED inline handler_slot<dead_letter>& dead_letter_handler() noexcept {
  static never_destroyed<handler_slot<dead_letter>> slot;
  return slot.get();
}

}  // namespace detail

/// From now on, calls `handler` for every message that is never handled: see `dead_letter_reason`. `handler` is any
/// copyable callable that takes a `const dead_letter&`; it replaces an earlier one. Calls are reported, too, although
/// their futures carry the error.
///
/// The handler runs on the sender's thread for a dropped message (the sender of the newer message under
/// `overflow::drop_oldest`), and on the actor's thread for a left-over one, possibly on several threads at once. No
/// lock is held: the handler may send messages, but should not wait for the actor, which may be ending. An exception
/// from it is logged as an error. `actor_stats::dropped` counts dropped and left-over messages with or without a
/// handler.
template <class Handler>
void set_dead_letter_handler(Handler handler) {
  constexpr bool callable = std::invocable<Handler&, const dead_letter&> && std::copy_constructible<Handler>;
  static_assert(
      callable,
      "vicar: a dead letter handler is a copyable callable; give it the signature void(const vicar::dead_letter&)");
  if constexpr (callable) detail::dead_letter_handler().set(std::move(handler));
}

/// Restores the default: dead letters are not reported.
inline void reset_dead_letter_handler() { detail::dead_letter_handler().reset(); }

}  // namespace vicar

#endif
