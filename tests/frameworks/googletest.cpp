// SPDX-License-Identifier: BSL-1.0
// Two tests that fail, and one that passes: each failed check is reported once.
#include <vicar/explore_googletest.hpp>

#include <gtest/gtest.h>

#include <vicar/explore.hpp>
#include <vicar/vicar.hpp>

#include "support/order_bugs.hpp"

using support::balance_after_two_withdrawals;

namespace {

const vicar::explore_options with_checks{.runs = 300, .checks = vicar::googletest_checks};

TEST(Frameworks, ACheckThatReturns) {
  vicar::explore(with_checks, [](vicar::world&) { ASSERT_EQ(balance_after_two_withdrawals(), 20); });
}

TEST(Frameworks, ACheckThatGoesOn) {
  vicar::explore(with_checks, [](vicar::world&) { EXPECT_EQ(balance_after_two_withdrawals(), 20); });
}

TEST(Frameworks, ChecksThatPass) {
  const vicar::exploration found = vicar::explore(with_checks, [](vicar::world&) {
    EXPECT_EQ(vicar::start<support::account>().get(&support::account::balance).get(), 100);
  });
  EXPECT_EQ(found.runs, 300U);
}

}  // namespace
