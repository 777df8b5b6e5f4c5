// SPDX-License-Identifier: BSL-1.0
#include <vicar/world.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <new>
#include <set>
#include <stdexcept>
#include <string>

#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
#include <vicar/explore.hpp>
#include <vicar/members.hpp>
#include <vicar/registry.hpp>
#include <vicar/testing.hpp>

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

VICAR_WORLD_ALLOCATIONS();

namespace {

/// Too large for a mailbox.
struct large_text {
  std::array<char, 400> letters{};
};

class store {
 public:
  void save_text(large_text) {}
  void save(int value) { saved_ += value; }
  int load() { return saved_; }

 private:
  int saved_ = 0;
};

}  // namespace

TEST_CASE("a fault throws instead of the member") {
  pass(few, [](vicar::world& world) {
    const auto ref = vicar::start<store>();
    world.fail<&store::load>(std::runtime_error{"disk"}, vicar::times(2));
    for (int i = 0; i < 2; ++i) {
      try {
        ref.call<&store::load>().get();
        require(false, "no fault");
      } catch (const std::runtime_error& fault) {
        require(fault.what() == std::string{"disk"}, "another fault");
      }
    }
    require(ref.call<&store::load>().get() == 0, "one fault too many");
  });
}

TEST_CASE("whether a possible fault happens is a choice") {
  CHECK(failure_of([](vicar::world& world) {
          const auto ref = vicar::start<store>();
          world.fail<&store::save>(std::runtime_error{"disk"}, vicar::maybe);
          for (int i = 0; i < 3; ++i) ref.defer<&store::save>(1);
          world.run();
          require(ref.is_alive(), "the actor has failed");
        }) == containing("the actor has failed", "fault: the next message throws in store-1"));
}

TEST_CASE("a killed actor loses its messages") {
  pass(few, [](vicar::world& world) {
    const auto ref = vicar::start<store>();
    world.kill(ref);
    const auto lost = ref.call<&store::load>();
    try {
      lost.get();
      require(false, "it has answered");
    } catch (const vicar::actor_dead_error&) {
    }
  });
}

TEST_CASE("a delayed message is overtaken") {
  pass({.runs = 50, .slack = 0s}, [](vicar::world& world) {
    const auto ref = vicar::start<store>();
    world.delay<&store::save>(10ms);
    const auto late = ref.call<&store::save>(5);
    require(ref.call<&store::load>().get() == 0, "it was not overtaken");
    const auto began = world.now();
    late.get();
    require(world.now() - began == 10ms, "another delay");
    require(ref.call<&store::load>().get() == 5, "it is lost");
  });
}

TEST_CASE("each allocation of a program can be made to fail") {
  std::size_t nth = 0;
  std::size_t failed = 0;
  bool done = false;
  const support::log_capture quiet;
  const exploration found = try_explore({.runs = 300, .how = strategy::usual}, [&](vicar::world& world) {
    if (done) return;
    world.fail_allocation(++nth);
    try {
      const auto ref = vicar::start<store>();
      for (int i = 0; i < 5; ++i) ref.defer<&store::save>(1);
      const auto answer = ref.call<&store::load>();
      require(answer.get() == 5, "a message is lost");
      ref.stop().get();
      done = world.fail_allocation(0) != 0;
    } catch (const std::bad_alloc&) {
      ++failed;
    }
  });
  CHECK(found.failure == "");
  CHECK(done);
  CHECK(failed > 5);
}

TEST_CASE("a fault of several messages counts each of them once") {
  pass({.runs = 20, .slack = 0s}, [](vicar::world& world) {
    const auto ref = vicar::start<store>();
    world.delay<&store::save>(10ms, vicar::times(2));
    const auto began = world.now();
    ref.call<&store::save>(1).get();
    require(world.now() - began == 10ms, "delayed twice");
    ref.call<&store::save>(1).get();
    require(world.now() - began == 20ms, "not delayed");
    ref.call<&store::save>(1).get();
    require(world.now() - began == 20ms, "delayed once too often");
  });
}

TEST_CASE("a delayed message that its actor does not take is answered") {
  pass({.runs = 20, .slack = 0s}, [](vicar::world& world) {
    const auto ref = vicar::start<store>();
    world.delay<&store::load>(10ms);
    const auto late = ref.call<&store::load>();
    ref.stop().get();
    try {
      late.get();
      require(false, "it has answered");
    } catch (const vicar::actor_dead_error&) {
    }
  });
  CHECK(failure_of([](vicar::world& world) {
          const auto ref = vicar::start<store>();
          world.delay<&store::load>(10ms);
          const auto late = ref.call<&store::load>();
          throw std::runtime_error{"before it arrives"};
        }) == containing("before it arrives"));
}

TEST_CASE("faults of messages to a bounded mailbox count right") {
  pass({.runs = 20}, [](vicar::world& world) {
    const auto ref = vicar::start<store>({.mailbox_capacity = 1});
    world.fail<&store::load>(std::runtime_error{"disk"}, vicar::times(9));
    for (int i = 0; i < 3; ++i) {
      const auto answer = ref.call<&store::load>();
      try {
        answer.get();
        require(false, "no fault");
      } catch (const std::runtime_error&) {
      }
    }
  });
}

TEST_CASE("killing an actor that has ended does nothing, and one outside of the world is refused") {
  pass({.runs = 20}, [](vicar::world& world) {
    for (int i = 0; i < 5; ++i) {
      const auto ref = vicar::start<store>({.name = "worker"});
      require(ref.call<&store::load>().get() == 0, "wrong");
      ref.stop().get();
      world.kill(ref);
    }
  });
  const auto outside = vicar::start<store>();
  std::string refused;
  pass({.runs = 1},
       [&](vicar::world& world) { refused = support::error_text<vicar::error>([&] { world.kill(outside); }); });
  CHECK(refused ==
        containing("vicar: ", " is not in this world; kill actors that were started in the explored function"));
  CHECK(outside.is_alive());
  outside.stop().get();
}

TEST_CASE("allocations that fail meet no code of the world, and no message twice") {
  std::size_t nth = 0;
  std::size_t failed = 0;
  const support::log_capture quiet;
  const exploration found = try_explore({.runs = 90, .how = strategy::usual}, [&](vicar::world& world) {
    const auto ref = vicar::start<store>();
    world.delay<&store::save>(1ms);
    world.delay<&store::save_text>(1ms);
    world.fail<&store::load>(std::runtime_error{"disk"}, vicar::maybe);
    world.fail_allocation(++nth % 30);
    try {
      ref.call<&store::save>(1).get();
      ref.call<&store::save_text>(large_text{}).get();
      ref.call<&store::load>().get();
      world.kill(ref);
      ref.call<&store::load>().get();
    } catch (const std::bad_alloc&) {
      ++failed;
    } catch (const vicar::actor_dead_error&) {
    }
  });
  CHECK(found.failure == "");
  CHECK(failed > 5);
}

TEST_CASE("a message that comes after the end of its actor leaves no trace") {
  std::set<std::size_t> orders;
  for (const bool delayed : {false, true}) {
    const exploration found = try_explore({.runs = 20, .how = strategy::usual, .slack = 0s}, [&](vicar::world& world) {
      const auto ref = vicar::start<store>();
      if (delayed) world.delay<&store::load>(10ms);
      const auto answer = ref.call<&store::load>();
      ref.stop().get();
      world.advance(1s);
      require(answer.ready(), "no answer");
    });
    CHECK(found.failure == "");
    orders.insert(found.orders);
  }
  CHECK(orders.size() == 1);
}
