// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/text/member_name.hpp>

#include <string>

#include "support/catch.hpp"

using vicar::detail::last_name;
using vicar::detail::member_name;

namespace app {
struct base {
  int inherited(int) { return 0; }
};
struct worker : base {
  int method(int) { return 0; }
  int constant() const noexcept { return 0; }
  static int fixed() { return 0; }
  static inline int shared = 0;
  static constexpr int limit = 4;
  int overloaded(int) { return 0; }
  int overloaded(double) { return 0; }
  template <class T>
  T generic(T value) {
    return value;
  }
  int field = 0;
};
template <class T>
struct box {
  T open() { return {}; }
  T content{};
};
}  // namespace app

namespace {
struct hidden {
  void method() {}
};
}  // namespace

TEST_CASE("the name of a member is unqualified") {
  STATIC_REQUIRE(member_name<&app::worker::method> == "method");
  STATIC_REQUIRE(member_name<&app::worker::constant> == "constant");
  STATIC_REQUIRE(member_name<&app::worker::fixed> == "fixed");
  STATIC_REQUIRE(member_name<&app::worker::field> == "field");
  STATIC_REQUIRE(member_name<&app::worker::shared> == "shared");
  STATIC_REQUIRE(member_name<&app::worker::limit> == "limit");
  STATIC_REQUIRE(member_name<&app::worker::inherited> == "inherited");
  STATIC_REQUIRE(member_name<static_cast<int (app::worker::*)(double)>(&app::worker::overloaded)> == "overloaded");
  STATIC_REQUIRE(member_name<&hidden::method> == "method");
}

TEST_CASE("the name of a member of a template has none of the class's arguments") {
  STATIC_REQUIRE(member_name<&app::box<int>::open> == "open");
  STATIC_REQUIRE(member_name<&app::box<app::box<std::string>>::content> == "content");
  CHECK(std::string{member_name<&app::worker::generic<int>>}.find("generic") == 0);
}

TEST_CASE("anything that is not a plain identifier stays as it is") {
  STATIC_REQUIRE(last_name("").empty());
  STATIC_REQUIRE(last_name("&a::f") == "f");
  STATIC_REQUIRE(last_name("&f") == "f");
  STATIC_REQUIRE(last_name("(& a::b)") == "b");
  STATIC_REQUIRE(last_name("(& b)") == "b");
  STATIC_REQUIRE(last_name("(int (a::*)(int))a::f") == "f");
  STATIC_REQUIRE(last_name("&a::f<b::c>") == "f<b::c>");
  STATIC_REQUIRE(last_name("(lambda at x.cpp:3)") == "(lambda at x.cpp:3)");
  STATIC_REQUIRE(last_name("main()::<lambda(int)>{}") == "main()::<lambda(int)>{}");
  STATIC_REQUIRE(last_name("5") == "5");
}
