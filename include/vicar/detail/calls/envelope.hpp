// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CALLS_ENVELOPE_HPP
#define VICAR_DETAIL_CALLS_ENVELOPE_HPP

#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/dead_letter.hpp>
#include <vicar/detail/base/config.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/futures/failed_call.hpp>
#include <vicar/detail/futures/handle.hpp>
#include <vicar/detail/mailbox/mailbox.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/text/labels.hpp>
#include <vicar/error.hpp>

// Messages: docs/internals.md lists their invariants. Code that depends on the member, on the types of the arguments,
// or on neither, is kept separate, because it is instantiated once for each combination of what it depends on.
namespace vicar::detail {

/// The properties shared by all messages to one member with arguments of the same types.
struct message_kind : message::traits {
  const std::string_view* label;
  /// Runs the member, and stores the reply if there is one. May throw.
  void (*run)(message& self, cell& owner);
  std::string (*arguments)(message& self);  ///< their text; null if none is marked for inspection
  void (*free)(message* content) noexcept;  ///< frees the message's own memory; null if it can lie in a chunk

  void destroy(message& self) const noexcept {
    if (destructor) destructor(self);
  }
};

/// The kind of a message, which must not be a request to stop or a box.
inline const message_kind& kind_of_message(const message& msg) noexcept {
  return static_cast<const message_kind&>(*msg.type);
}

/// The label of a message, followed by its arguments if any of them is marked.
inline std::string described(message& self, const message_kind& kind) {
  std::string text{*kind.label};
  if (kind.arguments) {
    text += '(';
    text += kind.arguments(self);
    text += ')';
  }
  return text;
}

/// The head of a message that has a reply.
struct call_message : message {
  future_state_base* reply;
};

// Handling a message, with and without a reply. Each case has a function for the normal path, and cold ones for
// abandoned messages and for an exception, which is rethrown to inspect it.

inline void report_lost(cell& owner, std::string_view what, dead_letter_reason why) noexcept {
  try {
    dead_letter_handler().call({owner.name(), owner.class_name(), what, why});
  } catch (...) {
    log_text(log_level::error, owner.name(), std::current_exception(),
             "Unhandled exception in the dead letter handler:");
  }
}
/// The text of a message in a report; its label if there is no memory for more.
inline std::string_view described_in(std::string& text, message& self, const message_kind& kind) noexcept {
  try {
    text = described(self, kind);
    return text;
  } catch (...) {
    return *kind.label;
  }
}

/// Counts a message that will not be handled, and calls the user's dead letter handler.
VICAR_COLD inline void lose(message& self, cell& owner, const message_kind& kind, dead_letter_reason why) noexcept {
  owner.count_dropped();
  if (!dead_letter_handler().is_set()) return;
  std::string text;
  report_lost(owner, described_in(text, self, kind), why);
}

/// Abandons a message that was displaced by a newer one, on the thread of the newer message's sender. Publishes the
/// reply, if any, before calling the handler, which may end the process.
VICAR_COLD inline void make_way(message& self, future_state_base* reply, cell& owner,
                                const message_kind& kind) noexcept {
  owner.count_dropped();
  const bool reported = dead_letter_handler().is_set();
  std::string text;
  std::string_view what;
  if (reported) what = described_in(text, self, kind);
  if (reply) reply->store_error(exception_from([&] { return owner.displaced(described(self, kind)); }));
  kind.destroy(self);
  if (reply) reply->publish_last();
  if (reported) report_lost(owner, what, dead_letter_reason::dropped);
}

/// Destroys the message and publishes the reply, which was stored before.
inline void answer_call(call_message& self, cell& owner, const message_kind& kind) noexcept {
  future_state_base* const reply = self.reply;
  kind.destroy(self);
  owner.owes(nullptr);
  reply->publish_last();
}
VICAR_COLD inline void store_failure(call_message& self, cell& owner, const message_kind& kind) noexcept {
  try {
    throw;
  } catch (const stop_all_actors&) {
    owner.end_because(ending::all_stopped);
    self.reply->store_error(exception_from([&] { return owner.stopped_during(*kind.label, "threw stop_all_actors"); }));
  } catch (...) {
    failed_call* origin = nullptr;
    try {
      origin = new failed_call{owner.name(), owner.class_name(), *kind.label};
    } catch (...) {  // no memory: readers get the failure, but without a reader it is not reported
    }
    self.reply->store_failure(std::current_exception(), origin);
    owner.log_returned(self.reply->error(), *kind.label);
  }
}
VICAR_COLD inline void abandon_call(call_message& self, cell& owner, message::action how,
                                    const message_kind& kind) noexcept {
  if (how == message::action::displace) return make_way(self, self.reply, owner, kind);
  self.reply->store_error(exception_from([&] { return owner.stopped_before(described(self, kind)); }));
  owner.owes(self.reply);  // the dead letter handler may call exit
  lose(self, owner, kind, dead_letter_reason::left_over);
  answer_call(self, owner, kind);
}
/// `kind` is known at compile time; `named` differs from it only in the label.
VICAR_INLINE_WHERE_OPTIMISED void handle_call(call_message& self, cell& owner, message::action what,
                                              const message_kind& kind, const message_kind& named) noexcept {
  if (what != message::action::run) return abandon_call(self, owner, what, named);
  owner.begin(*named.label, self.reply);
  bool threw = false;
  try {
    kind.run(self, owner);
  } catch (...) {
    threw = true;
    store_failure(self, owner, named);
  }  // now only the reply holds the exception, so its reader frees it
  owner.finish(threw);
  answer_call(self, owner, kind);
}

/// As `handle_call`, for a member that returns a future: `run` makes the lazy value of the reply from it.
inline void handle_forwarding(call_message& self, cell& owner, const message_kind& kind, const message_kind& named,
                              lazy_extra* (*run)(message& self, cell& owner)) noexcept {
  owner.begin(*named.label, self.reply);
  lazy_extra* made = nullptr;
  try {
    made = run(self, owner);
  } catch (...) {
    store_failure(self, owner, named);
  }
  owner.finish(made == nullptr);
  if (!made) return answer_call(self, owner, kind);
  future_state_base* const reply = self.reply;
  kind.destroy(self);
  owner.owes(nullptr);
  reply->set_lazy(made);
  reply->drop_producer();
}

VICAR_COLD inline void abandon_deferred(message& self, cell& owner, message::action how,
                                        const message_kind& kind) noexcept {
  if (how == message::action::displace) return make_way(self, nullptr, owner, kind);
  lose(self, owner, kind, dead_letter_reason::left_over);
  kind.destroy(self);
}
VICAR_COLD inline void end_after_failure(cell& owner, const message_kind& kind) noexcept {
  try {
    throw;
  } catch (const stop_all_actors&) {
    owner.end_because(ending::all_stopped);
  } catch (...) {
    owner.end_failed(std::current_exception(), *kind.label);
  }
}
VICAR_INLINE_WHERE_OPTIMISED void handle_deferred(message& self, cell& owner, message::action what,
                                                  const message_kind& kind, const message_kind& named) noexcept {
  if (what != message::action::run) return abandon_deferred(self, owner, what, named);
  owner.begin(*named.label);
  bool threw = false;
  try {
    kind.run(self, owner);
  } catch (...) {
    threw = true;
    end_after_failure(owner, named);
  }
  owner.finish(threw);
  kind.destroy(self);
}

/// Stores and publishes the error of a call that the mailbox refused.
VICAR_COLD inline void refuse_call(message& self, cell& to, mailbox::push_result why, const message_kind& kind) {
  future_state_base& reply = *static_cast<call_message&>(self).reply;
  if (why == mailbox::push_result::closed) {
    reply.store_error(exception_from([&] { return to.not_found(described(self, kind)); }));
  } else {
    if (to.on_overflow() == overflow::drop) lose(self, to, kind, dead_letter_reason::dropped);
    reply.store_error(exception_from([&] { return to.full(described(self, kind)); }));
  }
  reply.publish_last();
}

/// Throws unless the message may be dropped.
VICAR_COLD inline void refuse_deferred(message& self, cell& to, mailbox::push_result why, const message_kind& kind) {
  if (why == mailbox::push_result::closed) throw to.not_found(described(self, kind));
  if (to.on_overflow() == overflow::fail) throw to.full(described(self, kind));
  lose(self, to, kind, dead_letter_reason::dropped);
}

using refuse_function = void (*)(message& self, cell& to, mailbox::push_result why, const message_kind& kind);

/// An argument stored in a message.
template <std::size_t Index, class Value>
struct kept_argument {
  Value value;
};

/// A message with its target and its arguments, an aggregate. `Head` is `message` or `call_message`, and `Indices` a
/// `std::index_sequence`. Its `message_kind` determines what it does.
template <class Head, class Target, class Indices, class... Arguments>
struct envelope;
template <class Head, class Target, std::size_t... Index, class... Arguments>
struct envelope<Head, Target, std::index_sequence<Index...>, Arguments...> final : Head,
                                                                                   kept_argument<Index, Arguments>... {
  [[no_unique_address]] Target target;
};

template <class Envelope>
void destroy_envelope(message& self) noexcept {
  static_cast<Envelope&>(self).~Envelope();
}
template <class Envelope>
VICAR_CONSTEVAL auto destructor_of() -> decltype(&destroy_envelope<Envelope>) {
  // Not `is_trivially_destructible`, which is expensive to compile.
  if constexpr (std::is_trivially_copyable_v<Envelope>)
    return nullptr;
  else
    return &destroy_envelope<Envelope>;
}
template <class Envelope>
void free_envelope(message* content) noexcept {
  if constexpr (alignof(Envelope) > __STDCPP_DEFAULT_NEW_ALIGNMENT__)
    ::operator delete(static_cast<Envelope*>(content), std::align_val_t{alignof(Envelope)});
  else
    ::operator delete(static_cast<Envelope*>(content));
}
/// Null for a message that can lie in a chunk.
template <class Envelope>
VICAR_CONSTEVAL auto deallocation_of() -> decltype(&free_envelope<Envelope>) {
  if constexpr (fits_in_place<Envelope>)
    return nullptr;
  else
    return &free_envelope<Envelope>;
}
/// Null for a message that cannot lie in a chunk.
template <class Envelope>
VICAR_CONSTEVAL auto relocation_of() -> decltype(&relocate_message<Envelope>) {
  if constexpr (fits_in_place<Envelope>)
    return &relocate_message<Envelope>;
  else
    return nullptr;
}

/// Refers to a message that cannot lie in a chunk: its move constructor may throw, or it is over-aligned or large. Such
/// a message is constructed in memory of its own, so that it takes no stack, and stays there.
struct boxed_message final : message {
  message* content;
  void (*free)(message* content) noexcept;

