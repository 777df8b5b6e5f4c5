// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_META_DIAGNOSE_HPP
#define VICAR_DETAIL_META_DIAGNOSE_HPP

#include <concepts>
#include <iterator>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/meta/copyable.hpp>
#include <vicar/detail/meta/dangling.hpp>
#include <vicar/detail/meta/given.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/fwd.hpp>

// Checks for misuse at compile time: one error each, and a check is silent if an earlier one failed.
namespace vicar::detail {

/// The result of a rejected use, so that the rest of the expression causes no further errors.
struct placeholder {
  template <class T>
  operator T() const;  // NOLINT(google-explicit-constructor): it replaces any value
  const placeholder* operator->() const;
  placeholder operator*() const;
  template <class... Arguments>
  placeholder operator()(Arguments&&...) const;
  template <class T>
  friend bool operator==(const placeholder&, const T&);

  // The operations of futures, proxies and members of proxies.
  template <class... Arguments>
  placeholder get(Arguments&&...) const;
  template <class... Arguments>
  placeholder map(Arguments&&...) const;
  void wait() const;
  template <class... Arguments>
  placeholder call(Arguments&&...) const;
  template <class... Arguments>
  void defer(Arguments&&...) const;
  template <class... Arguments>
  placeholder set(Arguments&&...) const;
  placeholder proxy() const;
  placeholder stop() const;
  template <class... Arguments>
  placeholder at(Arguments&&...) const;
};

/// An argument that a message can copy or move in. The concepts of the standard library are equivalent and take longer
/// to compile.
template <class Argument, class Kept>
concept storable_as = requires(Argument&& argument, Kept&& kept) {
  ::new Kept(static_cast<Argument&&>(argument));
  ::new Kept(static_cast<Kept&&>(kept));
  kept.~Kept();
};
template <class Argument>
concept storable = storable_as<Argument, std::decay_t<Argument>> &&
                   (!std::is_lvalue_reference_v<Argument> || elements_copyable<std::decay_t<Argument>>);
/// An lvalue that a message cannot copy, but could move in.
template <class Argument>
concept storable_if_moved =
    std::is_lvalue_reference_v<Argument> && !storable<Argument> && storable<std::remove_reference_t<Argument>>;

/// Whether a message can hold an argument as a `Kept`. If the types differ, the conversion has already been checked.
template <class Argument, class Kept>
concept kept_whole = !std::same_as<std::decay_t<Argument>, Kept> || storable<Argument>;

template <class T>
concept defined = requires { sizeof(T); };

template <class Argument>
inline constexpr bool is_future = false;
template <class T>
inline constexpr bool is_future<future<T>> = true;

/// A wrapper behind a proxy's arrow, which is not a value.
template <class Argument>
inline constexpr bool is_proxy_member = false;

template <class Message>
VICAR_CONSTEVAL bool check_storable() {
  static_assert(!storable_if_moved<Message>,
                "vicar: this message can be moved into the mailbox but not copied; send std::move(message)");
  constexpr bool list = is_initializer_list<std::decay_t<Message>>;
  static_assert(
      !list,
      "vicar: this message is a std::initializer_list, whose elements are gone when it is handled; send a container, "
      "such as std::vector{...}");
  static_assert(
      storable<Message> || storable_if_moved<Message>,
      "vicar: this message can be neither copied nor moved into the mailbox; send a pointer, or std::ref to share it");
  return !list && storable<Message>;
}

template <class Value>
VICAR_CONSTEVAL bool check_takeable() {
  constexpr bool takeable = std::is_void_v<Value> || std::is_move_constructible_v<Value>;
  static_assert(
      takeable,
      "vicar: this value can be neither moved nor copied out of its future; keep the future and read the value by reference: "
      "auto kept = proxy->name(); kept.get()");
  return takeable;
}

/// Checks the type `Returned` that a member of `T` returns.
template <class T, class Returned>
VICAR_CONSTEVAL bool check_result() {
  using result = kept_result_t<Returned>;
  constexpr bool fluent = std::is_reference_v<Returned> && std::derived_from<T, result>;
  constexpr bool view = !is_task<result> && !fluent && dangles<result> && looks_elsewhere<result>();
  constexpr bool holds_view = !is_task<result> && !fluent && !view && dangles<result>;
  constexpr bool coroutine = is_task<result>;
  constexpr bool good = !coroutine && !fluent && !view && !holds_view;
  constexpr bool kept = !good || keepable<Returned>();
  static_assert(
      !coroutine,
      "vicar: this is a coroutine, which only a call starts; make it a method, not a getter, and call it through "
      "a proxy or a typed reference");
  static_assert(
      !fluent,
      "vicar: this member returns a reference to its own class, and the future would hold a copy of the whole object; "
      "return void, or call it inside a function: proxy.call([](auto& object) { object.member(); })");
  static_assert(
      !view,
      "vicar: this result is a view into the actor's own data, which may be gone when you read it; return an owning "
      "type, or specialise vicar::enable_view_result<R> = true");
  static_assert(
      !holds_view,
      "vicar: this result holds a view or a reference to data that it does not own, which may be gone when you read "
      "it; return owning types, or specialise vicar::enable_view_result<R> = true");
  static_assert(
      kept, "vicar: this member returns a reference to something that cannot be copied; return a value or a pointer");
  return good && kept;
}

/// Checks what a function or a hook returned, from which a future of `Kept` is made.
template <class Returned, class Kept = kept_result_t<Returned>>
VICAR_CONSTEVAL bool check_made() {
  constexpr bool owns = !dangles<Kept>;
  constexpr bool kept = !owns || keepable<Returned, Kept>();
  static_assert(
      owns,
      "vicar: this function makes a view, or something that holds one, and the data may be gone when you read it; make "
      "an owning type, or specialise vicar::enable_view_result<R> = true");
  static_assert(
      kept, "vicar: this function returns a reference to something that cannot be copied; return a value or a pointer");
  return owns && kept;
}

/// Errors of an argument with respect to its parameter, as bits: see conversion.hpp.
enum kept_error : unsigned {  // NOLINT(performance-enum-size): combined as unsigned numbers
  nothing_wrong = 0,
  may_be_sliced = 1,
  list_dangles = 2,
  text_dangles = 4,
};

enum class call_error : unsigned char {
  none,
  unmoved_argument,
  sliced_argument,
  dangling_list,
  dangling_text,
  unmovable_argument,
  proxy_member_argument,
  foreign_member,
  future_argument,
  temporary_object,
  mutable_parameter,
  function_parameters,
  method_parameters,
};

/// Why `function(T&, arguments...)` cannot be a message. `Function` is the type of a member pointer or another
/// callable; void if no pointer takes part in the call, as for an overloaded method called by name. `Errors` are those
/// of the arguments, as `kept_arguments` finds them; `Callable` says whether the function takes the arguments as the
/// message keeps them.
template <class T, class Function, bool Callable, unsigned Errors, class... Kept, class... Arguments>
VICAR_CONSTEVAL call_error find_call_error(type_list<Kept...>, type_list<Arguments...>) {
  using owner = typename member_traits<Function>::class_type;
  if constexpr ((is_proxy_member<std::decay_t<Arguments>> || ...))
    return call_error::proxy_member_argument;
  else if constexpr ((Errors & may_be_sliced) != 0)
    return call_error::sliced_argument;
  else if constexpr ((Errors & list_dangles) != 0)
    return call_error::dangling_list;
  else if constexpr ((Errors & text_dangles) != 0)
    return call_error::dangling_text;
  else if constexpr (!(kept_whole<Arguments, Kept> && ...)) {
    if constexpr (!((kept_whole<Arguments, Kept> || storable_if_moved<Arguments>) && ...))
      return call_error::unmovable_argument;
    else if constexpr (!Callable && member_traits<Function>::takes_mutable_lvalue)
      return call_error::mutable_parameter;
    else
      return call_error::unmoved_argument;
  }
  // A call by name may use a method of any base that a using-declaration makes accessible.
  else if constexpr (Callable && std::is_member_function_pointer_v<Function>)
    return call_error::none;
  else if constexpr (!std::is_void_v<owner> && !std::derived_from<T, owner>)
    return call_error::foreign_member;
  else if constexpr (Callable)
    return call_error::none;
  else if constexpr ((is_future<std::decay_t<Arguments>> || ...))
    return call_error::future_argument;
  else if constexpr (!std::is_void_v<Function> && !std::is_member_pointer_v<Function>)
    return call_error::function_parameters;
  else if constexpr (std::invocable<Function, T, Kept...>)
    return call_error::temporary_object;
  else if constexpr (member_traits<Function>::takes_mutable_lvalue)
    return call_error::mutable_parameter;
  else
    return call_error::method_parameters;
}

/// `Kept` is the `kept_arguments` of `Arguments`, a `type_list`.
template <class T, class Function, bool Callable, class Kept, class Arguments>
VICAR_CONSTEVAL bool check_call() {
  constexpr call_error found = find_call_error<T, Function, Callable, Kept::errors>(typename Kept::type{}, Arguments{});
  static_assert(found != call_error::unmoved_argument,
                "vicar: an argument can be moved into the message but not copied; pass std::move(x)");
  static_assert(
      found != call_error::sliced_argument,
      "vicar: this argument refers to an object of a class with virtual functions, and a copy in the message would "
      "slice an object of a derived class; pass std::ref(x) or a pointer to share the object, or a copy of your own: type{x}");
  static_assert(found != call_error::dangling_list,
                "vicar: an argument is a std::initializer_list, whose elements are gone when the message is handled; "
                "pass a container, such as std::vector{...}");
  static_assert(
      found != call_error::dangling_text,
      "vicar: this method takes a view, and the text that this pointer points to may be gone when the message is "
      "handled; pass a std::string, or the view itself if its text outlives the message");
  static_assert(
      found != call_error::unmovable_argument,
      "vicar: an argument can be neither copied nor moved into the message; pass std::ref(x) to share it, or a pointer");
  static_assert(found != call_error::proxy_member_argument,
                "vicar: an argument is a proxy's member, which is not a value; pass what it holds: proxy->field.get()");
  static_assert(
      found != call_error::foreign_member,
      "vicar: this member pointer is of another class than the actor's; use a member of the actor's class or of its base");
  static_assert(found != call_error::future_argument,
                "vicar: an argument is a future where a value is needed; wait for the value first: future.get()");
  static_assert(
      found != call_error::temporary_object,
      "vicar: this method is declared with && and can be called on a temporary object only, which an actor is not; drop the &&, "
      "or call it inside a function: proxy.call([](auto& object) { return std::move(object).method(); })");
  static_assert(
      found != call_error::mutable_parameter,
      "vicar: this method takes a non-const lvalue reference and would change a copy in the message; pass std::ref(x) to "
      "share x, or return the result instead");
  static_assert(
      found != call_error::function_parameters,
      "vicar: this function cannot be called with the actor's object and these arguments; let it take the object first: "
      "[](auto& object, arguments...) { ... }, and name a static method with call<&type::method>(arguments...)");
  static_assert(
      found != call_error::method_parameters,
      "vicar: the method cannot be called with these arguments; they are copied or moved into the message and handed over as "
      "rvalues, so check their number and types (a member pointer has no default arguments, a private member needs "
      "VICAR_PROXY_MEMBERS)");
  return found == call_error::none;
}

/// Replaces the type of a function that cannot be deduced; naming it reports the error.
template <class T>
struct untold_function {
  static_assert(always_false<T>,
                "vicar: cannot tell which function is meant: it is overloaded or a template; pick one with "
                "vicar::overload<Parameters...>(&type::method)");
  struct type {
    template <class Function>
    type(Function&&);  // NOLINT(google-explicit-constructor, bugprone-forwarding-reference-overload): it takes anything
  };
};

template <class T, class Pointer>
VICAR_CONSTEVAL bool check_field() {
  using owner = typename member_traits<Pointer>::class_type;
  constexpr bool field = std::is_member_object_pointer_v<Pointer>;
  // A pointer to char is more likely the name of a member than a static field.
  constexpr bool static_field = std::is_pointer_v<Pointer> && std::is_object_v<std::remove_pointer_t<Pointer>> &&
                                !std::is_same_v<std::remove_cv_t<std::remove_pointer_t<Pointer>>, char>;
  static_assert(
      !static_field,
      "vicar: this is a plain pointer, such as one to a static data member, which does not point into an object; list "
      "the member with VICAR_PROXY and use it by name: proxy->name.get()");
  static_assert(field || static_field,
                "vicar: get, set and at need a pointer to a data member, and this is not one; use call for a method");
  constexpr bool foreign = field && !std::derived_from<T, owner>;
  static_assert(
      !foreign,
      "vicar: this member pointer is of another class than the actor's; use a member of the actor's class or of its base");
  return field && !foreign;
}

template <class Field>
VICAR_CONSTEVAL bool check_readable() {
  constexpr bool readable = copyable<read_result_t<Field>>;
  static_assert(
      readable,
      "vicar: this field cannot be copied, so it cannot be read as a whole; call a method that returns what you need of it");
  return readable;
}

/// `Kept` is the type in which the message keeps the value.
template <class Field, class Value, class Kept>
VICAR_CONSTEVAL bool check_writable() {
  using declared = std::remove_cvref_t<Field>;
  constexpr bool constant = std::is_const_v<std::remove_reference_t<Field>>;
  constexpr bool assignable = std::is_assignable_v<std::add_lvalue_reference_t<Field>, Kept>;
  constexpr bool storable_value = kept_whole<Value, Kept>;
  constexpr bool proxy_member = is_proxy_member<std::decay_t<Value>>;
  static_assert(!constant, "vicar: this field is const and cannot be written; read it with get(), or drop the const");
  static_assert(
      constant || !proxy_member,
      "vicar: one proxy's member cannot be assigned to another's; say which value to wait for: a->x = b->x.get()");
  constexpr bool unmoved = !storable_value && storable_if_moved<Value>;
  constexpr bool list = is_initializer_list<Kept>;
  constexpr bool owner = assignable && std::is_class_v<Kept> && !is_view<Kept> && !list;
  constexpr bool dangles = is_view<declared> && owner;
  // A trivially copyable value, such as std::nullopt, owns nothing that a view could refer to.
  constexpr bool inside_dangles = !is_view<declared> && detail::dangles<declared> && owner && !detail::dangles<Kept> &&
                                  !std::is_trivially_copyable_v<Kept>;
  static_assert(constant || proxy_member || !unmoved,
                "vicar: the value can be moved into the message but not copied; write std::move(x)");
  static_assert(
      constant || proxy_member || storable_value || unmoved,
      "vicar: the value can be neither copied nor moved into the message; write one that can, or a pointer to it");
  static_assert(constant || proxy_member || !storable_value || assignable,
                "vicar: this value cannot be assigned to the field; convert it to the field's type first");
  static_assert(constant || proxy_member || !list,
                "vicar: the value is a std::initializer_list, whose elements are gone when it is assigned; write a "
                "container, such as std::vector{...}");
  static_assert(
      constant || !dangles,
      "vicar: this field is a view and would refer to the value in the message, which is gone after the assignment; "
      "make the field an owning type, or write a view of something that outlives the actor");
  static_assert(
      constant || !inside_dangles,
      "vicar: this field holds a view, which would refer to the value in the message, and that is gone after the "
      "assignment; make the field own its data, or write a view of something that outlives the actor");
  return !constant && !proxy_member && storable_value && assignable && !list && !dangles && !inside_dangles;
}

}  // namespace vicar::detail

#endif
