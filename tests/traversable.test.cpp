// SPDX-License-Identifier: BSL-1.0
#include <vicar/traversable.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/tracked.hpp"

using support::tally;
using support::tracked;
using vicar::traversable;
using vicar::detail::follow_step;
using vicar::detail::step_target_t;
using vicar::detail::traversable_field;

namespace {

class speaker {
 public:
  speaker() = default;
  speaker(int volume) : volume_{volume} {}  // NOLINT(google-explicit-constructor): the test is about it
  explicit speaker(const std::string& text) : volume_{static_cast<int>(text.size())} {}
  speaker(int left, int right) : volume_{left + right} {}
  speaker& operator=(const char*) {
    volume_ = 1000;
    return *this;
  }
  speaker(const speaker&) = default;
  speaker(speaker&&) = default;
  speaker& operator=(const speaker&) = default;
  speaker& operator=(speaker&&) = default;

  int volume() const { return volume_; }
  friend bool operator==(const speaker&, const speaker&) = default;

 private:
  int volume_ = 1;
};

struct point {
  int x;
  int y;
};

struct no_default {
  explicit no_default(int number) : value{number} {}
  int value;
};

struct only_moved {
  std::unique_ptr<int> value;
};

struct only_constructed {
  only_constructed() = default;
  only_constructed(const only_constructed&) = delete;
  only_constructed& operator=(const only_constructed&) = delete;
  int value = 3;
};

struct marked_inside {
  static constexpr bool vicar_traversable = true;
};
struct marked_false {
  static constexpr bool vicar_traversable = false;
};
struct marked_outside final {};
struct unmarked {};

}  // namespace

template <>
inline constexpr bool vicar::enable_traversable<marked_outside> = true;

TEST_CASE("a traversable is its wrapped object") {
  STATIC_REQUIRE(std::derived_from<traversable<speaker>, speaker>);
  STATIC_REQUIRE(sizeof(traversable<speaker>) == sizeof(speaker));
  traversable<speaker> held;
  CHECK(held.volume() == 1);
  const speaker& as_base = held;
  CHECK(as_base.volume() == 1);
  CHECK(held == speaker{});
}

TEST_CASE("a traversable is read as its wrapped object, also if it is const") {
  STATIC_REQUIRE(std::same_as<vicar::detail::read_result_t<traversable<speaker>>, speaker>);
  STATIC_REQUIRE(std::same_as<vicar::detail::read_result_t<const traversable<speaker>&>, speaker>);
}

TEST_CASE("a traversable is constructed from the arguments of the class") {
  CHECK(traversable<speaker>{}.volume() == 1);
  CHECK(traversable<speaker>{5}.volume() == 5);
  CHECK(traversable<speaker>{2, 3}.volume() == 5);
  CHECK(traversable<speaker>{std::string{"four"}}.volume() == 4);
  const traversable<speaker> converted = 6;
  CHECK(converted.volume() == 6);
  const traversable<speaker> from_value = speaker{7};
  CHECK(from_value.volume() == 7);
  const traversable<point> aggregate{1, 2};
  CHECK(aggregate.x + aggregate.y == 3);
  CHECK(traversable<std::vector<int>>{1, 2, 3}.size() == 3);
  CHECK(traversable<no_default>{4}.value == 4);
}

TEST_CASE("a traversable is not more convertible than the class") {
  STATIC_REQUIRE(std::convertible_to<int, traversable<speaker>>);
  STATIC_REQUIRE_FALSE(std::convertible_to<std::string, traversable<speaker>>);
  STATIC_REQUIRE(std::constructible_from<traversable<speaker>, std::string>);
  STATIC_REQUIRE_FALSE(std::constructible_from<traversable<speaker>, point>);
  STATIC_REQUIRE_FALSE(std::convertible_to<int, traversable<no_default>>);
  STATIC_REQUIRE_FALSE(std::default_initializable<traversable<no_default>>);
  STATIC_REQUIRE_FALSE(std::is_assignable_v<traversable<speaker>&, point>);
}

TEST_CASE("a traversable is assigned from the types of the class") {
  traversable<speaker> held;
  held = speaker{8};
  CHECK(held.volume() == 8);
  held = 9;
  CHECK(held.volume() == 9);
  held = "text";
  CHECK(held.volume() == 1000);
  const speaker value{10};
  held = value;
  CHECK(held.volume() == 10);
  const traversable<speaker> other{11};
  held = other;
  CHECK(held.volume() == 11);
  speaker back;
  back = held;
  CHECK(back.volume() == 11);
}

