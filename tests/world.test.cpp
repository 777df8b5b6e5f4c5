// SPDX-License-Identifier: BSL-1.0
#include <vicar/world.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
#include <vicar/detail/system/native_thread.hpp>
#include <vicar/explore.hpp>
#include <vicar/members.hpp>
#include <vicar/registry.hpp>
#include <vicar/testing.hpp>

#include "support/asleep.hpp"
#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/explored.hpp"
#include "support/log_capture.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::failure_of;
using support::few;
using support::pass;
using support::require;
using vicar::exploration;
using vicar::explore_options;
using vicar::strategy;
using vicar::try_explore;

namespace {

class store {
 public:
  void save(int value) { saved_ += value; }
  int load() { return saved_; }

 private:
  int saved_ = 0;
};

class reader {
 public:
  explicit reader(vicar::future<int> source) : source_{std::move(source)} {}
  int read() { return source_.get(); }
  int read_for_a_second() { return source_.get(1s); }

 private:
  vicar::future<int> source_;
};

class parent {
 public:
  parent() { children_.push_back(vicar::start<store>()); }
  void on_start() { children_.push_back(vicar::start<store>()); }
  int grow() {
    children_.push_back(vicar::start<store>({.daemon = true}));
    int count = 0;
    for (const auto& each : children_) count += each.call<&store::load>().get() + 1;
    return count;
  }

 private:
  std::vector<vicar::actor_ref<store>> children_;
};

class peer {
 public:
  static constexpr vicar::options actor_options{.deadlock = vicar::deadlock_policy::off};
  void meet(vicar::actor_ref<peer> other) { others_.push_back(std::move(other)); }
  int ask() { return others_.front().call<&peer::answer>().get(); }
  int answer() { return 1; }

 private:
  std::vector<vicar::actor_ref<peer>> others_;
};

}  // namespace

TEST_CASE("unchanged code runs in a world: nested starts, daemons, the registry, names") {
  pass(few, [](vicar::world& world) {
    const auto ref = vicar::start<parent>();
    require(ref.call<&parent::grow>().get() == 3, "a child is missing");
    require(vicar::registry::get_all().size() == 4, "the registry has others");
    require(vicar::registry::get_all()[0].name() == "store-1", "names do not begin with 1");
    vicar::registry::stop_all(1s);
    world.run();
    require(vicar::registry::get_all().empty(), "actors are left");
  });
}

TEST_CASE("a world sees its own actors, and nothing else sees them") {
  const auto outside = vicar::start<store>();
  const std::size_t before = vicar::registry::get_all().size();
  pass({.runs = 3}, [](vicar::world&) {
    require(vicar::registry::get_all().empty(), "an actor from outside");
    const auto inside = vicar::start<store>();
    require(vicar::registry::get_all().size() == 1, "its own actor is missing");
  });
  CHECK(vicar::registry::get_all().size() == before);
  outside.stop().get();
}

TEST_CASE("names and URNs are the same in each run") {
  std::string first;
  pass({.runs = 10}, [&](vicar::world&) {
    const auto ref = vicar::start<store>();
    if (first.empty()) first = ref.urn();
    require(ref.urn() == first, "another URN");
    require(ref.name() == "store-1", "another name");
  });
}

TEST_CASE("a fake works in a world") {
  pass(few, [](vicar::world&) {
    vicar::fake<store> fake;
    fake.on<&store::load>([] { return 7; });
    require(fake.ref().call<&store::load>().get() == 7, "another answer");
    require(fake.calls<&store::load>() == 1, "another count");
  });
}

TEST_CASE("the time of a world passes only when the test says so, or no thread can run") {
  pass({.runs = 20, .slack = 0s}, [](vicar::world& world) {
    const vicar::promise<int> later;
    const auto ref = vicar::start<reader>(later.get_future());
    const auto answer = ref.call<&reader::read_for_a_second>();
    world.run();
    world.advance(999ms);
    require(!answer.ready(), "too early");
    world.advance(2ms);
    require(answer.ready(), "too late");
    const auto began = world.now();
    vicar::sleep_for(24h);
    require(world.now() - began == 24h, "another time");
    vicar::sleep_until(vicar::clock::now() + 1h);
    require(vicar::clock::now() - began == 25h, "another time");
  });
}

TEST_CASE("wait_until with a point of the steady clock waits for the world's time") {
  pass({.runs = 3}, [](vicar::world&) {
    const vicar::promise<int> never;
    const auto next_year = vicar::clock::now() + 24h * 365;  // later than the real clock shows
    require(!never.get_future().wait_until(next_year), "it is ready");
    require(vicar::clock::now() >= next_year, "too early");
  });
}

