// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/wait/wait_graph.hpp>

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <vicar/actor.hpp>
#include <vicar/actor_ref.hpp>
#include <vicar/error.hpp>
#include <vicar/world.hpp>

#include "support/catch.hpp"
#include "support/every_order.hpp"

using namespace std::chrono_literals;
using support::every_order;
using outcomes = std::set<std::string>;

namespace {

class node {
 public:
  void connect(vicar::actor_ref<node> next) { next_.push_back(std::move(next)); }
  /// Asks the next one, and says how that went.
  std::string ask() {
    try {
      return next_.front().call<&node::answer>().get();
    } catch (const vicar::deadlock_error&) {
      return "deadlock";
    }
  }
  std::string ask_for_a_second() {
    try {
      return next_.front().call<&node::answer>().get(1s);
    } catch (const vicar::timeout_error&) {
      return "timeout";
    }
  }
  void fill() {
    try {
      for (int i = 0; i < 2; ++i) next_.front().defer<&node::nothing>();
    } catch (const vicar::deadlock_error&) {
      ++refused_;
    }
  }
  std::string answer() { return "answer"; }
  void nothing() {}
  int refused() { return refused_; }

 private:
  std::vector<vicar::actor_ref<node>> next_;
  int refused_ = 0;
};

std::vector<vicar::actor_ref<node>> ring_of(std::size_t size, const vicar::options& chosen = {}) {
  std::vector<vicar::actor_ref<node>> all;
  for (std::size_t i = 0; i < size; ++i) all.push_back(vicar::start<node>(chosen));
  for (std::size_t i = 0; i < size; ++i) all[i].call<&node::connect>(all[(i + 1) % size]).get();
  return all;
}

}  // namespace

TEST_CASE("two actors that ask each other: in each order, either both get answers or one wait throws") {
  CHECK(every_order([](vicar::world& world) {
          const auto ring = ring_of(2);
          world.run();
          const auto first = ring[0].call<&node::ask>();
          const auto second = ring[1].call<&node::ask>();
          return first.get() + " " + second.get();
        }) == outcomes{"answer answer", "answer deadlock", "deadlock answer"});
}

TEST_CASE("three actors in a ring: no order hangs, and at most one wait throws") {
  const outcomes seen = every_order([](vicar::world& world) {
    const auto ring = ring_of(3);
    world.run();
    const auto first = ring[0].call<&node::ask>();
    const auto second = ring[1].call<&node::ask>();
    const auto third = ring[2].call<&node::ask>();
    return first.get() + " " + second.get() + " " + third.get();
  });
  CHECK(seen ==
        outcomes{"answer answer answer", "answer answer deadlock", "answer deadlock answer", "deadlock answer answer"});
}

TEST_CASE("a wait with a timeout closes no cycle") {
  const outcomes seen = every_order([](vicar::world& world) {
    const auto ring = ring_of(2);
    world.run();
    const auto first = ring[0].call<&node::ask_for_a_second>();
    const auto second = ring[1].call<&node::ask>();
    return first.get() + " " + second.get();
  });
  CHECK(seen == outcomes{"answer answer", "timeout answer"});
}

TEST_CASE("two actors that fill each other's mailbox: no order hangs") {
  const outcomes seen = every_order([](vicar::world& world) {
    const auto ring = ring_of(2, {.mailbox_capacity = 1});
    world.run();
    ring[0].defer<&node::fill>();
    ring[1].defer<&node::fill>();
    world.run();
    const int refused = ring[0].call<&node::refused>().get() + ring[1].call<&node::refused>().get();
    return std::to_string(refused);
  });
  CHECK(seen == outcomes{"0", "1"});
}
