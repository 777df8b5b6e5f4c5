// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/wait/activity.hpp>

#include <chrono>
#include <string_view>

#include "support/catch.hpp"

using vicar::detail::activity;

TEST_CASE("a new activity is at rest, with all counters zero") {
  const activity current;
  CHECK(current.running().empty());
  const vicar::actor_stats stats = current.stats(3, 2);
  CHECK(stats.mailbox_depth == 3);
  CHECK(stats.suspended == 2);
  CHECK(stats.processed == 0);
  CHECK(stats.failed == 0);
  CHECK(stats.dropped == 0);
  CHECK(stats.running_member.empty());
}

TEST_CASE("the running member is visible, with the time of its start") {
  constexpr std::string_view label = "play";
  activity current;
  const auto about = std::chrono::steady_clock::now();
  current.begin(label);
  CHECK(current.running() == "play");
  CHECK(current.stats(0, 0).running_member == "play");
  const auto since = current.stats(0, 0).running_since;
  CHECK(since > about - std::chrono::seconds{1});  // the clock is coarse
  CHECK(since <= std::chrono::steady_clock::now());
  current.rest();
  CHECK(current.running().empty());
}

TEST_CASE("messages are counted by their outcome") {
  activity current;
  current.count_processed(false);
  current.count_processed(true);
  current.count_processed(false);
  current.count_dropped();
  const vicar::actor_stats stats = current.stats(0, 0);
  CHECK(stats.processed == 3);
  CHECK(stats.failed == 1);
  CHECK(stats.dropped == 1);
}
