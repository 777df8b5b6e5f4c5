// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_RESIDENT_HPP
#define VICAR_BENCHMARKS_RESIDENT_HPP

#include <fstream>

#include <unistd.h>

namespace benchmarks {

/// The memory that the process really occupies, in bytes.
inline double resident_bytes() {
  std::ifstream statistics{"/proc/self/statm"};
  double all_pages = 0;
  double resident_pages = 0;
  statistics >> all_pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace benchmarks

#endif
