// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_EXPLORED_HPP
#define VICAR_TESTS_SUPPORT_EXPLORED_HPP

#include <string>

#include <vicar/explore.hpp>

#include "support/catch.hpp"
#include "support/log_capture.hpp"
#include "support/require.hpp"

namespace support {

inline const vicar::explore_options few{.runs = 40};

/// Explores, and expects no failure.
template <class Body>
void pass(const vicar::explore_options& chosen, Body body) {
  const log_capture quiet;
  const vicar::exploration found = vicar::try_explore(chosen, body);
  CHECK(found.failure == "");
  CHECK(found.uncontrolled == "");
}
/// The failure of some runs.
template <class Body>
std::string failure_of(Body body) {
  const log_capture quiet;
  return vicar::try_explore(few, body).failure;
}

}  // namespace support

#endif
