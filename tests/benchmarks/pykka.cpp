// SPDX-License-Identifier: BSL-1.0
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "child_process.hpp"
#include "runner.hpp"
#include "subjects.hpp"

namespace benchmarks {

namespace {

/// One scenario by the script, which measures inside: starting Python does not count.
runner run_by_script(char letter) {
  return [letter](const setting& how) {
    const finished_process finished =
        run_process({VICAR_BENCHMARKS_PYTHON, VICAR_BENCHMARKS_PYKKA_SCRIPT, std::string{letter},
                     std::string{name_of(how.where)}, std::to_string(how.actors), how.quick ? "quick" : "whole"});
    if (finished.status != 0)
      throw std::runtime_error{fmt::format("Pykka's scenario {} ended with status {}", letter, finished.status)};
    return parse_measurement(finished.output);
  };
}

}  // namespace

void add_pykka(suite& all) {
  for (const char letter : std::string_view{"ABCDEFGI"}) all.add(letter, "Pykka", run_by_script(letter));
}

}  // namespace benchmarks
