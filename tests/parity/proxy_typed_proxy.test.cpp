// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <string>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "support/started.hpp"

using support::started;
using vicar::future;
using vicar::nested_proxy;

namespace {

struct lamp {
  int watts = 40;
  double dim(double factor) { return watts * factor; }
};

class theatre : public vicar::actor {
 public:
  std::string play = "Faust";
  vicar::traversable<lamp> spotlight;
  std::vector<std::string> calls;

  std::string announce(const std::string& act) const { return play + ", " + act; }

  void on_start() { calls.emplace_back("on_start"); }
  void on_stop() { calls.emplace_back("on_stop"); }
  void on_failure(std::exception_ptr) { calls.emplace_back("on_failure"); }
  std::size_t on_receive(const std::string& message) { return message.size(); }
  bool on_receive(int number) { return number > 0; }
};

}  // namespace

VICAR_PROXY(lamp, watts, dim)
VICAR_PROXY(theatre, play, spotlight, calls, announce, on_start, on_stop, on_failure, on_receive, stop, urn)

TEST_CASE("a field of a proxy has the type of the field") {
  const started<theatre> actor;
  const auto& proxy = actor.proxy;
  STATIC_REQUIRE(std::same_as<decltype(proxy->play.get()), std::string>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->play.read()), future<std::string>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->play.set("Egmont")), future<void>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy.get(&theatre::play)), future<std::string>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy.set(&theatre::play, "Egmont")), future<void>>);
  const future<std::string> play = proxy->play;
  CHECK(play.get() == "Faust");
}

TEST_CASE("a traversable field of a proxy has the types of what it leads to") {
  const started<theatre> actor;
  const auto& proxy = actor.proxy;
  STATIC_REQUIRE(std::same_as<decltype(proxy->spotlight->watts.get()), int>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->spotlight->dim(0.5)), future<double>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->spotlight.get()), lamp>);
  STATIC_REQUIRE(std::same_as<decltype(proxy.at(&theatre::spotlight)), nested_proxy<lamp>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy.at<&theatre::spotlight>().call(&lamp::dim, 0.5)), future<double>>);
  const nested_proxy<lamp> spotlight = proxy->spotlight;
  CHECK(spotlight->dim(0.5).get() == 20.0);
}

TEST_CASE("a method of a proxy has the type of the method's result") {
  const started<theatre> actor;
  const auto& proxy = actor.proxy;
  STATIC_REQUIRE(std::same_as<decltype(proxy->announce("act one")), future<std::string>>);
  STATIC_REQUIRE(std::is_void_v<decltype(proxy->announce.defer("act one"))>);
  STATIC_REQUIRE(std::same_as<decltype(proxy.call(&theatre::announce, "act one")), future<std::string>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy.call<&theatre::announce>("act one")), future<std::string>>);
  STATIC_REQUIRE(std::is_void_v<decltype(proxy.defer(&theatre::announce, "act one"))>);
  STATIC_REQUIRE(std::same_as<decltype(proxy.method<&theatre::announce>()("act one")), future<std::string>>);
  const future<std::string> announced = proxy->announce("act one");
  CHECK(announced.get() == "Faust, act one");
}

TEST_CASE("the actor's own methods are typed on the proxy, beside those of the proxy itself") {
  const started<theatre> actor;
  const auto& proxy = actor.proxy;
  STATIC_REQUIRE(std::same_as<decltype(proxy->on_start()), future<void>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->on_stop()), future<void>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->on_failure(nullptr)), future<void>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->on_receive("hush")), future<std::size_t>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->on_receive(1)), future<bool>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->urn()), future<std::string>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->stop()), future<bool>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy.stop()), future<bool>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy.ref()), const vicar::actor_ref<theatre>&>);
  STATIC_REQUIRE(std::same_as<decltype(actor.ref.proxy()), vicar::actor_proxy<theatre>>);

  proxy->on_start().get();
  proxy->on_failure(nullptr).get();
  proxy->on_stop().get();
  CHECK(proxy->calls.get() == std::vector<std::string>{"on_start", "on_start", "on_failure", "on_stop"});
  CHECK(proxy->on_receive("hush").get() == 4);
  CHECK(proxy->urn().get() == proxy.ref().urn());
  CHECK(proxy->stop().get());
  CHECK_FALSE(proxy.stop().get());
}
