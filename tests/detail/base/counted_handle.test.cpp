// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/base/counted_handle.hpp>

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"
#include "support/threads.hpp"

using vicar::detail::counted;
using vicar::detail::counted_handle;

namespace {

/// Reports its destruction.
class node : public counted<node> {
 public:
  explicit node(int& destroyed) : destroyed_{&destroyed} {}
  ~node() { ++*destroyed_; }

  int number = 5;

 private:
  int* destroyed_;
};
using node_handle = counted_handle<node>;

/// Counts its references without freeing itself.
struct ledger {
  int references = 1;
  void retain() noexcept { ++references; }
  void release() noexcept { --references; }
};
using ledger_handle = counted_handle<ledger>;

struct incomplete;

}  // namespace

TEST_CASE("a counted object is deleted with its last reference") {
  int destroyed = 0;
  const auto* const object = new node{destroyed};
  object->retain();
  object->release();
  CHECK(destroyed == 0);
  object->release();
  CHECK(destroyed == 1);
}

TEST_CASE("an empty handle refers to nothing and may be copied, moved and assigned") {
  ledger_handle empty;
  CHECK_FALSE(static_cast<bool>(empty));
  CHECK(empty.get() == nullptr);
  const ledger_handle copy = empty;
  const ledger_handle moved = std::move(empty);
  CHECK_FALSE(static_cast<bool>(copy));
  CHECK_FALSE(static_cast<bool>(moved));
  empty = copy;
  CHECK_FALSE(static_cast<bool>(empty));
}

TEST_CASE("a handle of an object adds a reference, an adopting handle does not") {
  ledger target;
  {
    const ledger_handle handle{target};
    CHECK(target.references == 2);
    CHECK(handle.get() == &target);
  }
  CHECK(target.references == 1);
  {
    const auto handle = ledger_handle::adopt(&target);
    CHECK(target.references == 1);
  }
  CHECK(target.references == 0);
}

TEST_CASE("a copied handle adds a reference, a moved handle transfers its own") {
  ledger target;
  ledger_handle first{target};
  const ledger_handle second = first;
  CHECK(target.references == 3);
  CHECK(second.get() == first.get());
  const ledger_handle third = std::move(first);
  CHECK(target.references == 3);
  CHECK_FALSE(static_cast<bool>(first));  // NOLINT(bugprone-use-after-move)
  CHECK(third.get() == &target);
}

TEST_CASE("assignment drops the reference to the previous target") {
  ledger former;
  ledger latter;
  ledger_handle handle{former};
  const ledger_handle other{latter};
  handle = other;
  CHECK(former.references == 1);
  CHECK(latter.references == 3);
  handle = {};
  CHECK(latter.references == 2);
}

TEST_CASE("a handle assigned to itself keeps its target") {
  ledger target;
  ledger_handle handle = ledger_handle::adopt(&target);
  const ledger_handle& same = handle;
  handle = same;
  CHECK(handle.get() == &target);
  CHECK(target.references == 1);
}

TEST_CASE("a constant handle gives access to a mutable target") {
  int destroyed = 0;
  {
    const auto handle = node_handle::adopt(new node{destroyed});
    handle->number = 6;
    CHECK((*handle).number == 6);
    CHECK(handle.get()->number == 6);
  }
  CHECK(destroyed == 1);
}

TEST_CASE("an object is only referred to explicitly, and by handles of its own class") {
  STATIC_REQUIRE(std::is_constructible_v<ledger_handle, ledger&>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<ledger&, ledger_handle>);
  struct derived : ledger {};
  STATIC_REQUIRE_FALSE(std::is_constructible_v<ledger_handle, derived&>);
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<node>);
}

TEST_CASE("a handle needs no complete type to be copied and moved") {
  STATIC_REQUIRE(std::is_copy_constructible_v<counted_handle<incomplete>>);
  STATIC_REQUIRE(std::is_nothrow_move_constructible_v<counted_handle<incomplete>>);
}

TEST_CASE("threads that copy and drop handles at the same time delete the target once") {
  for (int round = 0; round < 200; ++round) {
    int destroyed = 0;
    std::array<node_handle, 4> handles;
    handles[0] = node_handle::adopt(new node{destroyed});
    for (std::size_t i = 1; i < handles.size(); ++i) handles[i] = handles[0];
    std::array<int, handles.size()> seen{};
    support::on_threads(handles.size(), [&](std::size_t index) {
      const node_handle copy = handles[index];
      handles[index] = {};
      seen[index] = copy->number;
    });
    CHECK(destroyed == 1);
    CHECK(seen == std::array{5, 5, 5, 5});
  }
}
