// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/wait/activity.hpp>

#include <chrono>
#include <string_view>

#include "support/catch.hpp"

using vicar::detail::activity;

TEST_CASE("a new activity is at rest, with all counters zero") {
  const activity one;
  CHECK(one.running().empty());
  const vicar::actor_stats stats = one.stats(3);
  CHECK(stats.mailbox_depth == 3);
  CHECK(stats.processed == 0);
  CHECK(stats.failed == 0);
  CHECK(stats.dropped == 0);
  CHECK(stats.running_member.empty());
}

TEST_CASE("the running member is visible, with the time of its start") {
  constexpr std::string_view label = "play";
  activity one;
  const auto about = std::chrono::steady_clock::now();
  one.begin(label);
  CHECK(one.running() == "play");
  CHECK(one.stats(0).running_member == "play");
  const auto since = one.stats(0).running_since;
  CHECK(since > about - std::chrono::seconds{1});  // the clock is coarse
  CHECK(since <= std::chrono::steady_clock::now());
  one.rest();
  CHECK(one.running().empty());
}

TEST_CASE("messages are counted by their outcome") {
  activity one;
  one.count_processed(false);
  one.count_processed(true);
  one.count_processed(false);
  one.count_dropped();
  const vicar::actor_stats stats = one.stats(0);
  CHECK(stats.processed == 3);
  CHECK(stats.failed == 1);
  CHECK(stats.dropped == 1);
}
