// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_DIAGNOSE_HPP
#define VICAR_DETAIL_DIAGNOSE_HPP

#include <concepts>
#include <iterator>
#include <string_view>
#include <type_traits>

#include <vicar/detail/member_traits.hpp>
#include <vicar/fwd.hpp>

// Wrong uses that the compiler can see: one message each, a later check silent where an earlier one failed.
namespace vicar::detail {

/// What a wrong use gives back after its message, so that the rest of the expression adds no errors of its own.
struct placeholder {
  template <class T>
  operator T() const;  // NOLINT(google-explicit-constructor): it stands for anything
  template <class... Arguments>
  placeholder get(Arguments&&...) const;
  template <class... Arguments>
  placeholder operator()(Arguments&&...) const;
  const placeholder* operator->() const;
  template <class... Arguments>
  placeholder map(Arguments&&...) const;
  void wait() const;
};

template <class Argument>
concept storable = std::constructible_from<std::decay_t<Argument>, Argument> && std::move_constructible<std::decay_t<Argument>>;

/// A result that looks at data which it does not own.
template <class Result>
inline constexpr bool is_view = std::ranges::enable_view<Result> && std::ranges::enable_borrowed_range<Result>;
/// `std::reference_wrapper`, by its looks: its header is a heavy one.
template <class Result>
  requires requires(const Result& result) {
    typename Result::type;
    { result.get() } -> std::same_as<typename Result::type&>;
    static_cast<typename Result::type&>(result);
  }
inline constexpr bool is_view<Result> = true;

/// What `T`'s member returned, as a type of its own.
template <class T, class Returned>
consteval bool check_result() {
  using result = std::decay_t<Returned>;
  constexpr bool fluent = std::is_reference_v<Returned> && std::derived_from<T, result>;
  constexpr bool view = is_view<result> && !enable_view_result<result>;
  constexpr bool storable_result = std::is_void_v<result> || std::is_constructible_v<result, Returned> ||
                                   (!std::is_reference_v<Returned> && std::same_as<result, std::remove_cv_t<Returned>>);
  static_assert(!fluent,
                "vicar: this member returns a reference to its own class, and the future would hold a copy of the whole object; "
                "return void, or call it inside a function: proxy.call([](auto& object) { object.member(); })");
  static_assert(fluent || !view,
                "vicar: this result is a view into the actor's own data, which may be gone when you look; return an owning type, or "
                "specialise vicar::enable_view_result<R> = true");
  static_assert(fluent || view || storable_result,
                "vicar: this member returns a reference to something that cannot be copied; return a value or a pointer");
  return !fluent && !view && storable_result;
}

/// Why `function(T&, arguments...)` cannot be a message. `Pointer` is the type of the member pointer, if the function is one.
template <class T, class Pointer, bool Callable, class... Arguments>
consteval bool check_call() {
  using owner = typename member_traits<Pointer>::class_type;
  constexpr bool storable_arguments = (storable<Arguments> && ...);
  constexpr bool foreign = !std::is_void_v<owner> && !std::is_void_v<T> && !std::derived_from<T, owner>;
  constexpr bool mutable_parameter = member_traits<Pointer>::takes_mutable_lvalue;
  static_assert(storable_arguments,
                "vicar: an argument can be neither copied nor moved into the message; pass std::ref(x) to share it, or a pointer");
  static_assert(!storable_arguments || !foreign,
                "vicar: this member pointer is of another class than the actor's; use a member of the actor's class or of its base");
  static_assert(Callable || !storable_arguments || foreign || !mutable_parameter,
                "vicar: this method takes a non-const lvalue reference and would change a copy in the message; pass std::ref(x) to "
                "share x, or return the result instead");
  static_assert(Callable || !storable_arguments || foreign || mutable_parameter,
                "vicar: the actor has no such call with these arguments; they are copied or moved into the message and handed over "
                "as rvalues, so check their number and types (a member pointer carries no default arguments)");
  return Callable && storable_arguments && !foreign;
}

template <class T, class Pointer>
consteval bool check_field() {
  using owner = typename member_traits<Pointer>::class_type;
  constexpr bool field = std::is_member_object_pointer_v<Pointer>;
  static_assert(field, "vicar: get, set and at take a pointer to a data member; use call for a method");
  constexpr bool foreign = field && !std::derived_from<T, owner>;
  static_assert(!foreign,
                "vicar: this member pointer is of another class than the actor's; use a member of the actor's class or of its base");
  return field && !foreign;
}

template <class Field>
consteval bool check_readable() {
  constexpr bool readable = std::copy_constructible<read_result_t<Field>>;
  static_assert(readable,
                "vicar: this field cannot be copied, so it cannot be read as a whole; call a method that returns what you need of it");
  return readable;
}

template <class Field, class Value>
consteval bool check_writable() {
  constexpr bool constant = std::is_const_v<std::remove_reference_t<Field>>;
  constexpr bool assignable = std::is_assignable_v<std::add_lvalue_reference_t<Field>, std::decay_t<Value>>;
  static_assert(!constant, "vicar: this field is const; it can be read, not written");
  static_assert(constant || storable<Value>,
                "vicar: the value can be neither copied nor moved into the message; give one that can");
  static_assert(constant || !storable<Value> || assignable,
                "vicar: this value cannot be assigned to the field; convert it to the field's type first");
  return !constant && storable<Value> && assignable;
}

}  // namespace vicar::detail

#endif
