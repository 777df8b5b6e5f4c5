// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_COMPOSE_SURE_MESSAGE_HPP
#define VICAR_DETAIL_COMPOSE_SURE_MESSAGE_HPP

#include <memory>
#include <new>
#include <utility>

#include <vicar/detail/calls/envelope.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/futures/handle.hpp>
#include <vicar/detail/futures/state.hpp>
#include <vicar/detail/mailbox/mailbox.hpp>
#include <vicar/detail/mailbox/message.hpp>
#include <vicar/future.hpp>

namespace vicar::detail {

/// A message in memory of its own, which an actor accepts whatever its capacity, and without further memory. `Sent` is
/// a `member_message`.
template <class Sent>
class sure_message final : public linked_message {
 public:
  using envelope_type = typename Sent::envelope_type;

  explicit sure_message(envelope_type content) : linked_message{{&linked_kind}} {
    ::new (static_cast<void*>(std::addressof(content_))) envelope_type(std::move(content));
  }
  sure_message(const sure_message&) = delete;
  sure_message& operator=(const sure_message&) = delete;

  envelope_type& content() noexcept { return content_; }
  /// Sends `prepared`. False if the actor has ended: then the caller refuses the content.
  static bool send(std::unique_ptr<sure_message>& prepared, cell& to) noexcept {
    carrier msg{{&carrier::kind}, prepared.get()};
    if (to.push_surely(msg, *prepared, *Sent::kind.label) == mailbox::push_result::closed) return false;
    static_cast<void>(prepared.release());
    return true;
  }

 private:
  /// Carries it to the mailbox.
  struct carrier final : message {
    sure_message* whole;
    static void handle_whole(message& self, cell& where, action how) noexcept {
      static_cast<carrier&>(self).whole->handle_content(where, how);
    }
    static constexpr traits kind{&handle_whole, &relocate_message<carrier>, sizeof(message) + sizeof(void*), false};
  };
  friend std::default_delete<sure_message>;

  ~sure_message() {}  // the content was handled, refused or destroyed
  void handle_content(cell& where, message::action how) noexcept {
    const std::unique_ptr<sure_message> memory{this};
    Sent::kind.handle(content_, where, how);
  }
  static void handle_linked(message& self, cell& where, message::action how) noexcept {
    static_cast<sure_message&>(static_cast<linked_message&>(self)).handle_content(where, how);
  }
  static constexpr message::traits linked_kind{&handle_linked, nullptr, 0, false};

  union {
    envelope_type content_;
  };
};

/// Sends a call that an actor accepts whatever its capacity. If it has ended, the future carries `actor_dead_error`.
template <class Reply, class Sent>
future<Reply> call_surely(cell& to, std::unique_ptr<sure_message<Sent>> prepared) {
  future_state<Reply>* state = nullptr;
  try {
    state = new future_state<Reply>;
  } catch (...) {
    Sent::kind.destroy(prepared->content());
    throw;
  }
  consumer_handle<Reply> answer{state};
  state->set_source(to, *Sent::kind.label);
  prepared->content().reply = state;
  if (!sure_message<Sent>::send(prepared, to)) {
    refuse_call(prepared->content(), to, mailbox::push_result::closed, Sent::kind);
    Sent::kind.destroy(prepared->content());
  }
  return future_access::make(std::move(answer));
}
/// The same without a reply. Throws `actor_dead_error`.
template <class Sent>
void defer_surely(cell& to, std::unique_ptr<sure_message<Sent>> prepared) {
  if (sure_message<Sent>::send(prepared, to)) return;
  struct refused {
    message& content;
    ~refused() { Sent::kind.destroy(content); }
  } const destroyed{prepared->content()};
  refuse_deferred(prepared->content(), to, mailbox::push_result::closed, Sent::kind);
}

}  // namespace vicar::detail

#endif
