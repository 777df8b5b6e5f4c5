// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_CHILD_PROCESS_HPP
#define VICAR_BENCHMARKS_CHILD_PROCESS_HPP

#include <string>
#include <vector>

namespace benchmarks {

struct finished_process {
  int status = 0;  ///< of its exit; more than 128 if a signal ended it
  std::string output;
  double processor_seconds = 0;  ///< its own and of those that it waited for
};

/// Runs a program, given by its path, to its end. Its errors go where those of this program go.
finished_process run_process(const std::vector<std::string>& command);

}  // namespace benchmarks

#endif
