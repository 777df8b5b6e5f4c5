// SPDX-License-Identifier: BSL-1.0
#include <vicar/explore.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
#include <vicar/members.hpp>
#include <vicar/registry.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/order_bugs.hpp"

using namespace std::chrono_literals;
using support::account;
using support::cancel_a_charge;
using support::clerk;
using support::close_a_cycle;
using support::close_a_cycle_late;
using support::containing;
using support::error_text;
using support::require;
using support::withdraw_twice;
using vicar::exploration;
using vicar::explore;
using vicar::explore_options;
using vicar::strategy;
using vicar::try_explore;

namespace {

struct sink {
  void take(int) {}
};
/// Threads of the world that send some messages each to some of the sinks.
exploration count(strategy how, std::size_t threads, std::size_t messages, std::size_t sinks) {
  return try_explore({.runs = 10'000, .how = how, .slack = 0s}, [=](vicar::world& world) {
    std::vector<vicar::actor_ref<sink>> all;
    for (std::size_t i = 0; i < sinks; ++i) all.push_back(vicar::start<sink>());
    world.run();  // they wait for messages now
    std::vector<vicar::world::thread> senders;
    for (std::size_t i = 0; i < threads; ++i) {
      senders.push_back(world.spawn("sender", [&all, messages] {
        for (std::size_t k = 0; k < messages; ++k) all[k % all.size()].defer<&sink::take>(1);
      }));
    }
    world.run();
  });
}

/// Sets a variable of the environment while it lives.
class environment {
 public:
  environment(const char* name, const std::string& value) : name_{name} { setenv(name, value.c_str(), 1); }
  ~environment() { unsetenv(name_); }
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("explore finds orders that real runs do not show") {
  const support::log_capture quiet;
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    CAPTURE(seed);
    const explore_options chosen{.runs = 300, .seed = seed * 7919, .shrink = false};
    const auto failure_of = [&](void (*body)()) {
      return try_explore(chosen, [body](vicar::world&) { body(); }).failure;
    };
    CHECK(failure_of([] { withdraw_twice(0); }) == containing("an update was lost"));
    CHECK(failure_of([] { withdraw_twice(10); }) == containing("an update was lost"));
    CHECK(failure_of(&close_a_cycle) == containing("vicar: deadlock: "));
    CHECK(failure_of(&close_a_cycle_late) == containing("stopped"));
    CHECK(failure_of(&cancel_a_charge) == containing("charged, although"));
  }
}

TEST_CASE("each strategy finds a lost update") {
  for (const strategy how :
       {strategy::mixed, strategy::random, strategy::pct, strategy::sampling, strategy::exhaustive}) {
    const exploration found = try_explore({.runs = 300, .how = how}, [](vicar::world&) { withdraw_twice(0); });
    CHECK(found.failure == containing("an update was lost"));
    CHECK(found.uncontrolled.empty());
  }
}

TEST_CASE("a correct program passes every run") {
  const exploration found = explore({.runs = 200}, [](vicar::world&) {
    const auto shared = vicar::start<account>().proxy();
    const auto first = vicar::start<clerk>(shared);
    first.call<&clerk::withdraw>(30).get();
    first.call<&clerk::withdraw>(50).get();
    require(shared.get(&account::balance).get() == 20, "an update was lost");
  });
  CHECK(found.runs == 200);
  CHECK(found.failure.empty());
  CHECK(found.schedule.empty());
  CHECK(found.steps > 0);
  CHECK(found.orders > 0);
}

TEST_CASE("explore throws the failure, with a schedule that replays it") {
  const std::string text =
      error_text<vicar::schedule_error>([] { explore([](vicar::world&) { withdraw_twice(10); }); });
  CHECK(text == containing("an update was lost\nVICAR_SCHEDULE=explore.test.cpp:", "from the default order, ",
                           "is held from its start until choice ", "sends", "the test"));
}

TEST_CASE("a schedule replays a failure, and only in the test that it names") {
  const auto body = [](vicar::world&) { withdraw_twice(10); };
  const vicar::call_site here = vicar::call_site::here();
  const exploration found = try_explore({.runs = 300}, body, here);
  REQUIRE_FALSE(found.schedule.empty());
  {
    const environment schedule{"VICAR_SCHEDULE", found.schedule};
    const exploration again = try_explore({.runs = 300}, body, here);
    CHECK(again.runs == 1);
    CHECK(again.failure == containing("an update was lost"));
    CHECK(again.uncontrolled.empty());
    CHECK(try_explore({.runs = 5, .how = strategy::usual}, [](vicar::world&) {}).runs == 5);
  }
  {
    const environment schedule{"VICAR_SCHEDULE", found.schedule};
    const exploration other = try_explore({.runs = 300}, [](vicar::world&) { withdraw_twice(0); }, here);
    CHECK(other.uncontrolled == containing("vicar: this is not the run that was recorded", "another version"));
  }
  const environment schedule{"VICAR_SCHEDULE", "nonsense"};
  CHECK(error_text<vicar::error>([&] { try_explore({}, body, here); }) ==
        containing("vicar: `nonsense` is not a schedule; "));
}

TEST_CASE("shrinking leaves fewer deviations, and the run still fails") {
  const explore_options whole{.runs = 300, .shrink = false};
  const explore_options shrunk{.runs = 300};
  const auto body = [](vicar::world&) { withdraw_twice(10); };
  const auto deviations = [](const exploration& found) {
    return static_cast<std::size_t>(std::count(found.schedule.begin(), found.schedule.end(), ','));
  };
  const exploration first = try_explore(whole, body);
  const exploration second = try_explore(shrunk, body);
  CHECK(second.failure == containing("an update was lost"));
  CHECK(second.shrinking_runs > 0);
  CHECK(deviations(second) < deviations(first));
}

TEST_CASE("an exhaustive exploration has as many runs as there are orders") {
  struct expected {
    std::size_t threads, messages, sinks, every, reduced;
  };
  // By hand: orders of the messages that each sink is sent; and see docs/internals.md for 14.
  for (const expected& each :
       {expected{2, 1, 1, 14, 2}, expected{2, 2, 1, 328, 6}, expected{2, 2, 2, 2016, 4}, expected{3, 1, 1, 636, 6}}) {
    CAPTURE(each.threads, each.messages, each.sinks);
    const exploration all = count(strategy::every, each.threads, each.messages, each.sinks);
    CHECK(all.complete);
    CHECK(all.runs == each.every);
    const exploration reduced = count(strategy::exhaustive, each.threads, each.messages, each.sinks);
    CHECK(reduced.complete);
    CHECK(reduced.runs - reduced.redundant == each.reduced);
    CHECK(reduced.orders == all.orders);
  }
}

TEST_CASE("runs that do not repeat are reported") {
  SECTION("because one leaves something to the next") {
    int runs = 0;
    const exploration found = try_explore({.runs = 5}, [&](vicar::world&) {
      const auto ref = vicar::start<account>();
      for (int i = 0; i < runs % 3; ++i) ref.get(&account::balance).get();
      ++runs;
    });
    CHECK(found.uncontrolled == containing("vicar: the same schedule has led to different runs, first in line "));
    CHECK(error_text<vicar::schedule_error>([&] {
            explore({.runs = 5}, [&](vicar::world&) {
              const auto ref = vicar::start<account>();
              for (int i = 0; i < runs % 3; ++i) ref.get(&account::balance).get();
              ++runs;
            });
          }) == containing("the same schedule has led to different runs"));
  }
  SECTION("because of a thread outside of the world") {
    const exploration found = try_explore({.runs = 3}, [](vicar::world&) {
      const auto ref = vicar::start<sink>();
      std::thread{[&] { ref.defer<&sink::take>(1); }}.join();
    });
    CHECK(found.uncontrolled == containing("vicar: a thread outside of the world has sent a message"));
  }
}

namespace {

/// A test framework whose checks do not throw.
struct framework {
  static inline int failures = 0;
  static inline int reports = 0;
  static inline bool muted = false;
  static void fail() { ++(muted ? failures : reports); }
};
class muted_framework final : public vicar::muted_checks {
 public:
  muted_framework() {
    framework::muted = true;
    framework::failures = 0;
  }
  ~muted_framework() override { framework::muted = false; }
  std::string failure() const override { return framework::failures == 0 ? "" : "a check has failed"; }
};

}  // namespace

TEST_CASE("a check that does not throw counts as a failure, and is reported once") {
  framework::reports = 0;
  const auto checks = []() -> std::unique_ptr<vicar::muted_checks> { return std::make_unique<muted_framework>(); };
  const exploration found = try_explore({.runs = 300, .checks = checks}, [](vicar::world&) {
    try {
      withdraw_twice(10);
    } catch (const std::logic_error&) {
      framework::fail();
    }
  });
  CHECK(found.failure == containing("a check has failed\nVICAR_SCHEDULE="));
  CHECK(found.shrinking_runs > 0);
  CHECK(framework::reports == 1);
  CHECK(found.uncontrolled == "");
}

TEST_CASE("a run that does not end is ended") {
  const exploration found = try_explore({.runs = 1, .most_steps = 2000}, [](vicar::world&) {
    const auto ref = vicar::start<account>();
    for (;;) ref.get(&account::balance).get();
  });
  CHECK(found.failure == containing("vicar: no end after 2000 steps; "));
}
