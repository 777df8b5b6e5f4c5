// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "support/catch.hpp"
#include "support/started.hpp"

using support::started;
using vicar::future;

namespace {

/// Its behaviour is defined while it runs.
class apprentice {
  VICAR_PROXY_MEMBERS(skill, learn, apply_to_itself, greetings)

 public:
  std::function<std::string(const std::string& whom, int times)> skill;

  void learn(std::string greeting) {
    skill = [this, greeting = std::move(greeting)](const std::string& whom, int times) {
      greetings += times;
      return fmt::format("{}, {}", greeting, whom);
    };
  }
  future<std::string> apply_to_itself(int times) { return vicar::self(*this).proxy()->skill("myself", times); }
  int greetings = 0;
};

}  // namespace

TEST_CASE("a method that the actor has got at run time is called by its name") {
  const started<apprentice> actor;
  actor.proxy->learn("Good morning").get();
  CHECK(actor.proxy->skill("Ann", 1).get() == "Good morning, Ann");
  actor.proxy->skill.defer("Ann", 10);
  CHECK(actor.proxy->greetings.get() == 11);
  STATIC_REQUIRE(std::same_as<decltype(actor.proxy->skill("Ann", 1)), future<std::string>>);

  actor.proxy->skill = [](const std::string& whom, int times) { return fmt::format("{} times {}", times, whom); };
  CHECK(actor.proxy->skill("Ann", 2).get() == "2 times Ann");
  CHECK(actor.proxy->greetings.get() == 11);
}

TEST_CASE("a method that the actor has got at run time is called through its proxy of itself") {
  const started<apprentice> actor;
  actor.proxy->learn("Cheer up").get();
  const future<std::string> greeting = actor.proxy->apply_to_itself(5);
  CHECK(greeting.get() == "Cheer up, myself");
  CHECK(actor.proxy->greetings.get() == 5);
}
