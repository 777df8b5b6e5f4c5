// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <concepts>

#include "support/catch.hpp"
#include "support/started.hpp"

using support::started;
using vicar::future;
using vicar::nested_proxy;

namespace {

/// Not marked, so only a marked field of an actor makes it traversable.
struct shelf {
  int books = 1;
  int add(int more) { return books += more; }
};

struct self_marked {
  static constexpr bool vicar_traversable = true;
  int books = 2;
  int add(int more) { return books += more; }
};

struct marked_elsewhere final {
  int books = 3;
  int add(int more) { return books += more; }
};

class library {
 public:
  shelf closed;
  vicar::traversable<shelf> by_member;
  self_marked by_itself;
  marked_elsewhere by_somebody;

  const self_marked& newest() const { return by_itself; }
  void replace_newest(const self_marked& other) { by_itself = other; }
  vicar::traversable<shelf> oldest() const { return by_member; }
};

}  // namespace

template <>
inline constexpr bool vicar::enable_traversable<marked_elsewhere> = true;

VICAR_PROXY(shelf, books, add)
VICAR_PROXY(self_marked, books, add)
VICAR_PROXY(marked_elsewhere, books, add)
VICAR_PROXY(library, closed, by_member, by_itself, by_somebody, VICAR_PROPERTY(newest_shelf, newest, replace_newest),
            VICAR_PROPERTY(oldest_shelf, oldest))

TEST_CASE("a member without a mark is read and written whole") {
  const started<library> actor;
  CHECK(actor.proxy->closed.get().books == 1);
  actor.proxy->closed = shelf{7};
  CHECK(actor.proxy->closed.get().books == 7);
  CHECK(actor.proxy.get(&library::closed).get().books == 7);
  STATIC_REQUIRE(std::same_as<decltype(actor.proxy->closed.get()), shelf>);
}

TEST_CASE("each of the three ways to mark opens the object that lies in the actor") {
  const started<library> actor;
  const auto& proxy = actor.proxy;
  CHECK(proxy->by_member->add(10).get() == 11);
  CHECK(proxy->by_itself->add(10).get() == 12);
  CHECK(proxy->by_somebody->add(10).get() == 13);
  CHECK(proxy.at(&library::by_member).call(&shelf::add, 100).get() == 111);
  CHECK(proxy.at(&library::by_itself).call(&self_marked::add, 100).get() == 112);
  CHECK(proxy.at(&library::by_somebody).call(&marked_elsewhere::add, 100).get() == 113);
  const auto sum = [](const library& object) {
    return object.by_member.books + object.by_itself.books + object.by_somebody.books;
  };
  CHECK(proxy.call(sum).get() == 111 + 112 + 113);
}

TEST_CASE("a traversable object that a property returns comes as a future of a copy") {
  const started<library> actor;
  const auto& proxy = actor.proxy;
  const future<self_marked> newest = proxy->newest_shelf;
  const future<shelf> oldest = proxy->oldest_shelf;
  STATIC_REQUIRE_FALSE(std::convertible_to<decltype(proxy->newest_shelf), nested_proxy<self_marked>>);
  STATIC_REQUIRE_FALSE(std::convertible_to<decltype(proxy->oldest_shelf), nested_proxy<shelf>>);
  STATIC_REQUIRE(std::convertible_to<decltype(proxy->by_itself), nested_proxy<self_marked>>);
  proxy->by_itself->add(10).get();
  proxy->by_member->add(10).get();
  CHECK(newest.get().books == 2);
  CHECK(oldest.get().books == 1);
  CHECK(proxy->newest_shelf.get().books == 12);
}
