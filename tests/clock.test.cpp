// SPDX-License-Identifier: BSL-1.0
#include <vicar/clock.hpp>

#include <chrono>

#include "support/catch.hpp"

using namespace std::chrono_literals;

TEST_CASE("vicar::clock is the steady clock outside of worlds") {
  const auto before = std::chrono::steady_clock::now();
  vicar::sleep_for(2ms);
  const auto after = vicar::clock::now();
  CHECK(after - before >= 2ms);
  CHECK(after <= std::chrono::steady_clock::now());
  vicar::sleep_for(-1s);
  vicar::sleep_until(before);
}
