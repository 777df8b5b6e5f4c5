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

/// Why nobody handles a message that was sent without an error.
enum class dead_letter_reason : unsigned char {
  dropped,    ///< the mailbox was full, and the actor was started with `overflow::drop`, or with `drop_oldest` and a
              ///< newer message took its place
  left_over,  ///< it waited in the mailbox when the actor ended
};

/// A message that nobody handles. The views are valid during the call of the handler only.
struct dead_letter {
  std::string_view actor;       ///< the actor's name
  std::string_view class_name;  ///< its class
  std::string_view message;     ///< the member, or `on_receive`; with the arguments if one of them is marked for
                                ///< inspection
  dead_letter_reason reason;    ///< what became of it
};

namespace detail {

VICAR_SHARED inline handler_slot<dead_letter>& dead_letter_handler() noexcept {
  static never_destroyed<handler_slot<dead_letter>> slot;
  return slot.get();
}

}  // namespace detail

/// From now on, `handler` is told of every message that nobody handles: see `dead_letter_reason`. It is any copyable
/// callable that takes a `const dead_letter&`, and takes the place of an earlier one. Calls are reported, too, although
/// their callers learn from their futures.
///
/// It is called on the thread of the sender for a message that is dropped (of the newer message's sender under
/// `overflow::drop_oldest`), on that of the actor for one that is left over, perhaps on several at once. No lock is
/// held: it may send messages, but should not wait for the actor, which may be ending. What it throws is logged as an
/// error. Dropped and left-over messages are counted in `actor_stats::dropped` whether there is a handler or not.
template <class Handler>
void set_dead_letter_handler(Handler handler) {
  constexpr bool callable = std::invocable<Handler&, const dead_letter&> && std::copy_constructible<Handler>;
  static_assert(
      callable,
      "vicar: a dead letter handler is a copyable callable; give it the signature void(const vicar::dead_letter&)");
  if constexpr (callable) detail::dead_letter_handler().set(std::move(handler));
}

/// Back to the default: nobody is told.
inline void reset_dead_letter_handler() { detail::dead_letter_handler().reset(); }

}  // namespace vicar

#endif
