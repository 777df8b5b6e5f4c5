// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_TALLY_HPP
#define VICAR_BENCHMARKS_TALLY_HPP

#include <atomic>

namespace benchmarks {

/// The object that every subject puts on a thread: as little work as can still be checked.
class tally {
 public:
  tally() = default;
  ~tally() { destroyed.fetch_add(1, std::memory_order_relaxed); }  // relaxed: a counter
  tally(const tally&) = default;
  tally& operator=(const tally&) = default;

  int add_one(int value) {
    sum += value;
    return value + 1;
  }
  void put(int value) { sum += value; }

  long sum = 0;
  inline static std::atomic<long> destroyed{0};
};

}  // namespace benchmarks

#endif
