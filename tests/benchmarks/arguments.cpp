// SPDX-License-Identifier: BSL-1.0
#include "arguments.hpp"

#include <cstddef>

#include <fmt/core.h>

namespace benchmarks {

const char* const usage =
    R"(usage: benchmarks [option]...
Compares vicar with what one would write by hand, and with other libraries.

  --scenario REGEX  only scenarios whose label, such as "A round trip, one core", has a match
  --only REGEX      only subjects whose name has a match, beside the one that they are compared with
  --rounds N        counted rounds (7), after one to warm up; N is 1 to 1000
  --quick           few repetitions: shows that everything runs, not how fast
  --json FILE       writes all figures
  --svg FILE        writes a picture of the ratios
  --list            shows the scenarios and their subjects
  --help            shows this
)";

namespace {

std::regex parse_regex(const std::string& option, const std::string& text) {
  try {
    return std::regex{text};
  } catch (const std::regex_error&) {
    throw wrong_argument{fmt::format("{} was given `{}`, which is not a regular expression", option, text)};
  }
}

}  // namespace

arguments parse(const std::vector<std::string>& given) {
  arguments parsed;
  for_each_option(given, [&](const std::string& option, const auto& value) {
    if (option == "--scenario") {
      parsed.scenarios = parse_regex(option, value());
    } else if (option == "--only") {
      parsed.subjects = parse_regex(option, value());
    } else if (option == "--rounds") {
      parsed.rounds = parse_rounds(value());
    } else if (option == "--json") {
      parsed.json_file = value();
    } else if (option == "--svg") {
      parsed.svg_file = value();
    } else if (option == "--quick") {
      parsed.quick = true;
    } else if (option == "--list") {
      parsed.list = true;
    } else if (option == "--help") {
      parsed.help = true;
    } else if (option == "--internal-case") {  // not for users: see `run_in_own_process`
      parsed.child_scenario = value();
      parsed.child_subject = value();
    } else {
      throw wrong_argument{fmt::format("there is no option `{}`", option)};
    }
  });
  return parsed;
}

}  // namespace benchmarks
