// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_META_HOOKS_HPP
#define VICAR_DETAIL_META_HOOKS_HPP

#include <any>
#include <exception>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/meta/given.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/fwd.hpp>

// Hooks are found by name. A class has a member of that name if `&T::name` is well-formed, or if it is ill-formed but
// would be well-formed without `T`'s own member: then the name is overloaded, a template or private. The second check
// is impossible for classes that cannot be derived from.
namespace vicar::detail {

/// Whether a `T` is searched for hooks at all.
template <class T>
inline constexpr bool has_hooks = enable_hooks<T> && !requires { requires !T::vicar_hooks; };

#define VICAR_DEFINE_HOOK(name, declaration, ...)       \
  struct name##_probe {                                 \
    declaration;                                        \
  };                                                    \
  template <class T>                                    \
  struct name##_fused : T, name##_probe {};             \
  template <class T>                                    \
  concept name##_reachable = requires { __VA_ARGS__; }; \
  template <class T>                                    \
  VICAR_CONSTEVAL bool has_##name() {                   \
    if constexpr (name##_reachable<T>)                  \
      return true;                                      \
    else if constexpr (!derivable<T>)                   \
      return false;                                     \
    else                                                \
      return !name##_reachable<name##_fused<T>>;        \
  }
VICAR_DEFINE_HOOK(on_start, int on_start, &T::on_start)
VICAR_DEFINE_HOOK(on_stop, int on_stop, &T::on_stop)
VICAR_DEFINE_HOOK(on_failure, int on_failure, &T::on_failure)
VICAR_DEFINE_HOOK(on_receive, int on_receive, &T::on_receive)
VICAR_DEFINE_HOOK(actor_options, int actor_options, &T::actor_options)
VICAR_DEFINE_HOOK(receives, struct receives, typename T::receives)
#undef VICAR_DEFINE_HOOK

template <class T>
concept starts = has_hooks<T> && requires(T& object) { object.on_start(); };
template <class T>
concept stops = has_hooks<T> && requires(T& object) { object.on_stop(); };
template <class T>
concept handles_failure =
    has_hooks<T> && requires(T& object, std::exception_ptr failure) { object.on_failure(failure); };
template <class T, class Message>
concept takes = has_hooks<T> && requires(T& object, Message incoming) { object.on_receive(std::move(incoming)); };

/// False for the only form of `on_receive` that cannot be called with one message; overloaded and generic ones are
/// checked where a message is sent.
template <class T>
VICAR_CONSTEVAL bool receives_one_message() {
  if constexpr (on_receive_reachable<T>) {
    if constexpr (std::is_member_function_pointer_v<decltype(&T::on_receive)>) {
      return member_traits<decltype(&T::on_receive)>::arity == 1;
    }
  }
  return true;
}

/// The parameters of an `on_receive` that is neither overloaded nor a template.
template <class T>
struct receiver_parameters {
  using type = unknown_parameters;
};
template <class T>
  requires on_receive_reachable<T>
struct receiver_parameters<T> : declared_parameters<decltype(&T::on_receive)> {};

template <class T>
concept lists_messages = has_hooks<T> && receives_reachable<T>;

template <class T, class List>
inline constexpr bool takes_listed = false;
template <class T, class... Messages>
inline constexpr bool takes_listed<T, messages<Messages...>> = (takes<T, Messages> && ...);

template <class T>
VICAR_CONSTEVAL bool receives_listed() {
  if constexpr (lists_messages<T>)
    return takes_listed<T, typename T::receives>;
  else
    return !has_receives<T>();
}

