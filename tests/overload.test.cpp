// SPDX-License-Identifier: BSL-1.0
#include <vicar/overload.hpp>

#include <concepts>
#include <string>

#include "support/catch.hpp"

using vicar::overload;

namespace {

struct many {
  int of() { return 0; }
  int of(int) { return 1; }
  int of(int, double) { return 2; }
  int of(const std::string&) const { return 3; }
  int of(char) & { return 4; }
  int of(long) const& { return 5; }
  int of(float) noexcept { return 6; }
  int of(short) const noexcept { return 7; }
  void of(int*) {}
};

}  // namespace

TEST_CASE("overload picks one of an overload set by its parameters") {
  many object;
  CHECK((object.*overload<>(&many::of))() == 0);
  CHECK((object.*overload<int>(&many::of))(1) == 1);
  CHECK((object.*overload<int, double>(&many::of))(1, 2.0) == 2);
  CHECK((object.*overload<const std::string&>(&many::of))("text") == 3);
  CHECK((object.*overload<char>(&many::of))('c') == 4);
  CHECK((object.*overload<long>(&many::of))(1L) == 5);
  CHECK((object.*overload<float>(&many::of))(1.0F) == 6);
  CHECK((object.*overload<short>(&many::of))(short{1}) == 7);
}

TEST_CASE("overload is a constant expression of the member pointer's type") {
  constexpr auto picked = overload<int>(&many::of);
  STATIC_REQUIRE(std::same_as<decltype(picked), int (many::* const)(int)>);
  STATIC_REQUIRE(std::same_as<decltype(overload<int*>(&many::of)), void (many::*)(int*)>);
  STATIC_REQUIRE(
      std::same_as<decltype(overload<const std::string&>(&many::of)), int (many::*)(const std::string&) const>);
}
