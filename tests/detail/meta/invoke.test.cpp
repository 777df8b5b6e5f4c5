// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/meta/invoke.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <utility>

#include "support/catch.hpp"

using vicar::detail::invoke;

namespace {

struct base {
  int number = 3;
  int plus(int more) { return number + more; }
  int constant() const { return number; }
  int rvalue() && { return number * 100; }
  std::unique_ptr<int> pass(std::unique_ptr<int> value) { return value; }
};
struct derived : base {};

int doubled(int value) { return value * 2; }

struct by_category {
  int operator()() & { return 1; }
  int operator()() && { return 2; }
};

}  // namespace

TEST_CASE("functions and function objects are called") {
  CHECK(invoke(doubled, 2) == 4);
  CHECK(invoke(&doubled, 2) == 4);
  CHECK(invoke([](int a, int b) { return a - b; }, 5, 3) == 2);
  by_category object;
  CHECK(invoke(object) == 1);
  CHECK(invoke(std::move(object)) == 2);
}

TEST_CASE("methods are called on objects, derived ones, pointers and references to them") {
  derived object;
  base* const pointer = &object;
  const auto owner = std::make_unique<derived>();
  CHECK(invoke(&base::plus, object, 1) == 4);
  CHECK(invoke(&base::plus, pointer, 1) == 4);
  CHECK(invoke(&base::plus, owner, 1) == 4);
  CHECK(invoke(&base::plus, std::ref(object), 1) == 4);
  CHECK(invoke(&base::constant, std::cref(object)) == 3);
  CHECK(invoke(&base::constant, std::as_const(object)) == 3);
  CHECK(invoke(&base::rvalue, derived{}) == 300);
  CHECK(*invoke(&base::pass, object, std::make_unique<int>(4)) == 4);
}

TEST_CASE("fields are reached in place") {
  derived object;
  invoke(&base::number, object) = 7;
  CHECK(object.number == 7);
  CHECK(invoke(&base::number, &object) == 7);
  CHECK(invoke(&base::number, std::cref(object)) == 7);
  STATIC_REQUIRE(std::same_as<decltype(invoke(&base::number, object)), int&>);
  STATIC_REQUIRE(std::same_as<decltype(invoke(&base::number, std::as_const(object))), const int&>);
  STATIC_REQUIRE(std::same_as<decltype(invoke(&base::number, std::move(object))), int&&>);
}

TEST_CASE("a result keeps its type") {
  int number = 1;
  STATIC_REQUIRE(std::same_as<decltype(invoke([&]() -> int& { return number; })), int&>);
  STATIC_REQUIRE(std::same_as<decltype(invoke([] {})), void>);
  STATIC_REQUIRE(invoke([](int value) { return value + 1; }, 1) == 2);
}
