// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CLASS_NAME_HPP
#define VICAR_DETAIL_CLASS_NAME_HPP

#include <cstddef>
#include <string_view>

namespace vicar::detail {

/// The text behind `key` in what the compiler says of a function template, up to the end of that template argument.
/// GCC writes `[with T = X; std::string_view = ...]`, Clang `[T = X]`.
constexpr std::string_view template_argument(std::string_view function, std::string_view key) {
  std::string_view rest = function.substr(function.find(key) + key.size());
  int depth = 0;
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    const char c = rest[end];
    if (c == '<' || c == '(' || c == '{' || c == '[') ++depth;
    if (c == '>' || c == ')' || c == '}') --depth;
    if (depth == 0 && (c == ';' || c == ']')) break;
    if (c == ']') --depth;
  }
  return rest.substr(0, end);
}

template <class T>
consteval std::string_view make_class_name() {
  return template_argument(__PRETTY_FUNCTION__, "T = ");
}

/// The qualified name of `T` as the compiler writes it, without run-time type information.
template <class T>
inline constexpr std::string_view class_name = make_class_name<T>();

/// The last component of a qualified name: `ns::stack<int>` gives `stack<int>`.
constexpr std::string_view last_component(std::string_view qualified) {
  int depth = 0;
  for (std::size_t i = qualified.size(); i-- > 0;) {
    const char c = qualified[i];
    if (c == '>' || c == ')' || c == '}') ++depth;
    if (c == '<' || c == '(' || c == '{') --depth;
    if (depth == 0 && c == ':') return qualified.substr(i + 1);
  }
  return qualified;
}

}  // namespace vicar::detail

#endif
