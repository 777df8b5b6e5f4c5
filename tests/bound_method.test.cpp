// SPDX-License-Identifier: BSL-1.0
#include <vicar/bound_method.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/started.hpp"

using support::containing;
using support::error_text;
using support::started;
using vicar::bound_method;

namespace {

class counter {
 public:
  int add(int by) { return value += by; }
  int subtract(int by) { return value -= by; }
  std::unique_ptr<int> pass(std::unique_ptr<int> given) { return given; }
  void fail() { throw std::domain_error{"failed"}; }
  int value = 0;
  vicar::traversable<std::vector<int>> items;
};

/// Accepts any callable, like a function of the user's.
template <class Function>
int apply(const Function& function, int value) {
  return function(value).get();
}

}  // namespace

TEST_CASE("a bound method is called like the method") {
  const started<counter> actor;
  const bound_method<vicar::actor_proxy<counter>, &counter::add> add = actor.proxy.method<&counter::add>();
  CHECK(add(2).get() == 2);
  CHECK(apply(add, 3) == 5);
  add.defer(5);
  CHECK(actor.proxy.get(&counter::value).get() == 10);
  STATIC_REQUIRE(std::same_as<decltype(add(1)), vicar::future<int>>);
  STATIC_REQUIRE(std::is_void_v<decltype(add.defer(1))>);
  CHECK(*actor.proxy.method<&counter::pass>()(std::make_unique<int>(4)).get() == 4);
}

TEST_CASE("callable_proxy is another name of bound_method") {
  using proxy = vicar::actor_proxy<counter>;
  STATIC_REQUIRE(std::same_as<vicar::callable_proxy<proxy, &counter::add>, bound_method<proxy, &counter::add>>);
}

TEST_CASE("a bound method outlives the proxy that made it") {
  std::optional<vicar::actor_proxy<counter>> proxy = vicar::start<counter>().proxy();
  const auto add = proxy->method<&counter::add>();
  const auto copy = add;
  const vicar::actor_ref<counter> ref = proxy->ref();
  proxy.reset();
  CHECK(add(1).get() == 1);
  CHECK(copy(1).get() == 2);
  CHECK(ref.stop().get());
  CHECK(error_text<vicar::actor_dead_error>([&] { return add(1).get(); }) == containing("counter", ref.urn(), "add"));
  CHECK(error_text<vicar::actor_dead_error>([&] { add.defer(1); }) == containing("counter", ref.urn(), "add"));
}

TEST_CASE("a bound method propagates the exception of the method") {
  const started<counter> actor;
  CHECK(error_text<std::domain_error>([&] { actor.proxy.method<&counter::fail>()().get(); }) == "failed");
}

TEST_CASE("bound methods are equal when their actors are") {
  const started<counter> first;
  const started<counter> second;
  CHECK(first.proxy.method<&counter::add>() == first.proxy.method<&counter::add>());
  CHECK(first.proxy.method<&counter::add>() != second.proxy.method<&counter::add>());
}

TEST_CASE("a bound method of a nested object keeps the path") {
  const started<counter> actor;
  const auto push = actor.proxy.at(&counter::items).method<vicar::overload<const int&>(&std::vector<int>::push_back)>();
  push(7).get();
  push.defer(8);
  CHECK(actor.proxy.get(&counter::items).get() == std::vector{7, 8});
}
