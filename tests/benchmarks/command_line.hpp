// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_COMMAND_LINE_HPP
#define VICAR_BENCHMARKS_COMMAND_LINE_HPP

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

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

/// Calls `take(option, value)` for each option; `value()` is the word after it.
template <class Take>
void for_each_option(const std::vector<std::string>& given, Take take) {
  for (std::size_t index = 0; index < given.size(); ++index) {
    const std::string& option = given[index];
    take(option, [&]() -> const std::string& {
      if (index + 1 == given.size()) throw wrong_argument{fmt::format("{} needs a value", option)};
      return given[++index];
    });
  }
}

/// The body of a program's `main`: runs `run(parse(words))`, or prints the usage if that was asked for.
template <class Parse, class Run>
int run_program(const char* name, const char* usage, int count, char** values, Parse parse, Run run) {
  try {
    const auto chosen = parse({values + 1, values + count});
    if (chosen.help)
      fmt::print("{}", usage);
    else
      run(chosen);
    return EXIT_SUCCESS;
  } catch (const wrong_argument& error) {
    fmt::print(stderr, "{}: {}\n{}", name, error.what(), usage);
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", name, error.what());
    return EXIT_FAILURE;
  }
}

}  // namespace benchmarks

#endif
