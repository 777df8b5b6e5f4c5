// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_PLACEMENT_HPP
#define VICAR_BENCHMARKS_PLACEMENT_HPP

#include <cstddef>
#include <string_view>

#include <sched.h>

// Which cores the threads of a measurement may use. It changes the cost of a message more than anything else does.
namespace benchmarks {

enum class placement { free, one_core, one_core_each };

std::string_view name_of(placement where);
/// `one_core_each` needs two cores.
bool is_possible(placement where);

struct core_set {
  cpu_set_t mask;
};

core_set all_cores();
core_set cores_of_caller(placement where);
/// Under `one_core_each`, neighbours in a row of actors are on different cores, and the first is not on the caller's.
core_set cores_of_actor(placement where, std::size_t index = 0);

void confine_this_thread(const core_set& allowed);

/// Confines the calling thread to its core, and releases it again.
class placed_caller {
 public:
  explicit placed_caller(placement where) { confine_this_thread(cores_of_caller(where)); }
  ~placed_caller() { confine_this_thread(all_cores()); }
  placed_caller(const placed_caller&) = delete;
  placed_caller& operator=(const placed_caller&) = delete;
};

}  // namespace benchmarks

#endif
