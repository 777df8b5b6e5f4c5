// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/text/class_name.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/expect.hpp"

using support::containing;
using vicar::detail::argument_place;
using vicar::detail::class_name;
using vicar::detail::last_component;

namespace outer::inner {
struct plain {
  struct nested {};
};
template <class First, class Second>
struct pair {};
template <int... Numbers>
struct numbered {};
}  // namespace outer::inner

namespace {
struct hidden {};
}  // namespace

TEST_CASE("a class name is qualified and complete") {
  STATIC_REQUIRE(class_name<int> == "int");
  STATIC_REQUIRE(class_name<outer::inner::plain> == "outer::inner::plain");
  STATIC_REQUIRE(class_name<outer::inner::plain::nested> == "outer::inner::plain::nested");
  CHECK(class_name<hidden> == containing("anonymous", "::hidden"));
}

TEST_CASE("the name of a template has its arguments, whatever is in them") {
  CHECK(class_name<outer::inner::pair<int, char>> == containing("outer::inner::pair<int, char>"));
  CHECK(class_name<outer::inner::numbered<1, 2>> == containing("outer::inner::numbered<1, 2>"));
  CHECK(class_name<outer::inner::pair<int[3], void (*)(int)>> == containing("outer::inner::pair<int", "[3]", "(int)>"));
  CHECK(class_name<int[3]> == containing("int", "[3]"));
  CHECK(class_name<int (outer::inner::plain::*)(int, char)> ==
        containing("int (", "outer::inner::plain::*)(int, char)"));
  CHECK(class_name<std::vector<int>> == containing("vector<int"));
}

TEST_CASE("a template argument is cut out of what either compiler writes") {
  constexpr argument_place gcc{"std::string_view f() [with T = double; std::string_view = x]", "double"};
  STATIC_REQUIRE(gcc.find_in("std::string_view f() [with T = a::b; std::string_view = x]") == "a::b");
  STATIC_REQUIRE(gcc.find_in("std::string_view f() [with T = a<int [2]>; std::string_view = x]") == "a<int [2]>");
  constexpr argument_place clang{"std::string_view f() [T = double]", "double"};
  STATIC_REQUIRE(clang.find_in("std::string_view f() [T = int[3]]") == "int[3]");
  STATIC_REQUIRE(clang.find_in("std::string_view f() [T = a<(x)1, b{2}>]") == "a<(x)1, b{2}>");
}

TEST_CASE("a method without a name is described by its class, parameters and result") {
  using vicar::detail::method_text;
  STATIC_REQUIRE(method_text<60>{"int (a::b::*)(int, char) const"}.view() == "a::b::(int, char) const -> int");
  STATIC_REQUIRE(method_text<60>{"int (box<void (x::*)(int)>::*)(int (x::*)())"}.view() ==
                 "box<void (x::*)(int)>::(int (x::*)()) -> int");
  STATIC_REQUIRE(method_text<60>{"box<void (int)> (a<int (b)>::*)(c (*)(int)) &"}.view() ==
                 "a<int (b)>::(c (*)(int)) & -> box<void (int)>");
  STATIC_REQUIRE(method_text<99>{"(anonymous namespace)::x ((anonymous namespace)::y::*)()"}.view() ==
                 "(anonymous namespace)::y::() -> (anonymous namespace)::x");
  STATIC_REQUIRE(method_text<60>{"int a::b::*"}.view() == "int a::b::*");
  STATIC_REQUIRE(method_text<60>{"void (*(a::*)(int))()"}.view() == "void (*(a::*)(int))()");
  STATIC_REQUIRE(method_text<60>{"int a::*"}.view() == "int a::*");
  CHECK(vicar::detail::unnamed_member<void (outer::inner::plain::*)(int)> ==
        containing("outer::inner::plain::(int) -> void"));
}

TEST_CASE("the last component of a name follows the last colon outside of arguments") {
  STATIC_REQUIRE(last_component("adder") == "adder");
  STATIC_REQUIRE(last_component("app::adder") == "adder");
  STATIC_REQUIRE(last_component("{anonymous}::adder") == "adder");
  STATIC_REQUIRE(last_component("(anonymous namespace)::adder") == "adder");
  STATIC_REQUIRE(last_component("a::stack<b::c>") == "stack<b::c>");
  STATIC_REQUIRE(last_component("a::stack<b::c>::node") == "node");
  STATIC_REQUIRE(last_component("a::f(b::c)::local") == "local");
  STATIC_REQUIRE(last_component("").empty());
  CHECK(last_component(class_name<hidden>) == "hidden");
  CHECK(last_component(class_name<outer::inner::pair<outer::inner::plain, int>>) == containing("pair<", "plain, int>"));
}
