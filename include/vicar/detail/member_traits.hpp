// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_MEMBER_TRAITS_HPP
#define VICAR_DETAIL_MEMBER_TRAITS_HPP

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace vicar::detail {

/// A parameter that would bind to the copy in the message, so that the caller would never see what was written to it.
template <class Parameter>
concept mutable_lvalue = std::is_lvalue_reference_v<Parameter> && !std::is_const_v<std::remove_reference_t<Parameter>>;

template <class... Types>
struct type_list {};

/// What a member pointer points into (`class_type`), the method's `parameters` and `result`, whether one of the
/// parameters is a `mutable_lvalue`, and how many there are (-1 for what is no method).
template <class Pointer>
struct member_traits {
  using class_type = void;
  static constexpr bool takes_mutable_lvalue = false;
  static constexpr int arity = -1;
};

template <class Class, class Field>
  requires std::is_object_v<Field>
struct member_traits<Field Class::*> {
  using class_type = Class;
  using field_type = Field;
  static constexpr bool takes_mutable_lvalue = false;
  static constexpr int arity = -1;
};

#define VICAR_MEMBER_TRAITS(qualifiers)             \
  VICAR_MEMBER_TRAITS_OF((Parameters...)qualifiers) \
  VICAR_MEMBER_TRAITS_OF((Parameters..., ...)qualifiers)
#define VICAR_MEMBER_TRAITS_OF(signature)                                             \
  template <class Class, class Result, class... Parameters>                           \
  struct member_traits<Result(Class::*) signature> {                                  \
    using class_type = Class;                                                         \
    using parameters = type_list<Parameters...>;                                      \
    using result = Result;                                                            \
    static constexpr bool takes_mutable_lvalue = (mutable_lvalue<Parameters> || ...); \
    static constexpr int arity = sizeof...(Parameters);                               \
  };
#define VICAR_MEMBER_TRAITS_REFERENCES(qualifiers) \
  VICAR_MEMBER_TRAITS(qualifiers)                  \
  VICAR_MEMBER_TRAITS(qualifiers&)                 \
  VICAR_MEMBER_TRAITS(qualifiers&&)                \
  VICAR_MEMBER_TRAITS(qualifiers noexcept)         \
  VICAR_MEMBER_TRAITS(qualifiers& noexcept)        \
  VICAR_MEMBER_TRAITS(qualifiers&& noexcept)
VICAR_MEMBER_TRAITS_REFERENCES()
VICAR_MEMBER_TRAITS_REFERENCES(const)
VICAR_MEMBER_TRAITS_REFERENCES(volatile)
VICAR_MEMBER_TRAITS_REFERENCES(const volatile)
#undef VICAR_MEMBER_TRAITS_REFERENCES
#undef VICAR_MEMBER_TRAITS
#undef VICAR_MEMBER_TRAITS_OF

/// What a read of a field of type `Field` gives: the decayed value, a `std::array` for an array.
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

/// A copy of a field; arrays, also nested ones, element by element.
template <class Field>
constexpr read_result_t<Field> read_field(Field& field) {
  if constexpr (std::is_array_v<Field>) {
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      return read_result_t<Field>{read_field(field[Index])...};
    }(std::make_index_sequence<std::extent_v<Field>>{});
  } else {
    return field;
  }
}

}  // namespace vicar::detail

#endif
