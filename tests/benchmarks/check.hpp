// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_CHECK_HPP
#define VICAR_BENCHMARKS_CHECK_HPP

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include <fmt/core.h>

namespace benchmarks {

/// A figure for a wrong result is worth nothing, so it ends the program.
inline void require_equal(long actual, long expected, const char* what) {
  if (actual == expected) return;
  fmt::print(stderr, "benchmarks: {}: {} instead of {}\n", what, actual, expected);
  std::abort();
}

/// Thrown where the system does not let a subject run, as with too many threads: that is not a wrong result.
class left_out : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace benchmarks

#endif
