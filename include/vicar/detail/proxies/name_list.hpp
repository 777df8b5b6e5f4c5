// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_PROXIES_NAME_LIST_HPP
#define VICAR_DETAIL_PROXIES_NAME_LIST_HPP

#include <array>
#include <cstddef>
#include <string_view>

#include <vicar/detail/base/config.hpp>

// Checks the text of a list of members, before the compiler sees the members.
namespace vicar::detail {

inline constexpr std::size_t most_names = 64;

/// Properties of the names in a list of members.
struct name_list {
  std::size_t count = 0;
  bool repeated = false;
  bool qualified = false;  // a name is a member pointer, or begins with a class
};

/// The name of an item: the whole item, or the first part of a property.
VICAR_CONSTEVAL std::string_view name_in(std::string_view item) {
  if (const auto open = item.find('('); open != item.npos) item = item.substr(open + 1, item.find(',') - open - 1);
  while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
  while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
  return item;
}

VICAR_CONSTEVAL name_list read_names(std::string_view text) {
  name_list list;
  std::array<std::string_view, most_names> names{};
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c != ',' || depth != 0) continue;
    const std::string_view name = name_in(text.substr(begin, i - begin));
    begin = i + 1;
    list.qualified |= name.find_first_of("&:") != name.npos;
    if (name.empty() || list.count++ >= most_names) continue;
    for (std::size_t before = 0; before + 1 < list.count; ++before) list.repeated |= names[before] == name;
    names[list.count - 1] = name;
  }
  return list;
}

/// False if the preprocessor has cut the name of a type at a comma between template arguments.
VICAR_CONSTEVAL bool is_whole_type(std::string_view text) {
  int depth = 0;
  for (const char c : text) depth += c == '<' ? 1 : c == '>' ? -1 : 0;
  return depth == 0;
}

}  // namespace vicar::detail

#endif