TEST_CASE("a run in which no thread can run fails, with a table of who waits for what") {
  CHECK(failure_of([](vicar::world&) {
          const vicar::promise<int> never;
          const auto ref = vicar::start<reader>(never.get_future());
          ref.call<&reader::read>().get();
        }) ==
        containing("vicar: no thread can run, and no timeout will expire", "the test", "reader-1", "waits in read"));
  CHECK(failure_of([](vicar::world& world) {
          const auto one = vicar::start<peer>();
          const auto other = vicar::start<peer>();
          one.call<&peer::meet>(other).get();
          other.call<&peer::meet>(one).get();
          const auto first = one.call<&peer::ask>();
          const auto second = other.call<&peer::ask>();
          world.run();
          first.get();
          second.get();
        }) == containing("no thread can run", "waits in ask for peer-"));
}

TEST_CASE("a test that throws while actors work ends like any other run") {
  CHECK(failure_of([](vicar::world&) {
          const auto ref = vicar::start<store>();
          const vicar::promise<int> never;
          const auto stuck = vicar::start<reader>(never.get_future());
          const auto answer = stuck.call<&reader::read>();
          ref.defer<&store::save>(1);
          throw std::runtime_error{"a check has thrown"};
        }) == containing("a check has thrown"));
}

TEST_CASE("polling does not keep a world from going on") {
  const strategy how = GENERATE(strategy::usual, strategy::mixed, strategy::random);
  pass({.runs = 50, .how = how, .most_steps = 5000}, [](vicar::world&) {
    const auto ref = vicar::start<store>();
    const auto first = ref.call<&store::load>();
    while (!first.ready()) {
    }
    const auto second = ref.call<&store::load>();
    while (!second.wait_for(0s)) {
    }
    const auto stopped = ref.stop();
    while (ref.is_alive()) {
    }
  });
}

TEST_CASE("a sender waits for space in a full mailbox") {
  pass({.runs = 100, .how = strategy::pct}, [](vicar::world&) {
    const auto ref = vicar::start<store>({.mailbox_capacity = 1});
    for (int i = 0; i < 5; ++i) ref.defer<&store::save>(1);
    require(ref.call<&store::load>().get() == 5, "a message is lost");
  });
  std::uint64_t dropped = 0;
  pass(few, [&](vicar::world& world) {
    const auto ref = vicar::start<store>({.mailbox_capacity = 2, .on_overflow = vicar::overflow::drop_oldest});
    for (int i = 0; i < 5; ++i) ref.defer<&store::save>(1);
    world.run();
    dropped = std::max(dropped, ref.stats().dropped);
    require(ref.try_defer<&store::save>(1), "it is alive");
  });
  CHECK(dropped == 3);
}

TEST_CASE("a thread of a world takes part, and is joined") {
  pass(few, [](vicar::world& world) {
    const auto ref = vicar::start<store>();
    int seen = 0;
    {
      const auto first = world.spawn("first", [&] { ref.call<&store::save>(1).get(); });
      const auto second = world.spawn("second", [&] { seen = ref.call<&store::load>().get(); });
    }
    require(seen == 0 || seen == 1, "another number");
    require(ref.call<&store::load>().get() == 1, "it was not joined");
  });
}

TEST_CASE("a trace names who does what, and its hash tells runs apart") {
  std::string trace;
  std::uint64_t hash = 0;
  std::string schedule;
  pass({.runs = 1, .how = strategy::usual}, [&](vicar::world& world) {
    const auto ref = vicar::start<store>({.name = "box"});
    const std::uint64_t before = world.hash();
    ref.call<&store::save>(1).get();
    require(world.hash() != before, "the hash does not change");
    trace = world.trace();
    hash = world.hash();
    schedule = world.schedule();
  });
  CHECK(trace == containing("the test         starts box", "the test         sends save to box",
                            "box              handles save from the test", "the test         continues"));
  CHECK(hash != 0);
  CHECK(schedule == "usual");
}

TEST_CASE("actors outside of a world can be called from it, which is reported") {
  const auto outside = vicar::start<store>();
  const exploration found =
      try_explore({.runs = 3}, [&](vicar::world&) { require(outside.call<&store::load>().get() == 0, "wrong"); });
  CHECK(found.failure == "");
  CHECK(found.uncontrolled == containing("a thread outside of the world"));
  outside.stop().get();
}

TEST_CASE("references outlive their world") {
  std::vector<vicar::actor_ref<store>> kept;
  pass({.runs = 3}, [&](vicar::world&) { kept.push_back(vicar::start<store>()); });
  for (const auto& each : kept) {
    CHECK_FALSE(each.is_alive());
    CHECK_THROWS_AS(each.defer<&store::save>(1), vicar::actor_dead_error);
    CHECK_THROWS_AS(each.call<&store::load>().get(), vicar::actor_dead_error);
    CHECK_FALSE(each.stop().get());
  }
}

