// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_EVERY_ORDER_HPP
#define VICAR_TESTS_SUPPORT_EVERY_ORDER_HPP

#include <chrono>
#include <cstddef>
#include <set>
#include <string>

#include <vicar/explore.hpp>

#include "support/catch.hpp"
#include "support/log_capture.hpp"
#include "support/require.hpp"

namespace support {

/// Runs `body(world)` in every order that leads to something new, and expects it to pass. `body` returns what can be
/// observed, and the set of these is returned.
template <class Body>
std::set<std::string> every_order(Body body, std::size_t most_runs = 50'000) {
  const log_capture quiet;
  std::set<std::string> seen;
  const vicar::exploration found =
      vicar::try_explore({.runs = most_runs, .how = vicar::strategy::exhaustive, .slack = std::chrono::nanoseconds{0}},
                         [&](vicar::world& world) { seen.insert(body(world)); });
  CHECK(found.failure == "");
  CHECK(found.uncontrolled == "");
  CHECK(found.complete);
  return seen;
}

}  // namespace support

#endif
