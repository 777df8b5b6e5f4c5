// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TEXT_FORMAT_TEXT_HPP
#define VICAR_DETAIL_TEXT_FORMAT_TEXT_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

// Every translation unit that starts an actor contains the texts of the library. `fmt::format` would be instantiated
// for each list of types, and would check each pattern in each translation unit.
namespace vicar::detail {

/// `pattern` with its `{}` replaced by the texts.
inline std::string format_text(fmt::string_view pattern, std::string_view first, std::string_view second = {},
                               std::string_view third = {}, std::string_view fourth = {}, std::string_view fifth = {}) {
  return fmt::vformat(pattern, fmt::make_format_args(first, second, third, fourth, fifth));
}

inline std::string number_text(std::uint64_t number) { return fmt::vformat("{}", fmt::make_format_args(number)); }

}  // namespace vicar::detail

#endif
