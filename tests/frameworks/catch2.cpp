// SPDX-License-Identifier: BSL-1.0
// Two test cases that fail, and one that passes: each failed check is reported once.
#include <vicar/explore_catch2.hpp>

#include <vicar/explore.hpp>
#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/order_bugs.hpp"

using support::balance_after_two_withdrawals;

namespace {

const vicar::explore_options with_checks{.runs = 300, .checks = vicar::catch2_checks};

}  // namespace

TEST_CASE("a check that throws") {
  vicar::explore(with_checks, [](vicar::world&) { REQUIRE(balance_after_two_withdrawals() == 20); });
}

TEST_CASE("a check that does not throw") {
  vicar::explore(with_checks, [](vicar::world&) { CHECK_FALSE(balance_after_two_withdrawals() != 20); });
}

TEST_CASE("checks that pass") {
  const vicar::exploration found = vicar::explore(with_checks, [](vicar::world& world) {
    const auto shared = vicar::start<support::account>();
    world.run();
    CHECK(shared.get(&support::account::balance).get() == 100);
    CHECK_NOFAIL(shared.is_alive() == false);
    REQUIRE_THROWS(support::require(false, "this is expected"));
  });
  CHECK(found.runs == 300);
}
