// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/meta/for_each.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "support/catch.hpp"

namespace {

/// How many texts follow the first one.
template <std::size_t Size>
constexpr std::size_t count(const std::string_view (&)[Size]) {
  return Size - 1;
}

}  // namespace

// After a first text, because an array cannot be empty.
#define TEXT_OF(item) , #item
#define COUNTED(...) count({"" VICAR_FOR_EACH(TEXT_OF, __VA_ARGS__)})
#define EIGHT(i) i##0, i##1, i##2, i##3, i##4, i##5, i##6, i##7
#define ADD(item) +(item)
#define DECLARE(name) int name = 1;

TEST_CASE("an empty list expands to nothing") {
  STATIC_REQUIRE(COUNTED() == 0);
  STATIC_REQUIRE((0 VICAR_FOR_EACH(ADD)) == 0);
}

TEST_CASE("the macro is applied to each item in its order") {
  constexpr std::array<std::string_view, 4> texts{"" VICAR_FOR_EACH(TEXT_OF, play, stop, pause)};
  CHECK(texts == std::array<std::string_view, 4>{"", "play", "stop", "pause"});
  STATIC_REQUIRE(COUNTED(single) == 1);
}

TEST_CASE("an item that is empty is skipped, wherever it stands") {
  STATIC_REQUIRE(COUNTED(a, b, ) == 2);
  STATIC_REQUIRE(COUNTED(, a, b) == 2);
  STATIC_REQUIRE(COUNTED(a, , b) == 2);
  STATIC_REQUIRE(COUNTED(, , ) == 0);
}

TEST_CASE("an item in parentheses keeps its commas") {
  constexpr std::array<std::string_view, 3> texts{"" VICAR_FOR_EACH(TEXT_OF, (level, get, set), other)};
  CHECK(texts[1] == "(level, get, set)");
  CHECK(texts[2] == "other");
}

TEST_CASE("a list has up to 64 items, of which each is passed on from its own place") {
  constexpr std::array<std::string_view, 65> texts{
      "" VICAR_FOR_EACH(TEXT_OF, EIGHT(1), EIGHT(2), EIGHT(3), EIGHT(4), EIGHT(5), EIGHT(6), EIGHT(7), EIGHT(8))};
  for (std::size_t i = 0; i < 64; ++i) CHECK(texts[i + 1] == std::to_string((i / 8 + 1) * 10 + i % 8));
}

TEST_CASE("items beyond the 64th are left out") {
  STATIC_REQUIRE(COUNTED(EIGHT(1), EIGHT(2), EIGHT(3), EIGHT(4), EIGHT(5), EIGHT(6), EIGHT(7), EIGHT(8), more) == 64);
}

TEST_CASE("items may be declarations") {
  VICAR_FOR_EACH(DECLARE, one, two)
  CHECK(one + two == 2);
}
