// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/meta/member_traits.hpp>

#include <array>
#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <vicar/detail/meta/invoke.hpp>

#include "support/catch.hpp"
#include "support/tracked.hpp"

using vicar::detail::member_traits;
using vicar::detail::read_field;
using vicar::detail::read_result_t;

namespace {

struct plain {};

template <class Pointer, int Arity, bool TakesMutable>
constexpr bool is_method =
    std::same_as<typename member_traits<Pointer>::class_type, plain> && member_traits<Pointer>::arity == Arity &&
    member_traits<Pointer>::takes_mutable_lvalue == TakesMutable;

}  // namespace

TEST_CASE("a method's class and number of parameters are known with all qualifiers") {
  STATIC_REQUIRE(is_method<void (plain::*)(), 0, false>);
  STATIC_REQUIRE(is_method<int (plain::*)(int, char), 2, false>);
  STATIC_REQUIRE(is_method<void (plain::*)() const, 0, false>);
  STATIC_REQUIRE(is_method<void (plain::*)() volatile, 0, false>);
  STATIC_REQUIRE(is_method<void (plain::*)() const volatile, 0, false>);
  STATIC_REQUIRE(is_method<void (plain::*)()&, 0, false>);
  STATIC_REQUIRE(is_method<void (plain::*)()&&, 0, false>);
  STATIC_REQUIRE(is_method<void (plain::*)() const&, 0, false>);
  STATIC_REQUIRE(is_method<void (plain::*)() const&&, 0, false>);
  STATIC_REQUIRE(is_method<void (plain::*)() noexcept, 0, false>);
  STATIC_REQUIRE(is_method<void (plain::*)(int) const noexcept, 1, false>);
  STATIC_REQUIRE(is_method < void(plain::*)(int) const& noexcept, 1, false >);
  STATIC_REQUIRE(is_method < void(plain::*)(int) && noexcept, 1, false >);
  STATIC_REQUIRE(is_method < void(plain::*)(int) const volatile& noexcept, 1, false >);
}

TEST_CASE("a parameter that would bind to the copy in a message is known") {
  STATIC_REQUIRE(is_method<void (plain::*)(int&), 1, true>);
  STATIC_REQUIRE(is_method<void (plain::*)(int, std::string&) const, 2, true>);
  STATIC_REQUIRE(is_method<void (plain::*)(const int&), 1, false>);
  STATIC_REQUIRE(is_method<void (plain::*)(int&&), 1, false>);
  STATIC_REQUIRE(is_method<void (plain::*)(int*), 1, false>);
  STATIC_REQUIRE(is_method<void (plain::*)(int* const&), 1, false>);
}

TEST_CASE("a field's class and type are known") {
  STATIC_REQUIRE(std::same_as<member_traits<int plain::*>::class_type, plain>);
  STATIC_REQUIRE(std::same_as<member_traits<const int plain::*>::field_type, const int>);
  STATIC_REQUIRE(std::same_as<member_traits<int(plain::*)[3]>::field_type, int[3]>);
  STATIC_REQUIRE(member_traits<int plain::*>::arity == -1);
}

TEST_CASE("a type that is not a member pointer has no class") {
  STATIC_REQUIRE(std::same_as<member_traits<int>::class_type, void>);
  STATIC_REQUIRE(std::same_as<member_traits<int (*)(plain&)>::class_type, void>);
  STATIC_REQUIRE(member_traits<int*>::arity == -1);
}

TEST_CASE("a read returns the value without qualifiers, and arrays as std::array") {
  STATIC_REQUIRE(std::same_as<read_result_t<int>, int>);
  STATIC_REQUIRE(std::same_as<read_result_t<const int>, int>);
  STATIC_REQUIRE(std::same_as<read_result_t<int&>, int>);
  STATIC_REQUIRE(std::same_as<read_result_t<const std::string&>, std::string>);
  STATIC_REQUIRE(std::same_as<read_result_t<int[2]>, std::array<int, 2>>);
  STATIC_REQUIRE(std::same_as<read_result_t<const int[2]>, std::array<int, 2>>);
  STATIC_REQUIRE(std::same_as<read_result_t<int(&)[2]>, std::array<int, 2>>);
  STATIC_REQUIRE(std::same_as<read_result_t<const int[2][3]>, std::array<std::array<int, 3>, 2>>);
}

TEST_CASE("reading copies a field, arrays element by element") {
  const std::string text = "text";
  CHECK(read_field(text) == "text");
  const std::string texts[2] = {"a", "b"};
  CHECK(read_field(texts) == std::array<std::string, 2>{"a", "b"});
  int table[2][3] = {{1, 2, 3}, {4, 5, 6}};
  CHECK(read_field(table) == std::array<std::array<int, 3>, 2>{{{1, 2, 3}, {4, 5, 6}}});
  support::tally counts;
  const support::tracked several[2] = {support::tracked{counts, 1}, support::tracked{counts, 2}};
  const auto read = read_field(several);
  CHECK(read[0].value == 1);
  CHECK(read[1].value == 2);
  CHECK(counts.copies == 2);
}

TEST_CASE("a method with C's variable arguments is a method, too") {
  struct printer {
    int count(int first, ...) { return first; }
  };
  using traits = vicar::detail::member_traits<decltype(&printer::count)>;
  STATIC_REQUIRE(std::is_same_v<traits::class_type, printer>);
  STATIC_REQUIRE(traits::arity == 1);
  printer object;
  CHECK(vicar::detail::invoke(&printer::count, object, 4, 2.5, "rest") == 4);
}
