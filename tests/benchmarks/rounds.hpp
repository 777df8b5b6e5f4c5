// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_ROUNDS_HPP
#define VICAR_BENCHMARKS_ROUNDS_HPP

#include <charconv>
#include <stdexcept>
#include <string>

#include <fmt/core.h>

namespace benchmarks {

class wrong_argument : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The value of `--rounds`.
inline int parse_rounds(const std::string& text) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc{} || rest != end || value < 1 || value > 1000)
    throw wrong_argument{fmt::format("--rounds was given `{}`; it takes a number from 1 to 1000", text)};
  return value;
}

}  // namespace benchmarks

#endif
