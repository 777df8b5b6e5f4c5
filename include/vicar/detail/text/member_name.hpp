// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TEXT_MEMBER_NAME_HPP
#define VICAR_DETAIL_TEXT_MEMBER_NAME_HPP

#include <cstddef>
#include <string_view>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/text/class_name.hpp>

namespace vicar::detail {

/// The unqualified name at the end of the compiler's spelling of a pointer to a member: GCC `(int (a::*)(int))a::f` or
/// `&a::f`, for a static data member `(& a::f)`, Clang `&a::f`. Anything that is not a plain identifier, such as a
/// lambda, is unchanged.
constexpr std::string_view last_name(std::string_view value) {
  if (value.starts_with("(&") && value.ends_with(')')) {
    value = value.substr(2, value.size() - 3);
    if (value.starts_with(' ')) value.remove_prefix(1);
  }
  if (value.empty() || value.back() == ')' || value.back() == '}') return value;
  int depth = 0;
  for (std::size_t i = value.size(); i-- > 0;) {
    const char c = value[i];
    if (c == '>') ++depth;
    if (c == '<') --depth;
    if (depth == 0 && (c == ':' || c == '&' || c == ')')) return value.substr(i + 1);
  }
  return value;
}

template <auto Member>
VICAR_CONSTEVAL std::string_view function_of_member() {
  return __PRETTY_FUNCTION__;
}
inline constexpr argument_place member_place{function_of_member<12345>(), "12345"};

/// The name of the member that `Member` points to, without its class.
template <auto Member>
inline constexpr std::string_view member_name = last_name(member_place.find_in(function_of_member<Member>()));

}  // namespace vicar::detail

#endif