/// Whether a hook is a coroutine. The actor calls hooks directly, so nothing would run it.
///@{
template <class T>
VICAR_CONSTEVAL bool starts_as_task() {
  if constexpr (starts<T>)
    return is_task<decltype(std::declval<T&>().on_start())>;
  else
    return false;
}
template <class T>
VICAR_CONSTEVAL bool stops_as_task() {
  if constexpr (stops<T>)
    return is_task<decltype(std::declval<T&>().on_stop())>;
  else
    return false;
}
template <class T>
VICAR_CONSTEVAL bool fails_as_task() {
  if constexpr (handles_failure<T>)
    return is_task<decltype(std::declval<T&>().on_failure(std::exception_ptr{}))>;
  else
    return false;
}
///@}
/// Whether messages of this type, sent through an `any_actor_ref`, would be handled by a coroutine.
template <class T, class Message>
VICAR_CONSTEVAL bool receives_as_task() {
  if constexpr (takes<T, Message>)
    return is_task<decltype(std::declval<T&>().on_receive(std::declval<Message>()))>;
  else
    return false;
}
template <class T, class List>
inline constexpr bool lists_task = false;
template <class T, class... Messages>
inline constexpr bool lists_task<T, messages<Messages...>> = (receives_as_task<T, Messages>() || ...);
template <class T>
VICAR_CONSTEVAL bool receives_untyped_as_task() {
  if constexpr (lists_messages<T>) {
    if (lists_task<T, typename T::receives>) return true;
  }
  return receives_as_task<T, std::any>();
}

/// Reports one error for each hook that has the right name but cannot be called, or is a coroutine.
template <class T>
VICAR_CONSTEVAL bool check_hooks() {
  constexpr bool on_start = !has_hooks<T> || !has_on_start<T>() || starts<T>;
  constexpr bool on_stop = !has_hooks<T> || !has_on_stop<T>() || stops<T>;
  constexpr bool on_failure = !has_hooks<T> || !has_on_failure<T>() || handles_failure<T>;
  constexpr bool on_receive = !has_hooks<T> || receives_one_message<T>();
  constexpr bool receives = !has_hooks<T> || receives_listed<T>();
  constexpr bool options = !has_actor_options<T>() || actor_options_reachable<T>;
  static_assert(on_start,
                "vicar: on_start cannot be called as on_start(); make it public, without required parameters; "
                "or, if it is not one of vicar's hooks, specialise vicar::enable_hooks<T> = false");
  static_assert(on_stop,
                "vicar: on_stop cannot be called as on_stop(); make it public, without required parameters; "
                "or, if it is not one of vicar's hooks, specialise vicar::enable_hooks<T> = false");
  static_assert(
      on_failure,
      "vicar: on_failure cannot be called as on_failure(std::exception_ptr); make it public, with that parameter; "
      "or, if it is not one of vicar's hooks, specialise vicar::enable_hooks<T> = false");
  static_assert(on_receive,
                "vicar: on_receive cannot be called as on_receive(message); give it one parameter; "
                "or, if it is not one of vicar's hooks, specialise vicar::enable_hooks<T> = false");
  static_assert(
      !on_receive || receives,
      "vicar: receives has to be a vicar::messages<...> of types that on_receive accepts as rvalues; add the missing overload, and "
      "make both public");
  static_assert(options, "vicar: actor_options cannot be read; make it public");
  constexpr bool start_task = starts_as_task<T>();
  constexpr bool stop_task = stops_as_task<T>();
  constexpr bool failure_task = fails_as_task<T>();
  constexpr bool receive_task = on_receive && receives && receives_untyped_as_task<T>();
  static_assert(!start_task,
                "vicar: on_start cannot be a coroutine; let it return void, and send the actor a message that is one: "
                "vicar::self(*this).defer<&T::begin>()");
  static_assert(
      !stop_task,
      "vicar: on_stop cannot be a coroutine, the actor handles no more messages; let it return void, and wait "
      "in a member that is called before stop");
  static_assert(!failure_task,
                "vicar: on_failure cannot be a coroutine, the actor handles no more messages; let it return void");
  static_assert(
      !receive_task,
      "vicar: an on_receive that is a coroutine takes messages only through a typed reference; remove its type "
      "from receives, and let on_receive(std::any) return a value");
  return on_start && on_stop && on_failure && on_receive && receives && options && !start_task && !stop_task &&
         !failure_task && !receive_task;
}

}  // namespace vicar::detail

#endif
