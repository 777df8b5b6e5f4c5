// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/world/trace.hpp>

#include <algorithm>
#include <array>
#include <string>

#include "support/catch.hpp"

using vicar::detail::runner_id;
using vicar::detail::world_trace;

TEST_CASE("an event reads as a sentence") {
  const std::array<std::string, 2> names{"the test", "store-1"};
  const auto line = [&](const world_trace::event& one) {
    return world_trace::line(one, [&](runner_id which) { return names.at(which); });
  };
  using kind = world_trace::kind;
  CHECK(line({kind::sends, 0, 1, "save", 0}) == "     0.000 s  the test         sends save to store-1");
  CHECK(line({kind::takes, 1, 0, "save", 1'500'000}) == "     0.002 s  store-1          handles save from the test");
  CHECK(line({kind::waits, 0, 0, "", 0}) == "     0.000 s  the test         waits");
  CHECK(line({kind::gives_way, 0, 1, "", 0}) == "     0.000 s  the test         is preempted by store-1");
}

TEST_CASE("the hash depends on what happened, in which order, and when") {
  using kind = world_trace::kind;
  const world_trace::event first{kind::sends, 0, 1, "save", 0};
  const world_trace::event second{kind::sends, 1, 0, "load", 0};
  const auto hash_of = [](const auto&... events) {
    world_trace trace;
    (trace.add(events), ...);
    return trace.hash();
  };
  CHECK(hash_of(first, second) == hash_of(first, second));
  CHECK(hash_of(first, second) != hash_of(second, first));
  CHECK(hash_of(first) != hash_of(world_trace::event{kind::sends, 0, 1, "save", 1}));
  CHECK(hash_of(first) != hash_of(world_trace::event{kind::sends, 0, 1, "load", 0}));
}

TEST_CASE("a trace ends with the failure, and a long one has its beginning and its end") {
  using kind = world_trace::kind;
  const auto name = [](runner_id) { return std::string{"the test"}; };
  world_trace trace;
  for (int i = 0; i < 1000; ++i) trace.add({kind::polls, 0, 0, "", i});
  trace.add({kind::fails, 0, 0, "a check", 1000});
  trace.add({kind::ends, 0, 0, "", 1001});
  const std::string whole = trace.text(kind::fails, name);
  CHECK(std::count(whole.begin(), whole.end(), '\n') == 401);
  CHECK(whole.find("  ... 601 lines left out\n") != std::string::npos);
  CHECK(whole.ends_with("the test         fails: a check\n"));
  CHECK(trace.text(kind::stuck, name).ends_with("the test         ends\n"));
}
