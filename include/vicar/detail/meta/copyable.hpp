// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_META_COPYABLE_HPP
#define VICAR_DETAIL_META_COPYABLE_HPP

#include <concepts>
#include <iterator>
#include <tuple>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/meta/member_traits.hpp>

namespace vicar::detail {

/// A container or a container adaptor, but not a view or a handle such as an iterator, which do not copy elements.
template <class T>
concept owns_elements = !std::ranges::enable_view<T> && requires(T& of) {
  sizeof(typename T::value_type);
  requires std::is_object_v<typename T::value_type>;
  requires requires { of.begin(); } || requires { typename T::container_type; } || requires { of.has_value(); };
};

/// The types of the elements that a copy of a `T` also copies.
template <class T>
struct elements_of {
  using types = type_list<>;
};
template <owns_elements T>
struct elements_of<T> {
  using types = type_list<typename T::value_type>;
};
template <class First, class Second>
struct elements_of<std::pair<First, Second>> {
  using types = type_list<First, Second>;
};
template <class... Elements>
struct elements_of<std::tuple<Elements...>> {
  using types = type_list<Elements...>;
};
/// Detects `std::variant` by its members, because its header is not needed otherwise.
template <template <class...> class Variant, class... Alternatives>
  requires(!owns_elements<Variant<Alternatives...>>) &&
          requires(Variant<Alternatives...>& variant) { variant.valueless_by_exception(); }
struct elements_of<Variant<Alternatives...>> {
  using types = type_list<Alternatives...>;
};

template <class... Holders, class... Elements>
VICAR_CONSTEVAL bool copies_elements(type_list<Elements...>);

/// Whether the element is copyable, recursively. `Holders` are the enclosing types already being checked, so that
/// recursive types terminate. A function instead of a lambda in the fold over the elements: g++ 14 and later confuse
/// the pack of such a lambda with one of the inner fold.
template <class Element, class... Holders>
VICAR_CONSTEVAL bool copies_element() {
  using element = std::remove_cv_t<Element>;
  if constexpr ((std::is_same_v<element, Holders> || ...))
    return true;
  else if constexpr (!std::is_copy_constructible_v<Element>)
    return false;
  else
    return copies_elements<element, Holders...>(typename elements_of<element>::types{});
}

template <class... Holders, class... Elements>
VICAR_CONSTEVAL bool copies_elements(type_list<Elements...>) {
  return (copies_element<Elements, Holders...>() && ...);
}

/// Whether the elements of a `T`, if any, are copyable. A container has a copy constructor even if they are not.
template <class T>
inline constexpr bool elements_copyable = copies_elements<T>(typename elements_of<T>::types{});

/// Whether a `T` can really be copied, not only whether its copy constructor is declared.
template <class T>
inline constexpr bool copyable = std::is_copy_constructible_v<T> && elements_copyable<T>;

/// As `copyable`, but for an implicit copy, such as that of a message.
template <class T>
concept implicitly_copyable = std::copy_constructible<T> && elements_copyable<T>;

}  // namespace vicar::detail

#endif
