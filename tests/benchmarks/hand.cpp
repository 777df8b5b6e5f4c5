// SPDX-License-Identifier: BSL-1.0
#include "hand.hpp"

#include "bounded.hpp"
#include "drivers.hpp"
#include "posted_subject.hpp"
#include "subjects.hpp"

namespace benchmarks {

void add_hand(suite& all) {
  add_subject<posted_subject<hand>>(all, "hand", "ABCDEFGI");
  add_bounded_subject<posted_subject<bounded_engine<condition_queue>>>(all, "hand");
}

void add_semaphores(suite& all) {
  add_bounded_subject<posted_subject<bounded_engine<semaphore_queue>>>(all, "semaphores");
}

}  // namespace benchmarks