TEST_CASE("a traversable copies and moves like the class") {
  tally counts;
  traversable<tracked> held{tracked{counts, 4}};
  CHECK(counts.copies == 0);
  const traversable<tracked> copy = held;
  CHECK(counts.copies == 1);
  const traversable<tracked> moved = std::move(held);
  CHECK(counts.copies == 1);
  CHECK(copy.value == 4);
  CHECK(moved.value == 4);
  const tracked whole = copy;
  CHECK(whole.value == 4);
  traversable<tracked> assigned{counts, 1};
  assigned = tracked{counts, 5};
  CHECK(counts.copies == 2);
  CHECK(assigned.value == 5);

  traversable<only_moved> single{std::make_unique<int>(6)};
  const traversable<only_moved> taken = std::move(single);
  CHECK(*taken.value == 6);
  STATIC_REQUIRE_FALSE(std::copyable<traversable<only_moved>>);
  STATIC_REQUIRE(std::movable<traversable<only_moved>>);
  STATIC_REQUIRE_FALSE(std::movable<traversable<only_constructed>>);
  CHECK(traversable<only_constructed>{}.value == 3);
}

TEST_CASE("a step leads through marks, smart pointers and optionals to the class") {
  STATIC_REQUIRE(std::same_as<step_target_t<traversable<speaker>>, speaker>);
  STATIC_REQUIRE(std::same_as<step_target_t<marked_inside>, marked_inside>);
  STATIC_REQUIRE(std::same_as<step_target_t<marked_outside>, marked_outside>);
  STATIC_REQUIRE(std::same_as<step_target_t<marked_inside&>, marked_inside>);
  STATIC_REQUIRE_FALSE(traversable_field<const marked_inside&>);
  STATIC_REQUIRE(std::same_as<step_target_t<std::unique_ptr<traversable<speaker>>>, speaker>);
  STATIC_REQUIRE(std::same_as<step_target_t<std::shared_ptr<marked_outside>>, marked_outside>);
  STATIC_REQUIRE(std::same_as<step_target_t<std::optional<marked_inside>>, marked_inside>);
  STATIC_REQUIRE(std::same_as<step_target_t<std::optional<std::unique_ptr<marked_inside>>>, marked_inside>);
  STATIC_REQUIRE_FALSE(traversable_field<unmarked>);
  STATIC_REQUIRE_FALSE(traversable_field<marked_false>);
  STATIC_REQUIRE_FALSE(traversable_field<int>);
  STATIC_REQUIRE_FALSE(traversable_field<marked_inside*>);
  STATIC_REQUIRE_FALSE(traversable_field<std::unique_ptr<unmarked>>);
  STATIC_REQUIRE_FALSE(traversable_field<std::vector<marked_inside>>);
}

TEST_CASE("following a step returns the object, or null if there is none") {
  traversable<speaker> wrapped{3};
  CHECK(follow_step(wrapped) == &wrapped);
  marked_inside plain;
  CHECK(follow_step(plain) == &plain);
  auto unique = std::make_unique<marked_inside>();
  CHECK(follow_step(unique) == unique.get());
  std::unique_ptr<marked_inside> null;
  CHECK(follow_step(null) == nullptr);
  std::shared_ptr<traversable<speaker>> shared = std::make_shared<traversable<speaker>>(4);
  CHECK(follow_step(shared)->volume() == 4);
  shared = nullptr;
  CHECK(follow_step(shared) == nullptr);
  std::optional<marked_outside> maybe;
  CHECK(follow_step(maybe) == nullptr);
  maybe.emplace();
  CHECK(follow_step(maybe) == &*maybe);
  std::optional<std::unique_ptr<marked_inside>> both = std::make_unique<marked_inside>();
  CHECK(follow_step(both) == both->get());
  both->reset();
  CHECK(follow_step(both) == nullptr);
}

TEST_CASE("a step does not lead to a const object, but may lead through a const pointer") {
  STATIC_REQUIRE(!traversable_field<const traversable<speaker>>);
  STATIC_REQUIRE(!traversable_field<std::shared_ptr<const traversable<speaker>>>);
  STATIC_REQUIRE(!traversable_field<const std::optional<traversable<speaker>>>);
  STATIC_REQUIRE(traversable_field<const std::unique_ptr<traversable<speaker>>>);
  STATIC_REQUIRE(traversable_field<const std::shared_ptr<traversable<speaker>>>);
  const auto pointer = std::make_unique<traversable<speaker>>(7);
  CHECK(follow_step(pointer)->volume() == 7);
}
