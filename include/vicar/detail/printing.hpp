// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_PRINTING_HPP
#define VICAR_DETAIL_PRINTING_HPP

#include <concepts>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <fmt/core.h>

#include <vicar/detail/class_name.hpp>
#include <vicar/fwd.hpp>

// How messages look in logs and errors: by their type, or, where that is marked for inspection, by their value.
namespace vicar::detail {

class cell;

/// How a marked type is printed, `text(value)`, and how an object is, `snapshot(object)`. Defined in inspect.hpp.
template <class T>
struct inspector;

template <class T>
concept inspector_included = requires { sizeof(inspector<T>); };

template <class T>
consteval bool check_inspector() {
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

/// As a member of something that is printed: also what fmt can print.
template <class T>
std::string value_text(const T& value) {
  if constexpr (enable_inspection<T>) {
    return message_text(value);
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    if constexpr (std::is_pointer_v<T>) {
      if (!value) return "null";
    }
    return fmt::format("{:?}", std::string_view{value});
  } else if constexpr (fmt::is_formattable<T>::value && !std::is_pointer_v<T>) {
    return fmt::format("{}", value);
  } else {
    return std::string{class_name<T>};
  }
}

/// Adds an item to a list of them with commas between.
inline void append_item(std::string& list, std::string_view item) {
  if (!list.empty()) list += ", ";
  list += item;
}

/// Given to a message instead of the actor, it makes the text of the arguments.
struct argument_printer {
  template <class... Arguments>
  std::string operator()(const Arguments&... arguments) const {
    std::string text;
    (append_item(text, value_text(arguments)), ...);
    return text;
  }
};

template <class... Arguments>
concept some_marked = (enable_inspection<std::decay_t<Arguments>> || ...);

/// The function of a message with marked arguments: called with a printer, it gives their text.
template <class Reply, class Run, class... Arguments>
struct printable_function {
  Run run;
  std::tuple<Arguments...> kept;

  Reply operator()(cell& owner) {
    return std::apply([&](Arguments&... arguments) -> Reply { return run(owner, arguments...); }, kept);
  }
  std::string operator()(const argument_printer& print) const { return std::apply(print, kept); }
};

template <class Function>
inline constexpr bool is_printable_function = false;
template <class Reply, class Run, class... Arguments>
inline constexpr bool is_printable_function<printable_function<Reply, Run, Arguments...>> = true;

/// The function of a message: `run(cell&, arguments&...)` with arguments that are kept decayed.
template <class Reply, class Run, class... Arguments>
auto keep_arguments(Run run, Arguments&&... arguments) {
  if constexpr (some_marked<Arguments...>) {
    return printable_function<Reply, Run, std::decay_t<Arguments>...>{std::move(run),
                                                                      {std::forward<Arguments>(arguments)...}};
  } else {
    return [run = std::move(run), ... kept = std::forward<Arguments>(arguments)](cell& owner) mutable -> Reply {
      return run(owner, kept...);
    };
  }
}

/// The label of a message; its arguments, too, if one of them is marked.
template <class Function>
auto described(std::string_view label, Function& function) {
  if constexpr (is_printable_function<Function>)
    return fmt::format("{}({})", label, function(argument_printer{}));
  else
    return label;
}

}  // namespace vicar::detail

#endif
