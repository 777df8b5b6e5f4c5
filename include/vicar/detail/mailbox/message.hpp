// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_MAILBOX_MESSAGE_HPP
#define VICAR_DETAIL_MAILBOX_MESSAGE_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

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
    bool ordinary;                                         ///< counts against the capacity
    bool answered = false;                                 ///< it is a `call_message`
    bool last = false;                                     ///< none is handled after it
    void (*destructor)(message& self) noexcept = nullptr;  ///< null if there is nothing to destroy
  };
  const traits* type;
};

/// A message in memory of its own, which a mailbox can link instead of copying it. Its traits have the size 0.
struct linked_message : message {
  linked_message* next_linked = nullptr;
};

inline constexpr std::size_t most_in_place = 256;
/// An envelope that can lie in a chunk. All others are boxed.
template <class Envelope>
concept fits_in_place = requires(Envelope envelope, void* place) {
  { ::new (place) Envelope(static_cast<Envelope&&>(envelope)) } noexcept;
  { envelope.~Envelope() } noexcept;
} && alignof(Envelope) <= 8 && sizeof(Envelope) <= most_in_place;

/// What is left of a message that was moved out of a chunk. Nothing happens when it is handled.
struct gap {
  static void handle(message&, cell&, message::action) noexcept {}
  /// `size` is a multiple of 8.
  static const message::traits& of(std::uint32_t size) noexcept {
    static constexpr auto kinds = []<std::size_t... Index>(std::index_sequence<Index...>) {
      return std::array{message::traits{&handle, nullptr, 8 * Index, false}...};
    }(std::make_index_sequence<most_in_place / 8 + 1>{});
    return kinds[size / 8];
  }
};

template <class Message>
void relocate_message(void* place, message& from) noexcept {
  ::new (place) Message(static_cast<Message&&>(static_cast<Message&>(from)));
}

}  // namespace vicar::detail

#endif
