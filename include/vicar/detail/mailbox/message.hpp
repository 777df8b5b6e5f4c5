// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_MAILBOX_MESSAGE_HPP
#define VICAR_DETAIL_MAILBOX_MESSAGE_HPP

#include <concepts>
#include <cstdint>
#include <new>

#include <vicar/detail/base/config.hpp>

namespace vicar::detail {

class cell;

/// The header of every message; an envelope derives from it and adds its payload.
struct message {
  enum class action : std::uint8_t {
    run,
    abandon,   ///< the actor has ended; on its thread
    displace,  ///< a newer message replaced it; on the thread of the newer message's sender
  };

  /// The properties shared by all messages of one type, so that a message needs only one pointer.
  struct traits {
    /// Performs the action, then destroys the message.
    void (*handle)(message& self, cell& owner, action what) noexcept;
    void (*relocate)(void* place, message& from) noexcept;  ///< moves it; null if it cannot lie in a chunk
    std::uint32_t size;
    bool ordinary;          ///< counts against the capacity
    bool answered = false;  ///< it is a `call_message`
  };
  const traits* type;
};

/// An envelope that can lie in a chunk. All others are boxed.
template <class Envelope>
concept fits_in_place = requires(Envelope envelope, void* place) {
  { ::new (place) Envelope(static_cast<Envelope&&>(envelope)) } noexcept;
  { envelope.~Envelope() } noexcept;
} && alignof(Envelope) <= 8 && sizeof(Envelope) <= 256;

template <class Message>
void relocate_message(void* place, message& from) noexcept {
  ::new (place) Message(static_cast<Message&&>(static_cast<Message&>(from)));
}

}  // namespace vicar::detail

#endif
