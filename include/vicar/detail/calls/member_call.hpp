// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CALLS_MEMBER_CALL_HPP
#define VICAR_DETAIL_CALLS_MEMBER_CALL_HPP

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/calls/envelope.hpp>
#include <vicar/detail/calls/erased_call.hpp>
#include <vicar/detail/calls/invokers.hpp>
#include <vicar/detail/calls/path.hpp>
#include <vicar/detail/calls/target.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/futures/lazy_values.hpp>
#include <vicar/detail/meta/conversion.hpp>
#include <vicar/detail/meta/dangling.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/meta/given.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/detail/text/value_text.hpp>
#include <vicar/future.hpp>

// Messages that call an invoker, and how they are sent.
namespace vicar::detail {

template <class First, class Kept>
struct with_first;
template <class First, class... Kept>
struct with_first<First, type_list<Kept...>> {
  using type = type_list<First, Kept...>;
};
/// The types that a message stores if its first argument is the function.
template <class Function, class Kept>
using with_function_t = typename with_first<std::decay_t<Function>, typename Kept::type>::type;

/// Passes the call to the actor's `call_receiver`, with the arguments as `Handed`. The answer is constructed in `slot`.
template <class Reply, class... Handed, class Head, class Target, std::size_t... Index, class... Arguments>
VICAR_COLD void erase_call(type_list<Handed...>,
                           envelope<Head, Target, std::index_sequence<Index...>, Arguments...>& msg, cell& owner,
                           access_kind access, std::string_view label, void* slot) {
  erased_call call{access, label, msg.target.route()};
  want_answer<Reply>(call, slot);
  answer_erased(owner, call,
                {erase_argument(static_cast<Handed>(static_cast<kept_argument<Index, Arguments>&&>(msg).value))...});
}
/// As above, if the first argument identifies the member.
template <class Reply, class... Handed, class Head, class Target, std::size_t... Index, class Pointer,
          class... Arguments>
VICAR_COLD void erase_pointer_call(type_list<Handed...>,
                                   envelope<Head, Target, std::index_sequence<0, Index...>, Pointer, Arguments...>& msg,
                                   cell& owner, access_kind access, std::string_view label, void* slot) {
  erased_call call{access, label, msg.target.route(), &type_tag<Pointer>,
                   __builtin_addressof(static_cast<kept_argument<0, Pointer>&>(msg).value)};
  want_answer<Reply>(call, slot);
  answer_erased(owner, call,
                {erase_argument(static_cast<Handed>(static_cast<kept_argument<Index, Arguments>&&>(msg).value))...});
}
template <class Parameters, class... Arguments>
struct handed_after_pointer;
template <class Parameters, class Pointer, class... Arguments>
struct handed_after_pointer<Parameters, Pointer, Arguments...> : handed_arguments<Parameters, Arguments...> {};

/// The text of the arguments of a message, from index `First` on.
template <std::size_t First, class Head, class Target, std::size_t... Index, class... Arguments>
std::string text_of_arguments(envelope<Head, Target, std::index_sequence<Index...>, Arguments...>& msg) {
  std::string text;
  ((Index < First ? void() : append_item(text, value_text(static_cast<kept_argument<Index, Arguments>&>(msg).value))),
   ...);
  return text;
}
template <std::size_t First, class Envelope, class... Arguments>
VICAR_CONSTEVAL auto printer_of() -> std::string (*)(message&) {
  if constexpr (some_marked<Arguments...>)
    return [](message& self) { return text_of_arguments<First>(static_cast<Envelope&>(self)); };
  else
    return nullptr;
}

/// Calls a member that is a coroutine. Defined in task_call.hpp.
template <class Invoker, class Reply, class Head, class Target, class Indices, class... Arguments>
void begin_task(message& self, cell& owner, const message_kind& kind, const message_kind& named) noexcept;

/// A message that runs `Invoker` with these arguments, for a `Reply`.
template <class Invoker, class Reply, class Head, class Target, class Indices, class... Arguments>
struct member_message;
template <class Invoker, class Reply, class Head, class Target, std::size_t... Index, class... Arguments>
struct member_message<Invoker, Reply, Head, Target, std::index_sequence<Index...>, Arguments...> {
  using object_type = typename Target::object_type;
  using envelope_type = envelope<Head, Target, std::index_sequence<Index...>, Arguments...>;
  using returned = decltype(Invoker::call(std::declval<object_type&>(), std::declval<Arguments>()...));