  static void handle_content(message& self, cell& owner, action what) noexcept {
    const boxed_message box = static_cast<boxed_message&>(self);
    box.content->type->handle(*box.content, owner, what);
    box.free(box.content);
  }
  static const traits kind;
};
inline constexpr message::traits boxed_message::kind{&boxed_message::handle_content, &relocate_message<boxed_message>,
                                                     sizeof(boxed_message), true};
/// Owns a message in memory of its own, made with `new`, until the mailbox has accepted it.
struct boxed_content {
  message* content;
  const message_kind& kind;

  boxed_content(message* made, const message_kind& of) noexcept : content{made}, kind{of} {}
  ~boxed_content() {
    if (!content) return;
    kind.destroy(*content);
    kind.free(content);
  }
  boxed_content(const boxed_content&) = delete;
  boxed_content& operator=(const boxed_content&) = delete;
};

/// Pushes a message into the actor's mailbox. The message's own kind may differ from `kind` in the label. If the
/// mailbox refuses the message, `refuse` handles that. Throws `std::bad_alloc` and `deadlock_error`.
///@{
VICAR_INLINE_WHERE_OPTIMISED void post(cell& to, message& msg, const message_kind& kind, refuse_function refuse) {
  const mailbox::push_result outcome = to.deliver(msg, *kind_of_message(msg).label, kind);
  if (!mailbox::is_accepted(outcome)) refuse(msg, to, outcome, kind_of_message(msg));
}
inline void post(cell& to, boxed_content& msg, refuse_function refuse) {
  boxed_message box{{&boxed_message::kind}, msg.content, msg.kind.free};
  const mailbox::push_result outcome = to.deliver(box, *msg.kind.label);
  if (mailbox::is_accepted(outcome))
    msg.content = nullptr;
  else
    refuse(*msg.content, to, outcome, msg.kind);
}
///@}

/// As `post` for a message without a reply, but never waits. If the mailbox refuses the message, only returns false.
///@{
inline bool try_post(cell& to, message& msg) { return mailbox::is_accepted(to.offer(msg)); }
inline bool try_post(cell& to, boxed_content& msg) {
  boxed_message box{{&boxed_message::kind}, msg.content, msg.kind.free};
  if (!try_post(to, box)) return false;
  msg.content = nullptr;
  return true;
}
///@}

/// As `post` for a message whose reply goes to `reply`, a new state.
///@{
VICAR_INLINE_WHERE_OPTIMISED void post_call(cell& to, call_message& msg, future_state_base& reply,
                                            const message_kind& kind) {
  msg.reply = &reply;
  reply.set_source(to, *kind_of_message(msg).label);
  try {
    post(to, msg, kind, &refuse_call);
  } catch (...) {
    reply.drop_producer();
    throw;
  }
}
inline void post_call(cell& to, boxed_content& msg, future_state_base& reply) {
  static_cast<call_message*>(msg.content)->reply = &reply;
  reply.set_source(to, *msg.kind.label);
  try {
    post(to, msg, &refuse_call);
  } catch (...) {
    reply.drop_producer();
    throw;
  }
}
///@}

/// As `post_call`, but throws `timeout_error` if there is no space in the mailbox by the deadline.
inline void post_call_within(const time_limit& limit, cell& to, call_message& msg, future_state_base& reply,
                             const message_kind& kind) {
  msg.reply = &reply;
  reply.set_source(to, *kind.label);
  try {
    const mailbox::push_result outcome = to.deliver_within(limit, msg, *kind.label);
    if (mailbox::is_accepted(outcome)) return;
    if (outcome == mailbox::push_result::full && to.on_overflow() == overflow::block)
      throw to.never_accepted(*kind.label, limit);
    refuse_call(msg, to, outcome, kind);
  } catch (...) {
    reply.drop_producer();
    throw;
  }
}

/// Sends a message and returns the handle of its reply. A failure to send becomes the reply, too, except for the
/// exceptions that `post` throws.
///@{
template <class Reply>
VICAR_INLINE_WHERE_OPTIMISED consumer_handle<Reply> send_call(cell& to, call_message& msg, const message_kind& kind) {
  auto* const state = new future_state<Reply>;
  consumer_handle<Reply> answer{state};
  post_call(to, msg, *state, kind);
  return answer;
}
template <class Reply>
consumer_handle<Reply> send_call(cell& to, boxed_content msg) {
  auto* const state = new future_state<Reply>;
  consumer_handle<Reply> answer{state};
  post_call(to, msg, *state);
  return answer;
}
///@}

}  // namespace vicar::detail

#endif
