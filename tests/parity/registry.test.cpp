// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/log_capture.hpp"

namespace registry = vicar::registry;
using support::log_capture;
using vicar::any_actor_ref;
using vicar::start;

namespace farm {

struct word {
  std::string text;
};

struct animal {
  using receives = vicar::messages<word>;
  std::vector<std::string> heard;

  void on_receive(const word& message) { heard.push_back(message.text); }
  void fall_ill() { throw std::runtime_error{"ill"}; }
};
struct dog : animal {};
struct cart {
  using receives = vicar::messages<word>;
  std::vector<std::string> heard;

  void on_receive(const word& message) { heard.push_back(message.text); }
};
struct stillborn {
  void on_start() { throw std::runtime_error{"no start"}; }
};

}  // namespace farm

namespace {

using refs = std::vector<any_actor_ref>;
using texts = std::vector<std::string>;

/// Stops all actors that a case leaves behind.
struct clean {
  clean() = default;
  ~clean() { registry::stop_all(); }
  clean(const clean&) = delete;
  clean& operator=(const clean&) = delete;
};

/// Records its stop, and whether the actor started before it is still alive.
struct wagon {
  std::vector<std::string>* events;
  std::string name;
  std::optional<any_actor_ref> earlier = {};

  void on_stop() const {
    events->push_back(name + (earlier ? earlier->is_alive() ? " before a living one" : " after its support" : ""));
  }
};

}  // namespace

TEST_CASE("an actor is registered when it starts and unregistered when it stops or fails") {
  const clean up;
  const log_capture log{vicar::log_level::off};
  SECTION("stops") {
    const auto first = start<farm::animal>();
    const auto second = start<farm::dog>();
    CHECK(registry::get_all() == refs{first, second});
    first.stop().get();
    CHECK(registry::get_all() == refs{second});
    second.stop().get();
    CHECK(registry::get_all().empty());
  }
  SECTION("fails in on_start") {
    const auto ref = start<farm::stillborn>();
    CHECK_THROWS_AS(ref.call([](farm::stillborn&) {}).get(), vicar::actor_dead_error);
    CHECK(registry::get_all().empty());
  }
  SECTION("fails in a deferred call") {
    const auto ref = start<farm::animal>();
    ref.defer<&farm::animal::fall_ill>();
    const auto after_it = ref.get<&farm::animal::heard>();
    CHECK_THROWS_AS(after_it.get(), vicar::actor_dead_error);
    CHECK(registry::get_all().empty());
  }
}

TEST_CASE("an actor may be registered by hand, and unregistered twice") {
  const clean up;
  const auto ref = start<farm::animal>();
  registry::unregister(ref);
  CHECK(registry::get_all().empty());
  CHECK_FALSE(registry::get_by_urn(ref.urn()).has_value());
  registry::unregister(ref);
  CHECK(registry::get_all().empty());
  CHECK(ref.is_alive());
  registry::register_actor(ref);
  CHECK(registry::get_all() == refs{ref});
  CHECK(registry::get_by_urn(ref.urn()) == any_actor_ref{ref});
}

TEST_CASE("stop_all stops all actors, each awaited, the last started first") {
  texts events;
  const clean up;
  const auto first = start<wagon>(&events, "first");
  const auto second = start<wagon>(&events, "second", first);
  const auto third = start<wagon>(&events, "third", second);
  CHECK(registry::stop_all() == std::vector<bool>{true, true, true});
  for (const any_actor_ref& each : refs{first, second, third}) CHECK_FALSE(each.is_alive());
  CHECK(events == texts{"third before a living one", "second before a living one", "first"});
  CHECK(registry::get_all().empty());
}

TEST_CASE("actors are looked up by class, by superclass, by class name and by URN") {
  const clean up;
  const auto animal = start<farm::animal>();
  const auto dog = start<farm::dog>();
  const auto cart = start<farm::cart>();

  CHECK(registry::get_by_class<farm::dog>() == std::vector{dog});
  CHECK(registry::get_by_class<farm::animal>() == std::vector<vicar::actor_ref<farm::animal>>{animal, dog});
  CHECK(registry::get_by_class<wagon>().empty());

  CHECK(registry::get_by_class_name("cart") == refs{cart});
  CHECK(registry::get_by_class_name("farm::animal") == refs{animal});
  CHECK(registry::get_by_class_name("farm").empty());

  CHECK(registry::get_by_urn(dog.urn()) == any_actor_ref{dog});
  CHECK(registry::get_by_urn("urn:uuid:00000000-0000-4000-8000-000000000000") == std::nullopt);
}

TEST_CASE("a broadcast reaches all actors, those of a class, or those of a class name") {
  const clean up;
  const log_capture log;
  const auto animal = start<farm::animal>();
  const auto dog = start<farm::dog>();
  const auto cart = start<farm::cart>();
  registry::broadcast(farm::word{"all"});
  registry::broadcast<farm::animal>(farm::word{"animals"});
  registry::broadcast<farm::dog>(farm::word{"dogs"});
  registry::broadcast_by_class_name("cart", farm::word{"cart"});
  registry::broadcast_by_class_name("farm::animal", farm::word{"plain animals"});
  CHECK(animal.get<&farm::animal::heard>().get() == texts{"all", "animals", "plain animals"});
  CHECK(dog.get<&farm::dog::heard>().get() == texts{"all", "animals", "dogs"});
  CHECK(cart.get<&farm::cart::heard>().get() == texts{"all", "cart"});
  CHECK(log.lines().empty());
}