TEST_CASE("a spawned function may move, and its exception makes the run fail") {
  pass(few, [](vicar::world& world) {
    int seen = 0;
    {
      const auto thread = world.spawn("mover", [held = std::make_unique<int>(7), &seen] { seen = *held; });
    }
    require(seen == 7, "it did not run");
  });
  CHECK(failure_of([](vicar::world& world) {
          const auto ref = vicar::start<store>();
          const auto thread = world.spawn("thrower", [] { throw std::runtime_error{"spawned and thrown"}; });
          world.run();
          ref.call<&store::load>().get();
        }) == containing("spawned and thrown", "fails: spawned and thrown"));
}

TEST_CASE("a thread that is left when the function returns is joined, and may be joined again") {
  std::vector<vicar::world::thread> left;
  int ended = 0;
  pass({.runs = 3}, [&](vicar::world& world) {
    left.push_back(world.spawn("late", [&] {
      vicar::sleep_for(1s);
      ++ended;
    }));
  });
  left.clear();
  CHECK(ended == 4);  // one run is repeated
}

TEST_CASE("a world is used by its own threads, and run and advance by the test's thread") {
  std::string refused;
  std::string in_actor;
  const support::log_capture quiet;
  try_explore({.runs = 1}, [&](vicar::world& world) {
    std::thread{[&] {
      refused = support::error_text<vicar::error>([&] { static_cast<void>(world.spawn("other", [] {})); });
      world.point();  // does nothing
    }}.join();
    const auto ref = vicar::start<store>();
    ref.call([&](store&) { in_actor = support::error_text<vicar::error>([&] { world.run(); }); }).get();
  });
  CHECK(refused == containing("vicar: a world was used on a thread that is not part of it; "));
  CHECK(in_actor == containing("vicar: run and advance were called by an actor or a spawned thread; "));
}

TEST_CASE("explore is refused in a run of explore") {
  std::string refused;
  pass({.runs = 1}, [&](vicar::world&) {
    refused = support::error_text<vicar::error>([] { try_explore({}, [](vicar::world&) {}); });
  });
  CHECK(refused == containing("vicar: explore was called in a run of explore; "));
}

TEST_CASE("a loop of try_defer lets others run") {
  pass({.runs = 50}, [](vicar::world&) {
    const auto ref = vicar::start<store>({.mailbox_capacity = 1});
    for (int i = 0; i < 3; ++i) {
      while (!ref.try_defer<&store::save>(1)) {
      }
    }
    require(ref.call<&store::load>().get() == 3, "a message is lost");
  });
}

TEST_CASE("the report of a run has what the function has thrown, also if its destructors then wait in vain") {
  CHECK(failure_of([](vicar::world& world) {
          const vicar::promise<int> never;
          const auto thread = world.spawn("waiter", [answer = never.get_future()] { answer.get(); });
          world.run();
          throw std::runtime_error{"the balance is wrong"};
        }) == containing("the balance is wrong\nvicar: no thread can run", "fails: the balance is wrong"));
}

TEST_CASE("threads outside that do something else do not keep a stuck world alive") {
  std::atomic<bool> over{false};
  std::thread busy{[&] {
    const auto outside = vicar::start<store>();
    while (!over) outside.call<&store::load>().get();
    outside.stop().get();
  }};
  const exploration found = try_explore({.runs = 1}, [](vicar::world&) {
    const vicar::promise<int> never;
    never.get_future().get();
  });
  over = true;
  busy.join();
  CHECK(found.failure == containing("vicar: no thread can run"));
  CHECK(found.uncontrolled == "");
}

TEST_CASE("a promise that is kept outside wakes a thread of a world, which is reported") {
  vicar::promise<int> outside;
  const vicar::future<int> answer = outside.get_future();
  std::atomic<bool> begun{false};
  std::thread keeper{[&, reader = vicar::detail::thread_number()] {
    begun.wait(false);
    support::wait_until_asleep(reader);
    outside.set_value(7);
  }};
  const exploration found = try_explore({.runs = 1}, [&](vicar::world&) {
    begun = true;
    begun.notify_one();
    require(answer.get() == 7, "another answer");
  });
  keeper.join();
  CHECK(found.failure == "");
  CHECK(found.uncontrolled == containing("vicar: a thread outside of the world"));
}

TEST_CASE("references have the same order and the same hash in each run") {
  std::set<std::string> seen;
  pass({.runs = 20}, [&](vicar::world&) {
    std::vector<vicar::actor_ref<store>> all;
    for (int i = 0; i < 5; ++i) all.push_back(vicar::start<store>());
    std::string order;
    std::map<vicar::any_actor_ref, int> numbered;
    for (int i = 4; i >= 0; --i) numbered.emplace(all[static_cast<std::size_t>(i)], i);
    for (const auto& [ref, number] : numbered) order += std::to_string(number);
    order += ' ' + std::to_string(std::hash<vicar::actor_ref<store>>{}(all[2]));
    seen.insert(order);
  });
  CHECK(seen.size() == 1);
  CHECK(seen.begin()->starts_with("01234 "));
}
