// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/meta/copyable.hpp>

#include <array>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <span>
#include <stack>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "support/catch.hpp"

using vicar::detail::copyable;
using vicar::detail::elements_copyable;
using vicar::detail::implicitly_copyable;

namespace {

using owner = std::unique_ptr<int>;
using owners = std::vector<owner>;

/// Copyable by their constructor, whatever they contain.
template <class Container>
constexpr bool only_claims_to_be_copyable =
    std::is_copy_constructible_v<Container> && !copyable<Container> && !implicitly_copyable<Container>;
template <class T>
constexpr bool fully_copyable = copyable<T> && implicitly_copyable<T>;

struct plain {
  int number = 0;
  std::string text;
};
struct explicit_copy {
  explicit_copy() = default;
  explicit explicit_copy(const explicit_copy&) = default;
  explicit_copy(explicit_copy&&) = default;
};

/// Recursive through one container, through two, and through each other.
struct tree : std::vector<tree> {};
struct forest : std::vector<std::list<forest>> {};
struct folder;
struct entry : std::vector<folder> {};
struct folder : std::vector<entry> {};
/// Recursive, with a move-only element.
struct owning_tree {
  using value_type = std::pair<owner, owning_tree>;
  value_type* begin();
};
/// Contains itself in a `const` pair, as a map does.
struct named_tree {
  using value_type = std::pair<const std::string, named_tree>;
  value_type* begin();
};

/// Has a `value_type`, and is neither a container nor an adaptor.
struct handle_of_owners {
  using value_type = owner;
};
/// Its elements are of a type that is never defined here.
struct undefined;
struct opaque {
  using value_type = undefined;
  int* begin();
};
/// A class template that has the member function by which `std::variant` is recognized.
template <class... Alternatives>
struct own_variant {
  bool valueless_by_exception() const { return false; }
};
template <class... Types>
struct list_of_types {};

}  // namespace

TEST_CASE("a type without elements is copyable as its copy constructor says") {
  STATIC_REQUIRE(fully_copyable<int>);
  STATIC_REQUIRE(fully_copyable<plain>);
  STATIC_REQUIRE(fully_copyable<const plain>);
  STATIC_REQUIRE(fully_copyable<std::string>);
  STATIC_REQUIRE(fully_copyable<list_of_types<owner>>);
  STATIC_REQUIRE_FALSE(copyable<owner>);
  STATIC_REQUIRE_FALSE(implicitly_copyable<owner>);
  STATIC_REQUIRE_FALSE(copyable<void>);
}

TEST_CASE("an explicit copy constructor copies, but not implicitly") {
  STATIC_REQUIRE(copyable<explicit_copy>);
  STATIC_REQUIRE_FALSE(implicitly_copyable<explicit_copy>);
}

TEST_CASE("a container is copyable if its elements are") {
  STATIC_REQUIRE(fully_copyable<std::vector<int>>);
  STATIC_REQUIRE(fully_copyable<std::vector<bool>>);
  STATIC_REQUIRE(fully_copyable<std::map<int, std::vector<std::string>>>);
  STATIC_REQUIRE(fully_copyable<std::optional<std::vector<int>>>);
  STATIC_REQUIRE(fully_copyable<std::array<std::string, 2>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<owners>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::deque<owner>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::list<owner>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::set<owner>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::map<int, owner>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::map<owner, int>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::unordered_map<int, owner>>);
}

TEST_CASE("the elements of container adaptors are checked, too") {
  STATIC_REQUIRE(fully_copyable<std::stack<int>>);
  STATIC_REQUIRE(fully_copyable<std::priority_queue<int>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::stack<owner>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::queue<owner>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::priority_queue<owner>>);
}

TEST_CASE("elements of elements are checked, at any depth") {
  STATIC_REQUIRE(only_claims_to_be_copyable<std::vector<owners>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::list<std::map<int, std::stack<owners>>>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::optional<owners>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::array<owners, 2>>);
  STATIC_REQUIRE_FALSE(copyable<std::optional<owner>>);
  STATIC_REQUIRE_FALSE(copyable<std::array<owner, 2>>);
}

TEST_CASE("a pair, a tuple and a variant are copyable if all their parts are") {
  STATIC_REQUIRE(fully_copyable<std::pair<int, std::vector<int>>>);
  STATIC_REQUIRE(fully_copyable<std::tuple<>>);
  STATIC_REQUIRE(fully_copyable<std::tuple<int, std::vector<int>, std::string>>);
  STATIC_REQUIRE(fully_copyable<std::variant<std::monostate, int, std::vector<int>>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::pair<owners, int>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::pair<int, owners>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::tuple<int, owners, int>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::variant<int, owners>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<std::variant<std::tuple<std::pair<int, owners>>>>);
  STATIC_REQUIRE(only_claims_to_be_copyable<own_variant<int, owner>>);
  STATIC_REQUIRE_FALSE(copyable<std::pair<int, owner>>);
}

TEST_CASE("a recursive type is copyable unless another element is not") {
  STATIC_REQUIRE(fully_copyable<tree>);
  STATIC_REQUIRE(fully_copyable<forest>);
  STATIC_REQUIRE(fully_copyable<entry>);
  STATIC_REQUIRE(fully_copyable<folder>);
  STATIC_REQUIRE(fully_copyable<named_tree>);
  STATIC_REQUIRE(fully_copyable<std::vector<tree>>);
  STATIC_REQUIRE_FALSE(copyable<owning_tree>);
  STATIC_REQUIRE_FALSE(copyable<std::variant<tree, owning_tree>>);
}

TEST_CASE("a type that shares or refers to its elements is copyable whatever they are") {
  STATIC_REQUIRE(fully_copyable<std::shared_ptr<owners>>);
  STATIC_REQUIRE(fully_copyable<std::vector<std::shared_ptr<owners>>>);
  STATIC_REQUIRE(fully_copyable<owners*>);
  STATIC_REQUIRE(fully_copyable<owners::iterator>);
  STATIC_REQUIRE(fully_copyable<std::map<int, owner>::const_iterator>);
  STATIC_REQUIRE(fully_copyable<std::span<owner>>);
  STATIC_REQUIRE(fully_copyable<std::string_view>);
  STATIC_REQUIRE(fully_copyable<handle_of_owners>);
  STATIC_REQUIRE(fully_copyable<std::reference_wrapper<owners>>);
}

TEST_CASE("elements of an incomplete type are not checked") { STATIC_REQUIRE(fully_copyable<opaque>); }

TEST_CASE("elements are checked regardless of the copy constructor of their container") {
  struct pinned {
    using value_type = int;
    pinned(const pinned&) = delete;
    int* begin();
  };
  STATIC_REQUIRE(elements_copyable<pinned>);
  STATIC_REQUIRE_FALSE(copyable<pinned>);
  STATIC_REQUIRE(elements_copyable<owner>);
  STATIC_REQUIRE_FALSE(elements_copyable<owners>);
}
