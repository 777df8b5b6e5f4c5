// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/world/decisions.hpp>

#include <vector>

#include <vicar/detail/world/schedule.hpp>

#include "support/catch.hpp"

using vicar::detail::decisions;
using vicar::detail::deviation;
using vicar::detail::fault_happens;
using vicar::detail::hold;
using vicar::detail::timeout_expires;

TEST_CASE("a run in the default order has no differences") {
  decisions made;
  made.add({{0, 1, 0}, 0, 1, true, true});
  made.add({{0, 2, 1}, 1, 0, true, true});
  CHECK(made.deviations(false).size() == 0);
  CHECK(made.deviations(true).size() == 0);
  CHECK(made.holds().size() == 0);
}

TEST_CASE("deviations are told from each of the default orders") {
  decisions made;
  made.add({{1, 4, 0}, 1, 4, false, true});
  made.add({{0, 7, timeout_expires}, 0, 7, false, false});
  CHECK(made.deviations(false).deviations == std::vector<deviation>{{1, 4, 0}, {0, 7, timeout_expires}});
  CHECK(made.deviations(true).deviations == std::vector<deviation>{{0, 7, timeout_expires}});
  CHECK(made.deviations(true).from_latest);
}

TEST_CASE("a thread that was not chosen, although it was its turn, is held until it is") {
  decisions made;
  made.add({{1, 4, 0}, 1, 4, false, false});  // 1 is held
  made.add({{0, 7, 0}, 0, 7, true, true});
  made.add({{0, 8, 2}, 0, 8, false, false});  // and so is 0
  made.add({{2, 3, 1}, 2, 3, false, false});  // 1 goes on after choice 3 of 2, which is held now
  made.add({{1, 5, fault_happens}, 1, 5, false, false});
  made.add({{1, 6, 0}, 2, 3, false, false});
  const vicar::detail::schedule found = made.holds();
  CHECK(found.deviations == std::vector<deviation>{{1, 5, fault_happens}});
  CHECK(found.holds == std::vector<hold>{{1, 4, 2, 3}, {0, 8, 1, 6}, {2, 3, 2, 0}});
}
