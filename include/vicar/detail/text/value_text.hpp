// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TEXT_VALUE_TEXT_HPP
#define VICAR_DETAIL_TEXT_VALUE_TEXT_HPP

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/core.h>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/fwd.hpp>

// How messages look in logs and errors: by their type, or, where that is marked for inspection, by their value.
namespace vicar::detail {

/// How a marked type is printed, `text(value)`, and how an object is, `snapshot(object)`. Defined in inspect.hpp.
template <class T>
struct inspector;

template <class T>
concept inspector_included = requires { sizeof(inspector<T>); };

template <class T>
VICAR_CONSTEVAL bool check_inspector() {
  static_assert(
      inspector_included<T>,
      "vicar: a type is marked with enable_inspection, and what prints it is missing; include <vicar/inspect.hpp> "
      "where the type is marked");
  return inspector_included<T>;
}

/// The value of a marked type, the name of any other.
template <class T>
std::string message_text(const T& message) {
  if constexpr (enable_inspection<T>) {
    if constexpr (check_inspector<T>()) return inspector<T>::text(message);
  }
  return std::string{class_name<T>};
}

/// Not `nullptr`, which converts to a text of nothing, and not a `char*`, which may be a buffer that no null ends.
template <class T>
concept readable_text = std::convertible_to<const T&, std::string_view> && !std::is_null_pointer_v<T> &&
                        (!std::is_pointer_v<T> || std::is_const_v<std::remove_pointer_t<T>>);

template <readable_text T>
std::string_view read_text(const T& value) {
  if constexpr (std::is_bounded_array_v<T>) {
    const std::string_view all{value, std::extent_v<T>};  // an array that is full has no null to look for
    return all.substr(0, all.find('\0'));
  } else {
    return std::string_view{value};
  }
}

/// As a member of something that is printed: also what fmt can print.
template <class T>
std::string value_text(const T& value) {
  if constexpr (enable_inspection<T>) {
    return message_text(value);
  } else if constexpr (std::is_null_pointer_v<T>) {
    return "null";
  } else if constexpr (readable_text<T>) {
    if constexpr (std::is_pointer_v<T>) {
      if (!value) return "null";
    }
    const std::string_view text = read_text(value);
    return fmt::vformat("{:?}", fmt::make_format_args(text));  // what `format` checks is checked in each unit
  } else if constexpr (fmt::is_formattable<T>::value && !std::is_pointer_v<T>) {
    return fmt::format("{}", value);
  } else {
    if constexpr (std::is_pointer_v<T> || std::is_member_pointer_v<T>) {
      if (value == nullptr) return "null";
    }
    return std::string{class_name<T>};
  }
}

/// Adds an item to a list of them with commas between.
inline void append_item(std::string& list, std::string_view item) {
  if (!list.empty()) list += ", ";
  list += item;
}

template <class... Arguments>
concept some_marked = (enable_inspection<std::decay_t<Arguments>> || ...);

}  // namespace vicar::detail

#endif
