// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_ARGUMENTS_HPP
#define VICAR_BENCHMARKS_ARGUMENTS_HPP

#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "command_line.hpp"

namespace benchmarks {

struct arguments {
  std::optional<std::regex> subjects;
  std::optional<std::regex> scenarios;
  std::string json_file;
  std::string svg_file;
  int rounds = 7;
  bool quick = false;
  bool list = false;
  bool help = false;
  std::string child_scenario;  ///< set in a child process that runs one case only
  std::string child_subject;
};

extern const char* const usage;
arguments parse(const std::vector<std::string>& given);

}  // namespace benchmarks

#endif
