// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_FAULTS_HPP
#define VICAR_DETAIL_WORLD_FAULTS_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include <vicar/detail/calls/envelope.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/mailbox/mailbox.hpp>
#include <vicar/detail/mailbox/message.hpp>

namespace vicar::detail {

/// A fault that messages to one member meet.
struct message_fault {
  const void* type;  ///< of the actor
  std::string_view member;
  std::exception_ptr exception;  ///< thrown instead of running the member; null for a delay
  std::int64_t delay;            ///< nanoseconds
  std::size_t times;             ///< how often it may still happen
  bool possible;                 ///< whether it happens is a choice

  bool concerns(const cell& actor, std::string_view label) const noexcept {
    return times != 0 && type == actor.type() && member == label;
  }
};

/// The message itself, or the one that a box refers to.
inline message& content_of(message& msg) noexcept {
  return msg.type == &boxed_message::kind ? *static_cast<boxed_message&>(msg).content : msg;
}

/// A message that is delivered later, or else abandoned.
class late_message {
 public:
  /// Has memory for a message to the actor, and no message yet.
  late_message(cell& to, std::size_t size) : owner_{to}, memory_{::operator new(size)} {}
  ~late_message() {
    if (pending_) abandon();
    ::operator delete(memory_);
  }
  late_message(const late_message&) = delete;
  late_message& operator=(const late_message&) = delete;

  void take(message& envelope) noexcept {
    envelope.type->relocate(memory_, envelope);
    pending_ = true;
  }

  cell& owner() const noexcept { return *owner_; }
  mailbox::push_result deliver(std::string_view label) {
    const mailbox::push_result result = owner_->deliver_past_guard(msg(), label, {});
    pending_ = !mailbox::is_accepted(result);
    if (result == mailbox::push_result::full) refuse();
    return result;
  }

 private:
  message& msg() const noexcept { return *static_cast<message*>(memory_); }
  /// As the actor does at its end, but on another thread, which must not change what reply the actor owes.
  void abandon() noexcept {
    message& lost = content_of(msg());
    const message_kind& kind = kind_of_message(lost);
    future_state_base* const reply = kind.answered ? static_cast<call_message&>(lost).reply : nullptr;
    if (reply) reply->store_error(exception_from([&] { return owner_->stopped_before(described(lost, kind)); }));
    lose(lost, *owner_, kind, dead_letter_reason::left_over);
    destroy(lost, kind);
    if (reply) reply->publish_last();
  }
  /// The mailbox is full, and does not let senders wait: a call gets that as its answer, others are lost.
  void refuse() {
    message& refused = content_of(msg());
    const message_kind& kind = kind_of_message(refused);
    if (kind.answered)
      refuse_call(refused, *owner_, mailbox::push_result::full, kind);
    else
      lose(refused, *owner_, kind, dead_letter_reason::dropped);
    destroy(refused, kind);
  }
  void destroy(message& gone, const message_kind& kind) noexcept {
    pending_ = false;
    kind.destroy(gone);
    if (kind.free) kind.free(&gone);
  }

  cell_handle owner_;
  void* memory_;
  bool pending_ = false;
};

/// Messages that throw instead of running their member. A message keeps a pointer to its traits; these traits run
/// nothing, and handle the message as one whose member has thrown.
class failing_messages {
 public:
  /// Does nothing to a message that calls no member.
  void make_fail(message& msg, const std::exception_ptr& exception) {
    if (!msg.type->ordinary) return;
    message& content = content_of(msg);
    const auto& kind = static_cast<const message_kind&>(*content.type);
    failing_kind failing{kind, kind.handle, exception};
    failing.handle = &handle;
    failing.run = &fail;
    content.type = &kinds_.emplace_back(std::move(failing));
  }

 private:
  struct failing_kind : message_kind {
    void (*original)(message& self, cell& owner, message::action what) noexcept;
    std::exception_ptr exception;

    failing_kind(const message_kind& kind, decltype(original) its_handle, std::exception_ptr thrown)
        : message_kind{kind}, original{its_handle}, exception{std::move(thrown)} {}
  };
  static void fail(message& self, cell&) {
    std::rethrow_exception(static_cast<const failing_kind&>(*self.type).exception);
  }
  static void handle(message& self, cell& owner, message::action what) noexcept {
    const auto& kind = static_cast<const failing_kind&>(*self.type);
    if (kind.answered)
      handle_call(static_cast<call_message&>(self), owner, what, kind, kind);
    else
      handle_deferred(self, owner, what, kind, kind);
  }

  std::deque<failing_kind> kinds_;
};

}  // namespace vicar::detail

#endif
