// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_META_MEMBER_TRAITS_HPP
#define VICAR_DETAIL_META_MEMBER_TRAITS_HPP

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace vicar::detail {

/// A parameter that would bind to the copy in the message, so that the caller would never see what is written to it.
template <class Parameter>
concept mutable_lvalue = std::is_lvalue_reference_v<Parameter> && !std::is_const_v<std::remove_reference_t<Parameter>>;

/// A class that can be derived from. Excludes virtual destructors, because no trait detects a final one, or an
/// `operator delete` that a derived class cannot use.
template <class T>
concept derivable = !std::is_final_v<T> && !std::is_union_v<T> && !std::has_virtual_destructor_v<T>;

template <class... Types>
struct type_list {};

/// Replaces the `type_list` of a function's parameters if they are unknown, as for overloads and templates.
struct unknown_parameters {};

/// The `parameters` and the `result` of a function type, whether one of the parameters is a `mutable_lvalue`, and the
/// number of parameters.
template <class Result, class... Parameters>
struct signature {
  using parameters = type_list<Parameters...>;
  using result = Result;
  static constexpr bool takes_mutable_lvalue = (mutable_lvalue<Parameters> || ...);
  static constexpr int arity = sizeof...(Parameters);
};

// The compiler tries all specialisations for each type, so those that most methods need are separate.
template <class Function>
struct unusual_function_traits;
template <class Function>
struct function_traits : unusual_function_traits<Function> {};
#define VICAR_FUNCTION_TRAITS(traits, ...)     \
  template <class Result, class... Parameters> \
  struct traits<Result __VA_ARGS__> : signature<Result, Parameters...> {};
VICAR_FUNCTION_TRAITS(function_traits, (Parameters...))
VICAR_FUNCTION_TRAITS(function_traits, (Parameters...) const)
VICAR_FUNCTION_TRAITS(function_traits, (Parameters...) noexcept)
VICAR_FUNCTION_TRAITS(function_traits, (Parameters...) const noexcept)
#define VICAR_UNUSUAL_TRAITS(qualifiers)                                    \
  VICAR_FUNCTION_TRAITS(unusual_function_traits, (Parameters...)qualifiers) \
  VICAR_FUNCTION_TRAITS(unusual_function_traits, (Parameters..., ...)qualifiers)
#define VICAR_UNUSUAL_TRAITS_OF(qualifiers)  \
  VICAR_UNUSUAL_TRAITS(qualifiers)           \
  VICAR_UNUSUAL_TRAITS(qualifiers&)          \
  VICAR_UNUSUAL_TRAITS(qualifiers&&)         \
  VICAR_UNUSUAL_TRAITS(qualifiers noexcept)  \
  VICAR_UNUSUAL_TRAITS(qualifiers& noexcept) \
  VICAR_UNUSUAL_TRAITS(qualifiers&& noexcept)
VICAR_UNUSUAL_TRAITS_OF()
VICAR_UNUSUAL_TRAITS_OF(const)
VICAR_UNUSUAL_TRAITS_OF(volatile)
VICAR_UNUSUAL_TRAITS_OF(const volatile)
#undef VICAR_UNUSUAL_TRAITS_OF
#undef VICAR_UNUSUAL_TRAITS
#undef VICAR_FUNCTION_TRAITS

/// The class that a member pointer points into (`class_type`), and the members of `signature` for a method, or the
/// `field_type` of a field. The arity is -1 if it is not a method.
template <class Pointer>
struct member_traits {
  using class_type = void;
  static constexpr bool takes_mutable_lvalue = false;
  static constexpr int arity = -1;
};
template <class Class, class Field>
struct member_traits<Field Class::*> {
  using class_type = Class;
  using field_type = Field;
  static constexpr bool takes_mutable_lvalue = false;
  static constexpr int arity = -1;
};
template <class Class, class Function>
  requires std::is_function_v<Function>
struct member_traits<Function Class::*> : function_traits<Function> {
  using class_type = Class;
};

/// The parameters that a function is declared with, as `type`.
template <class Function>
struct declared_parameters {
  using type = unknown_parameters;
};
template <class Function>
  requires(member_traits<Function>::arity >= 0)
struct declared_parameters<Function> {
  using type = typename member_traits<Function>::parameters;
};
template <class Function>
  requires std::is_function_v<Function>
struct declared_parameters<Function*> {
  using type = typename function_traits<Function>::parameters;
};
template <class Function>
  requires std::is_class_v<Function> && requires { &Function::operator(); }
struct declared_parameters<Function> : declared_parameters<decltype(&Function::operator())> {};

/// The parameters after the first, which is the object.
template <class Parameters>
struct without_object {
  using type = unknown_parameters;
};
template <class Object, class... Parameters>
struct without_object<type_list<Object, Parameters...>> {
  using type = type_list<Parameters...>;
};
/// The parameters of a function that is called with an object and arguments.
template <class Function>
struct parameters_after_object : without_object<typename declared_parameters<Function>::type> {};
template <class Function>
  requires std::is_member_pointer_v<Function>
struct parameters_after_object<Function> : declared_parameters<Function> {};

/// The result of reading a field of type `Field`: the decayed value, a `std::array` for an array.
template <class Field>
struct read_result {
  using type = std::remove_cv_t<Field>;
};
template <class Element, std::size_t Size>
struct read_result<Element[Size]> {
  using type = std::array<typename read_result<std::remove_cv_t<Element>>::type, Size>;
};
template <class Element, std::size_t Size>
struct read_result<const Element[Size]> : read_result<Element[Size]> {};
template <class Field>
using read_result_t = typename read_result<std::remove_reference_t<Field>>::type;

/// An element that can be default-initialised without a value and assigned later.
template <class Element>
concept assigned_later = std::is_trivially_copyable_v<Element> && std::is_trivially_default_constructible_v<Element> &&
                         std::is_copy_assignable_v<Element>;

/// Copies the elements of an array, including nested arrays, to a `std::array`.
template <class Copy, class Array>
constexpr void assign_elements(Copy& copy, Array& array) {
  for (std::size_t i = 0; i < std::extent_v<Array>; ++i) {
    if constexpr (std::is_array_v<std::remove_extent_t<Array>>)
      assign_elements(copy[i], array[i]);
    else
      copy[i] = array[i];
  }
}

/// Copies an array. Does not expand to one expression per element: for a large buffer, the compiler would run out of
/// memory. A function of its own, so that g++ constructs the copy in place instead of on the stack, which may be too
/// small.
template <class Array>
constexpr read_result_t<Array> assigned_copy(Array& array) {
  read_result_t<Array> copy;
  assign_elements(copy, array);
  return copy;
}

/// Copies a field or a result; arrays, including nested ones, element by element.
template <class Field>
constexpr read_result_t<Field> read_field(Field&& field) {
  using array = std::remove_reference_t<Field>;
  using element = std::remove_cv_t<std::remove_all_extents_t<array>>;
  if constexpr (std::is_array_v<array> && assigned_later<element>) {
    return assigned_copy(std::as_const(field));
  } else if constexpr (std::is_array_v<array>) {
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      return read_result_t<Field>{read_field(field[Index])...};
    }(std::make_index_sequence<std::extent_v<array>>{});
  } else {
    return read_result_t<Field>(std::as_const(field));
  }
}

}  // namespace vicar::detail

#endif
