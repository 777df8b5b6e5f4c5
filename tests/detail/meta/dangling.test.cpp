// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/meta/dangling.hpp>

#include <any>
#include <array>
#include <bitset>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <ranges>
#include <regex>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include <vicar/actor_ref.hpp>
#include <vicar/future.hpp>

#include "support/catch.hpp"

using vicar::detail::dangles;
using vicar::detail::kept_result_t;
using vicar::detail::looks_elsewhere;

// Not in the unnamed namespace, where Clang would warn that the variables below are unused.
struct permitted_view : std::string_view {
  using std::string_view::string_view;
};

namespace {

struct tree {
  std::string name;
  std::vector<tree> below;
};
struct undefined;
struct named_pair : std::pair<int, std::string> {};

}  // namespace

template <>
inline constexpr bool std::ranges::enable_view<permitted_view> = true;
template <>
inline constexpr bool std::ranges::enable_borrowed_range<permitted_view> = true;
template <>
inline constexpr bool vicar::enable_view_result<permitted_view> = true;

TEST_CASE("a type that refers to data of others dangles") {
  STATIC_REQUIRE(looks_elsewhere<std::string_view>());
  STATIC_REQUIRE(looks_elsewhere<std::span<int>>());
  STATIC_REQUIRE(looks_elsewhere<std::reference_wrapper<int>>());
  STATIC_REQUIRE(looks_elsewhere<std::vector<bool>::reference>());
  STATIC_REQUIRE(looks_elsewhere<std::initializer_list<int>>());
  STATIC_REQUIRE(looks_elsewhere<std::map<int, int>::iterator>());
  STATIC_REQUIRE(looks_elsewhere<std::list<int>::const_iterator>());
  STATIC_REQUIRE(looks_elsewhere<std::vector<bool>::iterator>());
  STATIC_REQUIRE(looks_elsewhere<std::string::reverse_iterator>());
  STATIC_REQUIRE(looks_elsewhere<std::filesystem::path::iterator>());
  STATIC_REQUIRE(looks_elsewhere<std::move_iterator<std::vector<int>::iterator>>());
  STATIC_REQUIRE(looks_elsewhere<std::back_insert_iterator<std::vector<int>>>());
  STATIC_REQUIRE(looks_elsewhere<std::bitset<8>::reference>());
  STATIC_REQUIRE(looks_elsewhere<fmt::string_view>());
}

TEST_CASE("a type that contains a dangling one dangles, at any depth") {
  STATIC_REQUIRE(dangles<std::vector<std::string_view>>);
  STATIC_REQUIRE(dangles<std::map<std::string, std::string_view>>);
  STATIC_REQUIRE(dangles<std::map<std::string, std::list<std::optional<std::string_view>>>>);
  STATIC_REQUIRE(dangles<std::array<std::span<int>, 2>>);
  STATIC_REQUIRE(dangles<std::queue<std::string_view>>);
  STATIC_REQUIRE(dangles<std::optional<std::reference_wrapper<int>>>);
  STATIC_REQUIRE(dangles<std::pair<std::string_view, int>>);
  STATIC_REQUIRE(dangles<std::pair<int, const std::string&>>);
  STATIC_REQUIRE(dangles<std::tuple<int&>>);
  STATIC_REQUIRE(dangles<std::tuple<int, std::string&&>>);
  STATIC_REQUIRE(dangles<std::vector<std::tuple<int, int&>>>);
  STATIC_REQUIRE(dangles<std::variant<int, std::span<int>>>);
  STATIC_REQUIRE(dangles<std::unique_ptr<std::string_view>>);
  STATIC_REQUIRE(dangles<std::shared_ptr<const std::vector<std::string_view>>>);
  STATIC_REQUIRE(dangles<std::pair<std::map<int, int>::iterator, bool>>);
  STATIC_REQUIRE(dangles<std::smatch>);
  STATIC_REQUIRE(dangles<std::ssub_match>);
  STATIC_REQUIRE(dangles<vicar::future<std::string_view>>);
  STATIC_REQUIRE(dangles<vicar::future<std::vector<std::string_view>>>);
  STATIC_REQUIRE_FALSE(looks_elsewhere<std::vector<std::string_view>>());
}

