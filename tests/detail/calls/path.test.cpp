// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/calls/path.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "support/catch.hpp"
#include "support/threads.hpp"

using vicar::detail::path;
using vicar::detail::step;
using vicar::detail::step_by_pointer;
using vicar::detail::step_by_type;
using vicar::detail::step_to_base;

namespace {

struct leaf {
  int before = 0;  // so that the offset of the value is not zero
  int value = 1;
};
struct first_base {
  int padding = 0;
};
struct second_base {
  leaf in_base;
};
struct middle : first_base, second_base {
  leaf left;
  leaf right;
  std::unique_ptr<leaf> maybe;
};
struct root {
  middle inner;
  middle other;
  static inline leaf common;
  static inline leaf other_common;
};

struct address {
  template <class Field>
  Field* operator()(Field& field, const step&, vicar::detail::path_keeper*) const {
    return &field;
  }
};
struct pointee {
  leaf* operator()(const std::unique_ptr<leaf>& field, const step&, vicar::detail::path_keeper*) const {
    return field.get();
  }
};

path to_inner() { return step_by_pointer<root>({}, "inner", &root::inner, address{}); }
path to_left() { return step_by_pointer<middle>(to_inner(), "left", &middle::left, address{}); }

struct by_type {};
struct by_other_type {};

void* go_left(const step&, void* object, vicar::detail::path_keeper*) { return &static_cast<middle*>(object)->left; }

}  // namespace

TEST_CASE("an empty path leads to where it begins and has no text") {
  root object;
  CHECK(path{}.follow(&object) == &object);
  CHECK(path{}.text().empty());
  CHECK(path{} == path{});
  CHECK(path{}.last() == nullptr);
}

TEST_CASE("a path is followed step by step") {
  root object;
  CHECK(to_inner().follow(&object) == &object.inner);
  CHECK(to_left().follow(&object) == &object.inner.left);
  root another;
  CHECK(to_left().follow(&another) == &another.inner.left);
}

TEST_CASE("a path with an empty step leads to null, also in the middle") {
  root object;
  const path maybe = step_by_pointer<middle>(to_inner(), "maybe", &middle::maybe, pointee{});
  CHECK(maybe.follow(&object) == nullptr);
  const path beyond = step_by_pointer<leaf>(maybe, "value", &leaf::value, address{});
  CHECK(beyond.follow(&object) == nullptr);
  object.inner.maybe = std::make_unique<leaf>();
  CHECK(maybe.follow(&object) == object.inner.maybe.get());
  CHECK(beyond.follow(&object) == &object.inner.maybe->value);
}

TEST_CASE("a step may lead to a static member or be described by its type") {
  root object;
  const path common = step_by_pointer<root>({}, "common", &root::common, address{});
  CHECK(common.follow(&object) == &root::common);
  CHECK(common == step_by_pointer<root>({}, "common", &root::common, address{}));
  CHECK_FALSE(common == step_by_pointer<root>({}, "other_common", &root::other_common, address{}));
  const path typed = step_by_type<by_type>(to_inner(), "left", &go_left);
  CHECK(typed.follow(&object) == &object.inner.left);
  CHECK(typed == step_by_type<by_type>(to_inner(), "left", &go_left));
  CHECK_FALSE(typed == step_by_type<by_other_type>(to_inner(), "left", &go_left));
  CHECK_FALSE(typed == to_left());
}

TEST_CASE("the text of a path has the names with dots between them") {
  CHECK(to_inner().text() == "inner");
  CHECK(to_left().text() == "inner.left");
  CHECK(step_by_pointer<leaf>(to_left(), "value", &leaf::value, address{}).text() == "inner.left.value");
}

TEST_CASE("paths with equal steps are equal and have equal hashes") {
  CHECK(to_left() == to_left());
  CHECK(to_left().hash() == to_left().hash());
  const path right = step_by_pointer<middle>(to_inner(), "right", &middle::right, address{});
  const path left_of_other = step_by_pointer<middle>(step_by_pointer<root>({}, "other", &root::other, address{}),
                                                     "left", &middle::left, address{});
  CHECK_FALSE(to_left() == right);
  CHECK_FALSE(to_left() == left_of_other);
  CHECK_FALSE(to_left() == to_inner());
  CHECK_FALSE(to_inner() == to_left());
  CHECK_FALSE(to_inner() == path{});
  CHECK(to_left().hash() != right.hash());
  CHECK(to_left().hash() != left_of_other.hash());
}

TEST_CASE("a conversion to a base adjusts the object and is not a step of its own") {
  root object;
  const path base = step_to_base<middle, second_base>(to_inner());
  CHECK(base.follow(&object) == static_cast<second_base*>(&object.inner));
  CHECK(base.follow(&object) != static_cast<void*>(&object.inner));
  CHECK(base.text() == "inner");
  CHECK(base == to_inner());
  CHECK(base.hash() == to_inner().hash());
  const path beyond = step_by_pointer<second_base>(base, "in_base", &second_base::in_base, address{});
  CHECK(beyond.follow(&object) == &object.inner.in_base);
  CHECK(beyond.text() == "inner.in_base");
  CHECK(beyond == step_by_pointer<middle>(to_inner(), "in_base", &middle::in_base, address{}));
  const path nowhere = step_to_base<middle, second_base>(step_by_type<by_type>(
      {}, "gone", [](const step&, void*, vicar::detail::path_keeper*) -> void* { return nullptr; }));
  root begin;
  CHECK(nowhere.follow(&begin) == nullptr);
}

TEST_CASE("equal steps are shared, and none is created twice") {
  CHECK(to_left().last() == to_left().last());
  CHECK(to_left().last()->before.last() == to_inner().last());
  CHECK(step_by_type<by_type>(to_inner(), "left", &go_left).last() != to_left().last());
  CHECK(step_by_type<by_type>(to_inner(), "left", &go_left).last() ==
        step_by_type<by_type>(to_inner(), "left", &go_left).last());
  CHECK(step_to_base<middle, second_base>(to_inner()).last() == step_to_base<middle, second_base>(to_inner()).last());
}

TEST_CASE("threads that add the same steps at the same time get the same ones") {
  constexpr std::size_t threads = 4;
  constexpr std::size_t depth = 300;
  std::array<std::array<const step*, depth>, threads> seen{};
  support::on_threads(threads, [&](std::size_t thread) {
    path route = step_by_type<by_other_type>({}, "begin", &go_left);
    for (std::size_t i = 0; i < depth; ++i) {
      route = i % 2 == 0 ? step_by_pointer<middle>(route, "left", &middle::left, address{})
                         : step_by_pointer<middle>(route, "right", &middle::right, address{});
      seen[thread][i] = route.last();
    }
  });
  for (std::size_t thread = 1; thread < threads; ++thread) CHECK(seen[thread] == seen[0]);
}
