// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/mailbox/mailbox.hpp>

#include <set>
#include <string>

#include <vicar/actor.hpp>
#include <vicar/error.hpp>
#include <vicar/options.hpp>
#include <vicar/world.hpp>

#include "support/catch.hpp"
#include "support/every_order.hpp"

using support::every_order;
using outcomes = std::set<std::string>;

namespace {

class notes {
 public:
  void add(char letter) { text_ += letter; }
  std::string text() { return text_; }

 private:
  std::string text_;
};

/// Two threads add two letters each; returns how the letters lie.
std::string two_writers(vicar::world& world, const vicar::options& chosen) {
  const auto ref = vicar::start<notes>(chosen);
  world.run();
  {
    const auto one = world.spawn("one", [&] {
      ref.defer<&notes::add>('a');
      ref.defer<&notes::add>('b');
    });
    const auto other = world.spawn("other", [&] {
      ref.defer<&notes::add>('x');
      ref.defer<&notes::add>('y');
    });
  }
  world.run();
  return ref.call<&notes::text>().get();
}

}  // namespace

TEST_CASE("senders that wait for space lose nothing, and keep their orders") {
  CHECK(every_order([](vicar::world& world) { return two_writers(world, {.mailbox_capacity = 1}); }) ==
        outcomes{"abxy", "axby", "axyb", "xaby", "xayb", "xyab"});
}

TEST_CASE("a mailbox that drops the oldest keeps the newest, whatever the order") {
  const outcomes seen = every_order([](vicar::world& world) {
    return two_writers(world, {.mailbox_capacity = 1, .on_overflow = vicar::overflow::drop_oldest});
  });
  CHECK(seen.contains("abxy"));
  for (const std::string& each : seen) {
    CAPTURE(each);
    CHECK((each.ends_with('b') || each.ends_with('y')));
  }
  CHECK(seen.contains("b"));
  CHECK(seen.contains("y"));
}

TEST_CASE("a mailbox that fails refuses what it has no space for") {
  const outcomes seen = every_order([](vicar::world& world) {
    const auto ref = vicar::start<notes>({.mailbox_capacity = 1, .on_overflow = vicar::overflow::fail});
    world.run();
    std::string refused;
    {
      const auto one = world.spawn("one", [&] {
        for (const char letter : {'a', 'b'}) {
          try {
            ref.defer<&notes::add>(letter);
          } catch (const vicar::mailbox_full_error&) {
            refused += letter;
          }
        }
      });
    }
    world.run();
    return ref.call<&notes::text>().get() + "-" + refused;
  });
  CHECK(seen == outcomes{"a-b", "ab-"});
}

TEST_CASE("a sender that waits for space ends with the actor") {
  const outcomes seen = every_order([](vicar::world& world) {
    const auto ref = vicar::start<notes>({.mailbox_capacity = 1});
    world.run();
    std::string said;
    {
      const auto one = world.spawn("one", [&] {
        try {
          for (int i = 0; i < 3; ++i) ref.defer<&notes::add>('a');
          said = "sent";
        } catch (const vicar::actor_dead_error&) {
          said = "dead";
        }
      });
      const auto stopper = world.spawn("stopper", [&] { ref.stop().get(); });
    }
    return said;
  });
  CHECK(seen == outcomes{"dead", "sent"});
}

TEST_CASE("without a capacity, nothing is dropped") {
  CHECK(every_order([](vicar::world& world) {
          return two_writers(world, {.on_overflow = vicar::overflow::drop_oldest});
        }).size() == 6);
}
