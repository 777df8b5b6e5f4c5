// SPDX-License-Identifier: BSL-1.0
#include "hand.hpp"

#include "drivers.hpp"
#include "posted_subject.hpp"
#include "subjects.hpp"

namespace benchmarks {

void add_hand(suite& all) { add_subject<posted_subject<hand>>(all, "hand", "ABCDEFGI"); }

}  // namespace benchmarks
