// SPDX-License-Identifier: BSL-1.0
#include "placement.hpp"

#include <cerrno>
#include <system_error>

namespace benchmarks {

namespace {

core_set read_mask() {
  core_set allowed{};
  if (sched_getaffinity(0, sizeof allowed.mask, &allowed.mask) != 0)
    throw std::system_error{errno, std::generic_category(), "sched_getaffinity"};
  return allowed;
}

/// The `number`-th core that the process may use; the last one if there are fewer.
core_set only_core(std::size_t number) {
  const core_set allowed = all_cores();
  core_set chosen{};
  CPU_ZERO(&chosen.mask);
  std::size_t last = 0;
  for (std::size_t core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &allowed.mask)) continue;
    last = core;
    if (number-- == 0) break;
  }
  CPU_SET(last, &chosen.mask);
  return chosen;
}

}  // namespace

std::string_view name_of(placement where) {
  switch (where) {
    case placement::one_core:
      return "one core";
    case placement::one_core_each:
      return "one core each";
    case placement::free:
      break;
  }
  return "free";
}

bool is_possible(placement where) {
  const core_set allowed = all_cores();
  return where != placement::one_core_each || CPU_COUNT(&allowed.mask) >= 2;
}

core_set all_cores() {
  static const core_set at_first = read_mask();
  return at_first;
}

core_set cores_of_caller(placement where) { return where == placement::free ? all_cores() : only_core(0); }

core_set cores_of_actor(placement where, std::size_t index) {
  if (where == placement::free) return all_cores();
  return only_core(where == placement::one_core ? 0 : (index + 1) % 2);
}

void confine_this_thread(const core_set& allowed) {
  if (sched_setaffinity(0, sizeof allowed.mask, &allowed.mask) != 0)
    throw std::system_error{errno, std::generic_category(), "sched_setaffinity"};
}

}  // namespace benchmarks
