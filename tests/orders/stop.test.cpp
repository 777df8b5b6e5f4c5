// SPDX-License-Identifier: BSL-1.0
#include <vicar/actor.hpp>

#include <set>
#include <string>

#include <vicar/any_actor_ref.hpp>
#include <vicar/error.hpp>
#include <vicar/registry.hpp>
#include <vicar/world.hpp>

#include "support/catch.hpp"
#include "support/every_order.hpp"

using support::every_order;
using support::require;
using outcomes = std::set<std::string>;

namespace {

struct store {
  int save(int value) {
    sum += value;
    return sum;
  }
  void stop_itself() { vicar::self(*this).stop(); }
  int sum = 0;
};

/// What a call leads to: its value, or that the actor had stopped.
template <class Call>
std::string outcome_of(Call call) {
  try {
    return std::to_string(call().get());
  } catch (const vicar::actor_dead_error&) {
    return "dead";
  }
}

}  // namespace

TEST_CASE("a call that races with stop is answered or refused, and is never lost") {
  CHECK(every_order([](vicar::world& world) {
          const auto ref = vicar::start<store>();
          std::string answer;
          {
            const auto caller =
                world.spawn("caller", [&] { answer = outcome_of([&] { return ref.call<&store::save>(1); }); });
            const auto stopper = world.spawn("stopper", [&] { require(ref.stop().get(), "it had stopped before"); });
          }
          require(!ref.is_alive(), "it is alive");
          return answer;
        }) == outcomes{"1", "dead"});
}

TEST_CASE("of two stops, one is the first, and both end when the actor has ended") {
  CHECK(every_order([](vicar::world& world) {
          const auto ref = vicar::start<store>();
          std::string first;
          std::string second;
          {
            const auto one = world.spawn("one", [&] { first = std::to_string(ref.stop().get()); });
            const auto other = world.spawn("other", [&] { second = std::to_string(ref.stop().get()); });
          }
          require(vicar::registry::get_all().empty(), "it is in the registry");
          return first + second;
        }) == outcomes{"01", "10", "11"});
}

TEST_CASE("messages that were sent before stop are handled, and later ones are not") {
  CHECK(every_order([](vicar::world& world) {
          const auto ref = vicar::start<store>();
          std::string answers;
          const auto caller = world.spawn("caller", [&] {
            const auto first = ref.call<&store::save>(1);
            const auto second = ref.call<&store::save>(10);
            answers = outcome_of([&] { return first; }) + " " + outcome_of([&] { return second; });
          });
          const auto stopped = ref.stop();
          world.run();
          require(stopped.get(), "it had stopped before");
          return answers;
        }) == outcomes{"1 11", "1 dead", "dead dead"});
}

TEST_CASE("an actor that stops itself answers every call") {
  CHECK(every_order([](vicar::world& world) {
          const auto ref = vicar::start<store>();
          std::string answer;
          {
            const auto caller =
                world.spawn("caller", [&] { answer = outcome_of([&] { return ref.call<&store::save>(1); }); });
            const auto stopper = world.spawn("stopper", [&] { ref.defer<&store::stop_itself>(); });
          }
          world.run();
          require(!ref.is_alive(), "it is alive");
          return answer;
        }) == outcomes{"1", "dead"});
}

TEST_CASE("stop_all ends actors that are started meanwhile or leaves them alone, and waits for those it stops") {
  const outcomes seen = every_order([](vicar::world& world) {
    const auto first = vicar::start<store>();
    std::string alive;
    {
      const auto starter = world.spawn("starter", [] { vicar::start<store>(); });
      const auto stopper = world.spawn("stopper", [] { vicar::registry::stop_all(); });
    }
    world.run();
    require(!first.is_alive(), "the first is alive");
    return std::to_string(vicar::registry::get_all().size());
  });
  CHECK(seen == outcomes{"0", "1"});
}
