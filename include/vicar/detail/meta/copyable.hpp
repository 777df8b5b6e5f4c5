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

/// A container or an adaptor of one, but neither a view nor a handle such as an iterator, which copy no element.
template <class T>
concept owns_elements = !std::ranges::enable_view<T> && requires(T& of) {
  sizeof(typename T::value_type);
  requires std::is_object_v<typename T::value_type>;
  requires requires { of.begin(); } || requires { typename T::container_type; } || requires { of.has_value(); };
};

/// The types of what a copy of a `T` copies too.
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
/// `std::variant`, by its looks: its header is not needed otherwise.
template <template <class...> class Variant, class... Alternatives>
  requires(!owns_elements<Variant<Alternatives...>>) &&
          requires(Variant<Alternatives...>& variant) { variant.valueless_by_exception(); }
struct elements_of<Variant<Alternatives...>> {
  using types = type_list<Alternatives...>;
};

template <class... Holders, class... Elements>
VICAR_CONSTEVAL bool copies_elements(type_list<Elements...>);

/// Whether the element can be copied, with its own elements. `Holders` are the types around it, which are checked
/// already: a tree may hold trees. A function rather than a lambda in the fold over the elements: g++ 14 and later
/// take the pack of such a lambda for one of the fold inside it.
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

/// Whether the elements of a `T` can be copied, if it has any. A container's copy constructor exists even if not.
template <class T>
inline constexpr bool elements_copyable = copies_elements<T>(typename elements_of<T>::types{});

/// Whether a `T` can be copied, not only by the looks of its constructor.
template <class T>
inline constexpr bool copyable = std::is_copy_constructible_v<T> && elements_copyable<T>;

/// The same of what is copied by an implicit conversion, as a message is.
template <class T>
concept implicitly_copyable = std::copy_constructible<T> && elements_copyable<T>;

}  // namespace vicar::detail

#endif
