// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FAKES_ACTOR_HPP
#define VICAR_DETAIL_FAKES_ACTOR_HPP

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/calls/envelope.hpp>
#include <vicar/detail/calls/erased_call.hpp>
#include <vicar/detail/fakes/record.hpp>
#include <vicar/detail/meta/dangling.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/meta/hooks.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/detail/text/labels.hpp>
#include <vicar/fwd.hpp>

namespace vicar::detail {

/// The message types that a class lists, if any.
template <class T>
struct listed_messages {};
template <lists_messages T>
struct listed_messages<T> {
  using receives = typename T::receives;
};

/// Storage for an answer.
template <class Reply>
class reply_slot {
 public:
  reply_slot() noexcept {}
  ~reply_slot() {
    if (filled_) std::destroy_at(std::addressof(value_));
  }
  reply_slot(const reply_slot&) = delete;
  reply_slot& operator=(const reply_slot&) = delete;

  erased_slot erased() noexcept { return {&type_tag<Reply>, &class_name<Reply>, &reply_slot::store, this}; }
  Reply take() { return Reply(std::move(value_)); }

 private:
  static void store(void* slot, void* answer) {
    auto& self = *static_cast<reply_slot*>(slot);
    ::new (static_cast<void*>(std::addressof(self.value_))) Reply(std::move(*static_cast<Reply*>(answer)));
    self.filled_ = true;
  }

  union {
    Reply value_;
  };
  bool filled_ = false;
};

/// The actor behind a `fake<T>`.
template <class T>
class fake_actor final : public call_receiver, public listed_messages<T> {
 public:
  using vicar_represents = T;

  explicit fake_actor(std::shared_ptr<fake_record> record) noexcept : record_{std::move(record)} {}

  void answer(erased_call& call) override { record_->answer(call); }

  /// For messages through `any_actor_ref`; those through a typed reference come to `answer` directly.
  template <class Message>
    requires takes<T, Message>
  auto on_receive(Message incoming) {
    using returned = given_t<decltype(std::declval<T&>().on_receive(std::move(incoming)))>;
    using reply = kept_result_t<returned>;
    erased_call call{access_kind::call, on_receive_label};
    const erased_argument argument = erase_argument(std::move(incoming));
    call.arguments = &argument;
    call.argument_count = 1;
    if constexpr (!check_result<T, returned>()) {
      return;
    } else if constexpr (std::is_void_v<reply>) {
      record_->answer(call);
    } else if constexpr (!std::is_move_constructible_v<reply>) {
      want_answer<reply>(call, nullptr);  // throws
    } else {
      reply_slot<reply> slot;
      call.answer = slot.erased();
      record_->answer(call);
      return slot.take();
    }
  }

 private:
  std::shared_ptr<fake_record> record_;
};

/// In texts and in the registry, a fake has the name of the class that it fakes.
template <class T>
inline constexpr std::string_view class_name<fake_actor<T>> = class_name<T>;

}  // namespace vicar::detail

#endif