#if !defined(__clang__) || __clang_major__ > 15  // which cannot use the ranges of libstdc++
TEST_CASE("views made of other views dangle, owning views do not") {
  using numbers = std::vector<int>;
  const auto odd = [](int number) { return number % 2 != 0; };
  STATIC_REQUIRE(dangles<decltype(std::declval<numbers&>() | std::views::filter(odd))>);
  STATIC_REQUIRE(dangles<decltype(std::declval<numbers&>() | std::views::transform(odd) | std::views::take(2))>);
  STATIC_REQUIRE(dangles<decltype(std::declval<std::map<int, int>&>() | std::views::keys)>);
  STATIC_REQUIRE(looks_elsewhere<std::ranges::subrange<int*>>());
  STATIC_REQUIRE(dangles<std::ranges::single_view<std::string_view>>);
  STATIC_REQUIRE_FALSE(dangles<std::ranges::single_view<std::string>>);
}
#endif

TEST_CASE("a type that owns its data does not dangle") {
  STATIC_REQUIRE_FALSE(dangles<int>);
  STATIC_REQUIRE_FALSE(dangles<int*>);
  STATIC_REQUIRE_FALSE(dangles<undefined*>);
  STATIC_REQUIRE_FALSE(dangles<void (*)()>);
  STATIC_REQUIRE_FALSE(dangles<std::string>);
  STATIC_REQUIRE_FALSE(dangles<std::any>);
  STATIC_REQUIRE_FALSE(dangles<std::vector<bool>>);
  STATIC_REQUIRE_FALSE(dangles<std::map<std::string, std::vector<std::optional<std::string>>>>);
  STATIC_REQUIRE_FALSE(dangles<std::tuple<int, std::unique_ptr<std::string>>>);
  STATIC_REQUIRE_FALSE(dangles<std::shared_ptr<undefined>>);
  STATIC_REQUIRE_FALSE(dangles<std::shared_ptr<void>>);
  STATIC_REQUIRE_FALSE(dangles<std::unique_ptr<int[]>>);
  STATIC_REQUIRE_FALSE(dangles<std::variant<std::monostate, std::string>>);
  STATIC_REQUIRE_FALSE(dangles<std::filesystem::directory_iterator>);
  STATIC_REQUIRE_FALSE(dangles<std::bitset<8>>);
  STATIC_REQUIRE_FALSE(dangles<named_pair>);
  STATIC_REQUIRE_FALSE(dangles<std::function<int(const std::string&)>>);
  STATIC_REQUIRE_FALSE(dangles<tree>);
  STATIC_REQUIRE_FALSE(dangles<vicar::future<void>>);
  STATIC_REQUIRE_FALSE(dangles<vicar::future<std::string>>);
  STATIC_REQUIRE_FALSE(dangles<vicar::any_actor_ref>);
}

TEST_CASE("a permitted view is permitted at any depth") {
  STATIC_REQUIRE_FALSE(dangles<permitted_view>);
  STATIC_REQUIRE_FALSE(dangles<std::vector<permitted_view>>);
  STATIC_REQUIRE(dangles<std::pair<permitted_view, std::string_view>>);
}

TEST_CASE("an array is kept as a std::array, everything else as it decays") {
  STATIC_REQUIRE(std::same_as<kept_result_t<int(&)[3]>, std::array<int, 3>>);
  STATIC_REQUIRE(std::same_as<kept_result_t<const int(&)[2][3]>, std::array<std::array<int, 3>, 2>>);
  STATIC_REQUIRE(std::same_as<kept_result_t<std::string(&&)[1]>, std::array<std::string, 1>>);
  STATIC_REQUIRE(std::same_as<kept_result_t<const std::string&>, std::string>);
  STATIC_REQUIRE(std::same_as<kept_result_t<void (&)()>, void (*)()>);
  STATIC_REQUIRE(std::same_as<kept_result_t<void>, void>);
}