  static void run(message& self, cell& owner) {
    auto& msg = static_cast<envelope_type&>(self);
    void* slot = nullptr;
    if constexpr (!std::is_void_v<Reply>) slot = static_cast<future_state<Reply>*>(msg.reply)->place();
    if (msg.target.absent()) {
      using parameters = typename Invoker::parameters;
      if constexpr (Invoker::begins_with_pointer) {
        erase_pointer_call<Reply>(typename handed_after_pointer<parameters, Arguments...>::type{}, msg, owner,
                                  Invoker::access, *kind_of_message(self).label, slot);
      } else {
        erase_call<Reply>(typename handed_arguments<parameters, Arguments...>::type{}, msg, owner, Invoker::access,
                          *Invoker::label, slot);
      }
    } else if constexpr (is_task<returned> || (is_future<returned> && !std::is_void_v<Reply>)) {  // see `handle`
    } else if constexpr (std::is_void_v<Reply>) {
      static_cast<void>(
          Invoker::call(msg.target.resolve(owner), static_cast<kept_argument<Index, Arguments>&&>(msg).value...));
    } else if constexpr (std::is_array_v<std::remove_reference_t<decltype(Invoker::call(
                             std::declval<object_type&>(), std::declval<Arguments>()...))>>) {
      ::new (slot) Reply(read_field(
          Invoker::call(msg.target.resolve(owner), static_cast<kept_argument<Index, Arguments>&&>(msg).value...)));
    } else {
      ::new (slot)
          Reply(Invoker::call(msg.target.resolve(owner), static_cast<kept_argument<Index, Arguments>&&>(msg).value...));
    }
  }
  static lazy_extra* run_forwarding(message& self, cell& owner) {
    auto& msg = static_cast<envelope_type&>(self);
    returned inner =
        Invoker::call(msg.target.resolve(owner), static_cast<kept_argument<Index, Arguments>&&>(msg).value...);
    return new forwarded_value<Reply>{*static_cast<future_state<Reply>*>(msg.reply),
                                      future_access::take(std::move(inner))};
  }
  static void handle(message& self, cell& owner, message::action what) noexcept {
    const message_kind& named = Invoker::begins_with_pointer ? kind_of_message(self) : kind;
    if constexpr (is_task<returned> && requires { requires Target::loose; }) {
      static_assert(
          always_false<Target>,
          "vicar: this member is a coroutine, and its object lies behind a unique_ptr or an optional, so it may "
          "go while the coroutine is suspended; keep it by value or by std::shared_ptr");
    } else if constexpr (is_task<returned>) {
      if (what == message::action::run && !static_cast<envelope_type&>(self).target.absent()) {
        return begin_task<Invoker, Reply, Head, Target, std::index_sequence<Index...>, Arguments...>(self, owner, kind,
                                                                                                     named);
      }
    }
    if constexpr (is_future<returned> && std::is_same_v<Head, call_message>) {
      if (what == message::action::run && !static_cast<envelope_type&>(self).target.absent())
        return handle_forwarding(static_cast<call_message&>(self), owner, kind, named, &run_forwarding);
    }
    if constexpr (std::is_same_v<Head, call_message>)
      handle_call(static_cast<call_message&>(self), owner, what, kind, named);
    else
      handle_deferred(self, owner, what, kind, named);
  }
  static constexpr message_kind kind{{&handle, relocation_of<envelope_type>(), sizeof(envelope_type), true,
                                      std::is_same_v<Head, call_message>, false, destructor_of<envelope_type>()},
                                     Invoker::label,
                                     &run,
                                     printer_of<Invoker::begins_with_pointer ? 1 : 0, envelope_type, Arguments...>(),
                                     deallocation_of<envelope_type>()};
};

/// The kind of a message to a registered member that is identified by a pointer known at run time: `Sent::kind` with
/// the member's name.
template <class Sent, class Access>
inline constexpr message_kind named_kind{Sent::kind, Access::label, Sent::kind.run, Sent::kind.arguments,
                                         Sent::kind.free};
/// `of<Sent>(pointer)` finds that kind. Defined in members.hpp, where members can be registered.
template <class T>
struct registered_kinds;
template <class Sent, class T, class Pointer, class... Arguments>
const message_kind& choose_kind(const Pointer& pointer, const Arguments&...) noexcept {
  constexpr bool may_be_listed =
      std::is_member_pointer_v<Pointer> || std::is_function_v<std::remove_pointer_t<Pointer>>;
  if constexpr (may_be_listed && requires { sizeof(registered_kinds<T>); })
    return registered_kinds<T>::template of<Sent>(pointer);
  else
    return Sent::kind;
}

/// Sends a message that runs `Invoker`, for a `Reply`. The list has the types in which the arguments are stored.
template <class Invoker, class Reply, class... Kept, class Target, class... Arguments>
consumer_handle<Reply> send_member(type_list<Kept...>, cell& to, Target target, Arguments&&... arguments) {
  using sent = member_message<Invoker, Reply, call_message, Target, std::make_index_sequence<sizeof...(Kept)>, Kept...>;
  using envelope_type = typename sent::envelope_type;
  const message_kind* kind = &sent::kind;
  if constexpr (Invoker::begins_with_pointer) kind = &choose_kind<sent, typename Target::object_type>(arguments...);
  if constexpr (fits_in_place<envelope_type>) {
    envelope_type msg{
        {{kind}, nullptr}, {keep<Kept>(static_cast<Arguments&&>(arguments))}..., static_cast<Target&&>(target)};
    return send_call<Reply>(to, msg, sent::kind);
  } else {
    return send_call<Reply>(to, {new envelope_type{{{kind}, nullptr},
                                                   {keep<Kept>(static_cast<Arguments&&>(arguments))}...,
                                                   static_cast<Target&&>(target)},
                                 *kind});
  }
}

template <class Invoker, class... Kept, class Target, class... Arguments>
auto call_member(type_list<Kept...> kept, cell& to, Target target, Arguments&&... arguments) {
  using object_type = typename Target::object_type;
  using returned = given_t<decltype(Invoker::call(std::declval<object_type&>(), std::declval<Kept>()...))>;
  if constexpr (check_result<object_type, returned>()) {
    using reply = kept_result_t<returned>;
    using sent =
        member_message<Invoker, reply, call_message, Target, std::make_index_sequence<sizeof...(Kept)>, Kept...>;
    using envelope_type = typename sent::envelope_type;
    if constexpr (fits_in_place<envelope_type>) {  // as `send_member`, which would be instantiated for each call, too
      const message_kind* kind = &sent::kind;
      if constexpr (Invoker::begins_with_pointer) kind = &choose_kind<sent, object_type>(arguments...);
      envelope_type msg{
          {{kind}, nullptr}, {keep<Kept>(static_cast<Arguments&&>(arguments))}..., static_cast<Target&&>(target)};
      return send_call<reply>(to, msg, sent::kind);
    } else {
      return send_member<Invoker, reply>(kept, to, static_cast<Target&&>(target),
                                         static_cast<Arguments&&>(arguments)...);
    }
  } else {
    return placeholder{};
  }
}

/// What happens if the actor does not accept a message without a reply.
enum class if_refused : bool {
  throws,  ///< `actor_dead_error`, and `mailbox_full_error` under `overflow::fail`; waits for space under `block`
  returns_false,  ///< never waits
};

/// Sends a message without a reply. With `returns_false`, first checks whether the message would be accepted, and does
/// not move from the arguments otherwise.
template <class Invoker, if_refused Policy = if_refused::throws, class... Kept, class Target, class... Arguments>
auto defer_member(type_list<Kept...>, cell& to, Target target, Arguments&&... arguments) {
  if constexpr (Policy == if_refused::returns_false) {
    if (!to.accepts_now()) {
      if (conductor_here) conductor_here->pass(conductor::point::poll);
      return false;
    }
  }
  using sent = member_message<Invoker, void, message, Target, std::make_index_sequence<sizeof...(Kept)>, Kept...>;
  using envelope_type = typename sent::envelope_type;
  const message_kind* kind = &sent::kind;
  if constexpr (Invoker::begins_with_pointer) kind = &choose_kind<sent, typename Target::object_type>(arguments...);
  if constexpr (fits_in_place<envelope_type>) {
    envelope_type msg{{kind}, {keep<Kept>(static_cast<Arguments&&>(arguments))}..., static_cast<Target&&>(target)};
    if constexpr (Policy == if_refused::returns_false)
      return try_post(to, msg);
    else
      post(to, msg, sent::kind, &refuse_deferred);
  } else {
    boxed_content msg{
        new envelope_type{{kind}, {keep<Kept>(static_cast<Arguments&&>(arguments))}..., static_cast<Target&&>(target)},
        *kind};
    if constexpr (Policy == if_refused::returns_false)
      return try_post(to, msg);
    else
      post(to, msg, &refuse_deferred);
  }
}

/// Copies the field that `Field` reaches, or stores the value that its getter returns, on the actor's thread.
template <class Field, class Target, class... Pointer>
auto read_member(cell& from, Target target, Pointer... field) {
  using found = decltype(Field::get(std::declval<typename Target::object_type&>(), field...));
  return send_member<field_reader<Field>, read_result_t<found>>(type_list<Pointer...>{}, from, std::move(target),
                                                                field...);
}

/// As above, and waits for space in the mailbox and for the value. Throws `timeout_error` at the deadline.
template <class Field, class Target, class... Pointer>
auto read_member_within(const time_limit& limit, cell& from, Target target, Pointer... field) {
  using found = decltype(Field::get(std::declval<typename Target::object_type&>(), field...));
  using reply = read_result_t<found>;
  using sent =
      member_message<field_reader<Field>, reply, call_message, Target, std::index_sequence_for<Pointer...>, Pointer...>;
  static_assert(fits_in_place<typename sent::envelope_type>);
  const message_kind* kind = &sent::kind;
  if constexpr (field_reader<Field>::begins_with_pointer)
    kind = &choose_kind<sent, typename Target::object_type>(field...);
  typename sent::envelope_type msg{{{kind}, nullptr}, {field}..., static_cast<Target&&>(target)};
  auto* const state = new future_state<reply>;
  consumer_handle<reply> answer{state};
  post_call_within(limit, from, msg, *state, *kind);
  return answer.take(limit);
}

/// Assigns to a field of type `Declared` on the actor's thread.
template <class Field, class Declared, class Kept, class Target, class... Arguments>
consumer_handle<void> write_member(Kept kept, cell& to, Target target, Arguments&&... arguments) {
  return send_member<field_writer<Field, Declared>, void>(kept, to, std::move(target),
                                                          std::forward<Arguments>(arguments)...);
}

}  // namespace vicar::detail

#endif
