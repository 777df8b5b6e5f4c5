// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_RUNNER_HPP
#define VICAR_BENCHMARKS_RUNNER_HPP

#include <functional>
#include <string>
#include <vector>

#include "arguments.hpp"
#include "report.hpp"
#include "suite.hpp"

namespace benchmarks {

/// One scenario with its requested variants and subjects.
struct selection {
  const scenario* which;
  std::vector<const variant*> variants;
  std::vector<const subject_case*> cases;
};

/// Throws `wrong_argument` if nothing is left.
std::vector<selection> select(const suite& all, const arguments& chosen);

/// The messages between two processes of the program.
std::string measurement_line(const measurement& result);
measurement parse_measurement(const std::string& line);

/// Runs one scenario and adds to the report: in each round every variant, and of that every subject in turn.
void run_selection(const selection& selected, const arguments& chosen, report& found);

}  // namespace benchmarks

#endif
