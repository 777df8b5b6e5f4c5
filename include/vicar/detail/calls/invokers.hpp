// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CALLS_INVOKERS_HPP
#define VICAR_DETAIL_CALLS_INVOKERS_HPP

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/calls/access_kind.hpp>
#include <vicar/detail/meta/conversion.hpp>
#include <vicar/detail/meta/invoke.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/detail/text/member_name.hpp>

// What a message does to the object. An invoker is a stateless type that does one thing known at compile time:
// `call(T&, arguments...)`, whose first argument may be the pointer or function to invoke. `label` is its name.
namespace vicar::detail {

/// How a `call_receiver` sees the call: the kind of access, and whether the first argument only identifies the member.
/// The default is a call of a member that may be overloaded.
struct invoker_base {
  static constexpr auto access = access_kind::call;
  static constexpr bool begins_with_pointer = false;
  using parameters = unknown_parameters;
};

/// The invoker of a registered method. `Access` is what VICAR_PROXY defines for a member; the parameters are known if
/// it is neither overloaded nor a template.
template <class Access, class Parameters = unknown_parameters>
struct named_invoker : Access, invoker_base {
  using parameters = Parameters;
};

/// The invoker of a member pointer, a static member function or a static data member.
template <auto Member>
struct pointer_invoker : invoker_base {
  static constexpr const std::string_view* label = &member_name<Member>;
  using pointer = decltype(Member);
  using parameters = typename declared_parameters<pointer>::type;

  template <class T, class... Arguments>
    requires std::invocable<pointer, T&, Arguments...>
  static constexpr decltype(auto) call(T& object, Arguments&&... arguments) {
    return detail::invoke(Member, object, std::forward<Arguments>(arguments)...);
  }
  template <class T, class... Arguments>
    requires(!std::invocable<pointer, T&, Arguments...> && std::invocable<pointer, Arguments...>)
  static constexpr decltype(auto) call(T&, Arguments&&... arguments) {
    VICAR_CONVERSIONS_BEGIN
    return Member(std::forward<Arguments>(arguments)...);
    VICAR_CONVERSIONS_END
  }
};
/// The common case, member functions, without what the other cases need.
template <class Function, class Class, Function Class::* Method>
  requires std::is_function_v<Function>
struct pointer_invoker<Method> : invoker_base {
  static constexpr const std::string_view* label = &member_name<Method>;
  using parameters = typename member_traits<Function Class::*>::parameters;

  template <class T, class... Arguments>
  static constexpr auto call(T& object, Arguments&&... arguments)
      -> decltype((object.*Method)(static_cast<Arguments&&>(arguments)...)) {
    // GCC, when optimizing, mistakes the implicit conversion to a base for an access of the wrong type, and warns.
    auto& owner = static_cast<std::conditional_t<std::is_const_v<T>, const Class, Class>&>(object);
    VICAR_CONVERSIONS_BEGIN
    return (owner.*Method)(static_cast<Arguments&&>(arguments)...);
    VICAR_CONVERSIONS_END
  }
};

/// The invoker of a function that is known at run time.
template <class Function>
struct function_invoker : invoker_base {
  static constexpr const std::string_view* label =
      std::is_member_function_pointer_v<Function> ? &unnamed_member<Function> : &class_name<Function>;
  static constexpr auto access = std::is_member_pointer_v<Function> ? access_kind::call : access_kind::function;
  static constexpr bool begins_with_pointer = true;
  using parameters = typename parameters_after_object<Function>::type;

  template <class T, class... Arguments>
    requires std::is_member_function_pointer_v<Function>
  static constexpr auto call(T& object, Function&& method, Arguments&&... arguments)
      -> decltype((object.*method)(static_cast<Arguments&&>(arguments)...)) {
    VICAR_CONVERSIONS_BEGIN
    return (object.*method)(static_cast<Arguments&&>(arguments)...);
    VICAR_CONVERSIONS_END
  }
  template <class T, class... Arguments>
    requires(!std::is_member_function_pointer_v<Function> && std::invocable<Function, T&, Arguments...>)
  static constexpr decltype(auto) call(T& object, Function&& function, Arguments&&... arguments) {
    return detail::invoke(std::move(function), object, std::forward<Arguments>(arguments)...);
  }
};

/// Access to fields: registered ones, those known at compile time, and those known at run time.
///@{
template <class Access>
struct named_field : Access {
  static constexpr bool begins_with_pointer = false;
};
template <auto Field>
struct constant_field {
  static constexpr const std::string_view* label = &member_name<Field>;
  static constexpr bool begins_with_pointer = false;
  template <class T>
  static auto& get(T& object) {
    return object.*Field;
  }
  template <class T, class Value>
  static void set(T& object, Value&& value) {
    VICAR_CONVERSIONS_BEGIN
    object.*Field = std::forward<Value>(value);
    VICAR_CONVERSIONS_END
  }
};
template <class Pointer>
struct pointed_field {
  static constexpr const std::string_view* label = &class_name<Pointer>;
  static constexpr bool begins_with_pointer = true;
  template <class T>
  static auto& get(T& object, Pointer field) {
    return object.*field;
  }
  template <class T, class Value>
  static void set(T& object, Pointer field, Value&& value) {
    VICAR_CONVERSIONS_BEGIN
    object.*field = std::forward<Value>(value);
    VICAR_CONVERSIONS_END
  }
};
///@}

/// The invoker that reads a field: returns a reference to it or the result of its getter.
template <class Field>
struct field_reader : Field {
  static constexpr auto access = access_kind::read;
  using parameters = type_list<>;

  template <class T, class... Pointer>
  static decltype(auto) call(T& object, Pointer&&... field) {
    return Field::get(object, field...);
  }
};
/// The invoker that writes a field of type `Declared`.
template <class Field, class Declared>
struct field_writer : Field {
  static constexpr auto access = access_kind::write;
  using parameters = type_list<Declared>;

  template <class T, class... Arguments>
  static void call(T& object, Arguments&&... arguments) {
    Field::set(object, std::forward<Arguments>(arguments)...);
  }
};

/// Whether an invoker can be called with the arguments stored in a message, given as a `type_list`.
template <class Invoker, class T, class Kept>
inline constexpr bool calls = false;
template <class Invoker, class T, class... Kept>
  requires requires(T& object, Kept... arguments) { Invoker::call(object, static_cast<Kept&&>(arguments)...); }
inline constexpr bool calls<Invoker, T, type_list<Kept...>> = true;

/// The parameters of a static member, or of another function, for `Count` arguments. The first parameter may be the
/// object.
template <class Function, std::size_t Count, class Parameters = typename declared_parameters<Function>::type>
struct constant_parameters {
  using type = unknown_parameters;
};
template <class Function, std::size_t Count, class... Parameters>
  requires(std::is_member_pointer_v<Function> || sizeof...(Parameters) == Count)
struct constant_parameters<Function, Count, type_list<Parameters...>> {
  using type = type_list<Parameters...>;
};
template <class Function, std::size_t Count, class Object, class... Parameters>
  requires(!std::is_member_pointer_v<Function> && sizeof...(Parameters) == Count)
struct constant_parameters<Function, Count, type_list<Object, Parameters...>> {
  using type = type_list<Parameters...>;
};

}  // namespace vicar::detail

#endif
