// SPDX-License-Identifier: BSL-1.0
// The memory of 1,000 idle actors, including their threads, in a process that has done nothing else, measured like
// scenario G of the benchmarks. Fails if it is more than promised.
#include <cstdio>
#include <vector>

#include <sys/prctl.h>

#include <vicar/vicar.hpp>

#include "benchmarks/resident.hpp"

namespace {

struct adder {
  int add_one(int value) { return value + 1; }
};

}  // namespace

VICAR_PROXY(adder, add_one)

int main() {
  constexpr int count = 1000;
  constexpr double most_for_one = 13'000;

  // A stack that happens to end at the end of a huge page would be backed by one.
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  const double before = benchmarks::resident_bytes();
  std::vector<vicar::actor_proxy<adder>> actors;
  actors.reserve(count);
  for (int i = 0; i < count; ++i) actors.push_back(vicar::start<adder>().proxy());
  int sum = 0;
  for (const auto& each : actors) sum += each->add_one(1).get();
  const double for_one = (benchmarks::resident_bytes() - before) / count;
  std::printf("%.0f bytes for one actor, of %.0f at most\n", for_one, most_for_one);
  return sum == 2 * count && for_one <= most_for_one ? 0 : 1;
}
