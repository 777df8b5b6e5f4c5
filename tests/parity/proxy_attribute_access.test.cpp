// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <atomic>
#include <concepts>
#include <functional>
#include <latch>
#include <memory>
#include <string>

#include "support/catch.hpp"
#include "support/started.hpp"
#include "support/tracked.hpp"

using support::started;
using support::tally;
using support::tracked;
using vicar::actor_proxy;
using vicar::nested_proxy;

namespace {

class boiler {
 public:
  std::string label = "kitchen";
  int pressure = 2;

  int degrees() const { return tenths_of_degrees_ / 10; }
  void set_degrees(int degrees) { tenths_of_degrees_ = (degrees < 90 ? degrees : 90) * 10; }

 private:
  int tenths_of_degrees_ = 200;
};

struct drawer {
  static constexpr bool vicar_traversable = true;
  int content = 1;
};

/// Counts the readers of it.
class desk {
 public:
  desk(tally& counts, std::atomic<int>& reads) : field{counts}, reads_{reads} {}

  int counted() const { return ++reads_; }
  /// Writes to all of itself until it is released: ThreadSanitizer detects concurrent readers.
  void rearrange(std::latch& begun, const std::atomic<bool>& enough) {
    begun.count_down();
    while (!enough) {
      field.value ^= 1;
      open.content ^= 1;
      missing.reset();
    }
  }

  tracked field;
  drawer open;
  std::unique_ptr<drawer> missing;

 private:
  std::atomic<int>& reads_;
};
class own_desk : public desk {
 public:
  using desk::desk;
};

/// Set at the end of the scope, also when an exception leaves it.
struct flag_at_end {
  std::atomic<bool>& flag;
  ~flag_at_end() { flag = true; }
};

}  // namespace

VICAR_PROXY(boiler, label, pressure, VICAR_PROPERTY(temperature, degrees, set_degrees))
VICAR_PROXY(drawer, content)
VICAR_PROXY(desk, field, open, missing, VICAR_PROPERTY(property, counted))
VICAR_PROXY(own_desk, field, open, missing, rearrange, VICAR_PROPERTY(property, counted))

TEST_CASE("a field is read with get and set by an assignment") {
  const started<boiler> actor;
  CHECK(actor.proxy->label.get() == "kitchen");
  CHECK(actor.proxy->pressure.get() == 2);
  actor.proxy->label = "cellar";
  actor.proxy->pressure = 3;
  CHECK(actor.proxy->label.get() == "cellar");
  CHECK(actor.proxy->pressure.get() == 3);
  CHECK(actor.proxy.call([](const boiler& object) { return object.label; }).get() == "cellar");
  STATIC_REQUIRE(std::same_as<decltype(actor.proxy->label.get()), std::string>);
}

TEST_CASE("a property is read through its getter and set through its setter") {
  const started<boiler> actor;
  CHECK(actor.proxy->temperature.get() == 20);
  actor.proxy->temperature = 45;
  CHECK(actor.proxy->temperature.get() == 45);
  actor.proxy->temperature = 200;
  CHECK(actor.proxy->temperature.get() == 90);
  CHECK(actor.proxy.call(&boiler::degrees).get() == 90);
}

TEST_CASE("making a proxy reads no property and no field, and needs no answer of the actor") {
  tally counts;
  std::atomic<int> reads{0};
  std::latch begun{1};
  std::atomic<bool> enough{false};
  const started<own_desk> actor{counts, reads};
  const flag_at_end release{enough};
  actor.proxy->rearrange.defer(std::ref(begun), std::cref(enough));
  begun.wait();

  const actor_proxy<own_desk> made{actor.ref};
  const actor_proxy<own_desk> copy = made;
  const actor_proxy<desk> base = copy;
  const nested_proxy<drawer> by_name = base->open;
  const nested_proxy<drawer> by_pointer = copy.at(&desk::open);
  const nested_proxy<drawer> behind_nothing = base->missing;
  static_cast<void>(made->field);
  static_cast<void>(base->property);
  const vicar::actor_stats then = actor.ref.stats();
  enough = true;

  CHECK(then.mailbox_depth == 0);
  CHECK(then.processed == 0);
  CHECK(reads == 0);
  CHECK(counts.alive == 1);
  CHECK(counts.copies == 0);
  CHECK(counts.moves == 0);
  CHECK(base->property.get() == 1);
  CHECK(reads == 1);
  CHECK(by_name->content.get() == by_pointer->content.get());
}
