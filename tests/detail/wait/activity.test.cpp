// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/wait/activity.hpp>

#include <chrono>
#include <string_view>

#include "support/catch.hpp"

using vicar::detail::activity;

TEST_CASE("a new activity is at rest, with all counters zero") {
  const activity activity_of_actor;
  CHECK(activity_of_actor.running().empty());
  const vicar::actor_stats stats = activity_of_actor.stats(3);
  CHECK(stats.mailbox_depth == 3);
  CHECK(stats.processed == 0);
  CHECK(stats.failed == 0);
  CHECK(stats.dropped == 0);
  CHECK(stats.running_member.empty());
}

TEST_CASE("the running member is visible, with the time of its start") {
  constexpr std::string_view label = "play";
  activity activity_of_actor;
  const auto about = std::chrono::steady_clock::now();
  activity_of_actor.begin(label);
  CHECK(activity_of_actor.running() == "play");
  CHECK(activity_of_actor.stats(0).running_member == "play");
  const auto since = activity_of_actor.stats(0).running_since;
  CHECK(since > about - std::chrono::seconds{1});  // the clock is coarse
  CHECK(since <= std::chrono::steady_clock::now());
  activity_of_actor.rest();
  CHECK(activity_of_actor.running().empty());
}

TEST_CASE("messages are counted by their outcome") {
  activity activity_of_actor;
  activity_of_actor.count_processed(false);
  activity_of_actor.count_processed(true);
  activity_of_actor.count_processed(false);
  activity_of_actor.count_dropped();
  const vicar::actor_stats stats = activity_of_actor.stats(0);
  CHECK(stats.processed == 3);
  CHECK(stats.failed == 1);
  CHECK(stats.dropped == 1);
}
