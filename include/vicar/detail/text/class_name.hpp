// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TEXT_CLASS_NAME_HPP
#define VICAR_DETAIL_TEXT_CLASS_NAME_HPP

#include <array>
#include <cstddef>
#include <string_view>

#include <vicar/detail/base/config.hpp>

namespace vicar::detail {

/// The position of a template argument in the text that the compiler generates for a function template: `[with T = X;
/// std::string_view = ...]` for GCC, `[T = X]` for Clang. The text around the argument is always the same, so one known
/// argument is enough to find it.
class argument_place {
 public:
  VICAR_CONSTEVAL argument_place(std::string_view function, std::string_view known)
      : before_{function.rfind(known)}, around_{function.size() - known.size()} {}

  constexpr std::string_view find_in(std::string_view function) const {
    return function.substr(before_, function.size() - around_);
  }

 private:
  std::size_t before_;
  std::size_t around_;
};

template <class T>
VICAR_CONSTEVAL std::string_view function_of_class() {
  return __PRETTY_FUNCTION__;
}
inline constexpr argument_place class_place{function_of_class<double>(), "double"};

/// The qualified name of `T` as the compiler spells it, without run-time type information.
template <class T>
inline constexpr std::string_view class_name = class_place.find_in(function_of_class<T>());

/// The last component of a qualified name: `stack<int>` for `ns::stack<int>`.
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

/// The position of `(class::*)` in the type of a pointer to a method. The types of its template arguments, parameters
/// and result may contain such parts, too. Both positions are `npos` for other types.
struct class_part {
  std::size_t open = std::string_view::npos;
  std::size_t close = std::string_view::npos;

  constexpr explicit class_part(std::string_view type) {
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t i = 0; i < type.size(); ++i) {
      const char c = type[i];
      if (c == '<' || c == '(' || c == '{' || c == '[') {
        if (depth++ == 0) begin = i;
      } else if (c == '>' || c == ')' || c == '}' || c == ']') {
        --depth;
      }
      const bool ends_here = c == ')' && depth == 0 && begin != 0 && type[begin] == '(';
      if (ends_here && type.substr(begin, i - begin).ends_with("::*")) {
        open = begin;
        close = i;
        return;
      }
    }
  }
};

/// The text for a pointer to a method with an unknown name: `ns::node::(long) const -> int` for `int
/// (ns::node::*)(long) const`. Any other text is unchanged.
template <std::size_t Size>
struct method_text {
  std::array<char, Size + 8> characters{};
  std::size_t size = 0;

  VICAR_CONSTEVAL explicit method_text(std::string_view type) {
    const class_part part{type};
    if (part.open == type.npos) {
      append(type);
    } else {
      append(type.substr(part.open + 1, part.close - part.open - 2));
      append(type.substr(part.close + 1));
      append(" -> ");
      append(type.substr(0, part.open - 1));
    }
  }
  constexpr std::string_view view() const { return {characters.data(), size}; }

 private:
  VICAR_CONSTEVAL void append(std::string_view text) {
    for (const char c : text) characters[size++] = c;
  }
};
template <class Pointer>
inline constexpr method_text<class_name<Pointer>.size()> method_text_of{class_name<Pointer>};
template <class Pointer>
inline constexpr std::string_view unnamed_member = method_text_of<Pointer>.view();

}  // namespace vicar::detail

#endif
