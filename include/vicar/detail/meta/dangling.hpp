// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_META_DANGLING_HPP
#define VICAR_DETAIL_META_DANGLING_HPP

#include <concepts>
#include <initializer_list>
#include <iterator>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/meta/copyable.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/fwd.hpp>

// Detects results that refer to data that they do not own. Raw pointers are the user's responsibility, and the fields
// of a class cannot be inspected.
namespace vicar::detail {

/// A class whose objects refer to data that they do not own, and are copied instead of the data.
template <class Result>
inline constexpr bool is_view = std::ranges::enable_view<Result> && std::ranges::enable_borrowed_range<Result> &&
                                !std::input_iterator<Result>;  // a directory iterator is its own range
/// Detects `std::reference_wrapper` by its members, because its header is expensive.
template <class Result>
concept wraps_reference = requires(const Result& result) {
  typename Result::type;
  { result.get() } -> std::same_as<typename Result::type&>;
  static_cast<typename Result::type&>(result);
};
template <wraps_reference Result>
inline constexpr bool is_view<Result> = true;
/// The proxy for an element of a `std::vector<bool>`; in libc++, the const one, too.
template <class Result>
  requires(!std::same_as<Result, bool>) && (std::same_as<Result, std::vector<bool>::reference> ||
                                            std::same_as<Result, std::vector<bool>::const_reference>)
inline constexpr bool is_view<Result> = true;

/// An iterator that is multi-pass by its own category, such as a `std::move_iterator`, or that only writes.
template <class Result>
concept position_by_category = requires {
  typename Result::iterator_category;
  requires std::derived_from<typename Result::iterator_category, std::forward_iterator_tag> ||
               std::same_as<typename Result::iterator_category, std::output_iterator_tag>;
};
/// A position in a sequence that is stored elsewhere. Single-pass iterators, such as directory iterators, own what they
/// read.
template <class Result>
concept position = requires(Result& result) {
  *result;
  ++result;
} && (std::forward_iterator<Result> || position_by_category<Result>);

/// A proxy for a bit of a `std::bitset` or the like.
template <class Result>
concept bit_reference = requires(Result& bit) {
  bit.flip();
  { ~bit } -> std::same_as<bool>;
  static_cast<bool>(bit);
};

/// A text view that the standard library does not mark as one, such as `fmt::string_view`: a pointer and a length.
template <class Result>
concept text_view = sizeof(Result) <= 2 * sizeof(void*) && std::is_trivially_copyable_v<Result> &&
                    std::is_convertible_v<const std::string&, Result> && requires(const Result& text) {
                      { text.data() } -> std::same_as<const char*>;
                    };

template <class Result>
inline constexpr bool is_initializer_list = false;
template <class Element>
inline constexpr bool is_initializer_list<std::initializer_list<Element>> = true;

/// A view, or a type that is used like one.
template <class Result>
VICAR_CONSTEVAL bool looks_elsewhere() {
  return is_view<Result> || is_initializer_list<Result> || position<Result> || bit_reference<Result> ||
         text_view<Result>;
}

/// The types of the values inside a `T`, whether a copy copies them or shares them.
template <class T>
struct parts_of : elements_of<T> {};
template <class T>
struct parts_of<future<T>> {
  using types = type_list<T>;
};
/// A class derived from a pair, as the sub-matches of a regular expression are derived from a pair of iterators.
template <class T>
  requires requires {
    typename T::first_type;
    typename T::second_type;
    requires !std::is_same_v<T, std::pair<typename T::first_type, typename T::second_type>>;
    requires std::derived_from<T, std::pair<typename T::first_type, typename T::second_type>>;
  }
struct parts_of<T> {
  using types = type_list<typename T::first_type, typename T::second_type>;
};
/// Detects `std::expected` by its members.
template <class Value, class Error, template <class, class> class Expected>
  requires requires(Expected<Value, Error>& expected) {
    expected.has_value();
    typename Expected<Value, Error>::error_type;
  }
struct parts_of<Expected<Value, Error>> {
  using types = type_list<Value, Error>;
};
/// Smart pointers to one object or an array.
template <class T>
  requires requires(const T& pointer) {
    sizeof(typename T::element_type);
    { pointer.get() } -> std::convertible_to<const volatile void*>;
    static_cast<bool>(pointer);
  }
struct parts_of<T> {
  using types = type_list<typename T::element_type>;
};
/// Views that consist of other views, functions, or a container.
template <template <class...> class View, class... Parts>
  requires std::ranges::enable_view<View<Parts...>>
struct parts_of<View<Parts...>> {
  using types = type_list<Parts...>;
};
template <class Base, auto... Values, template <class, auto...> class View>
  requires(sizeof...(Values) != 0 && std::ranges::enable_view<View<Base, Values...>>)
struct parts_of<View<Base, Values...>> {
  using types = type_list<Base>;
};

template <class... Holders, class... Parts>
VICAR_CONSTEVAL bool some_dangle(type_list<Parts...>);

/// Whether the type dangles, or one of its parts. `Holders` are the enclosing types already being checked. A function
/// instead of a lambda in the fold over the parts: see `copies_element`.
template <class Part, class... Holders>
VICAR_CONSTEVAL bool part_dangles() {
  using part = std::remove_cv_t<Part>;
  if constexpr (std::is_reference_v<part>)
    return true;
  else if constexpr (!std::is_class_v<part> || enable_view_result<part> || (std::is_same_v<part, Holders> || ...))
    return false;
  else if constexpr (looks_elsewhere<part>())
    return true;
  else
    return some_dangle<part, Holders...>(typename parts_of<part>::types{});
}

template <class... Holders, class... Parts>
VICAR_CONSTEVAL bool some_dangle(type_list<Parts...>) {
  return (part_dangles<Parts, Holders...>() || ...);
}

/// Whether a result of this type, or a value inside it, refers to data that it does not own.
template <class Result>
inline constexpr bool dangles = some_dangle<>(type_list<Result>{});

/// The type in which a future keeps a result: the decayed value, a `std::array` for an array.
template <class Returned>
struct kept_result {
  using type = std::decay_t<Returned>;
};
template <class Returned>
  requires std::is_bounded_array_v<std::remove_reference_t<Returned>>
struct kept_result<Returned> {
  using type = read_result_t<Returned>;
};
template <class Returned>
using kept_result_t = typename kept_result<Returned>::type;

/// Whether a future can keep such a result.
template <class Returned, class Kept = kept_result_t<Returned>>
VICAR_CONSTEVAL bool keepable() {
  if constexpr (std::is_void_v<Kept>)
    return true;
  else if constexpr (std::is_array_v<std::remove_reference_t<Returned>>)
    return !std::is_unbounded_array_v<std::remove_reference_t<Returned>> && copyable<Kept>;
  else if constexpr (!std::is_reference_v<Returned> && std::same_as<Kept, std::remove_cv_t<Returned>>)
    return true;
  else
    return std::is_constructible_v<Kept, Returned> &&
           (!std::is_lvalue_reference_v<Returned> || elements_copyable<Kept>);
}

}  // namespace vicar::detail

#endif
