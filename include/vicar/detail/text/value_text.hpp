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

// The text of messages in logs and errors: the type, or the value if the type is marked for inspection.
namespace vicar::detail {

/// Prints a marked type with `text(value)`, and an object with `snapshot(object)`. Defined in inspect.hpp.
template <class T>
struct inspector;

template <class T>
concept inspector_included = requires { sizeof(inspector<T>); };

template <class T>
VICAR_CONSTEVAL bool check_inspector() {
  static_assert(inspector_included<T>,
                "vicar: a type is marked with enable_inspection, but the code that prints it is missing; include "
                "<vicar/inspect.hpp> where the type is marked");
  return inspector_included<T>;
}

/// The value of a marked type, the name of any other type.
template <class T>
std::string message_text(const T& message) {
  if constexpr (enable_inspection<T>) {
    if constexpr (check_inspector<T>()) return inspector<T>::text(message);
  }
  return std::string{class_name<T>};
}

/// Excludes `nullptr`, which is convertible but not a text, and `char*`, which may be a buffer without a terminating
/// null.
template <class T>
concept readable_text = std::convertible_to<const T&, std::string_view> && !std::is_null_pointer_v<T> &&
                        (!std::is_pointer_v<T> || std::is_const_v<std::remove_pointer_t<T>>);

template <readable_text T>
std::string_view read_text(const T& value) {
  if constexpr (std::is_bounded_array_v<T>) {
    const std::string_view all{value, std::extent_v<T>};  // a full array has no terminating null
    return all.substr(0, all.find('\0'));
  } else {
    return std::string_view{value};
  }
}

/// The text of a value inside a printed one: also uses fmt.
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
    return fmt::vformat("{:?}", fmt::make_format_args(text));  // `format` checks the pattern in each unit
  } else if constexpr (fmt::is_formattable<T>::value && !std::is_pointer_v<T>) {
    return fmt::format("{}", value);
  } else {
    if constexpr (std::is_pointer_v<T> || std::is_member_pointer_v<T>) {
      if (value == nullptr) return "null";
    }
    return std::string{class_name<T>};
  }
}

/// Appends an item to a comma-separated list.
inline void append_item(std::string& list, std::string_view item) {
  if (!list.empty()) list += ", ";
  list += item;
}

template <class... Arguments>
concept some_marked = (enable_inspection<std::decay_t<Arguments>> || ...);

}  // namespace vicar::detail

#endif
