// SPDX-License-Identifier: BSL-1.0
#include <vicar/testing.hpp>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <vicar/registry.hpp>

#include "support/catch.hpp"

namespace {

/// Returns a value that no mock returns, so that a reply of the class itself is noticed.
class barometer {
 public:
  std::string unit() const { return unit_; }
  void set_unit(std::string unit) { unit_ = std::move(unit); }
  double reading(const std::string& room, int height) {
    ++asked;
    return static_cast<double>(room.size()) + height;
  }
  int asked = 1000;

 private:
  std::string unit_ = "the unit of the class";
};

}  // namespace

VICAR_PROXY(barometer, VICAR_PROPERTY(unit, unit, set_unit), reading, asked)

TEST_CASE("a mocked property is read with what the mock gives, and a mocked field is") {
  vicar::fake<barometer> fake;
  fake.on<&barometer::unit>([] { return std::string{"hectopascal"}; });
  fake.on<&barometer::asked>([] { return 7; });
  const vicar::actor_proxy<barometer> proxy = fake.proxy();

  CHECK(proxy->unit.get() == "hectopascal");
  CHECK(proxy->unit.read().get() == "hectopascal");
  CHECK(proxy->asked.get() == 7);
  CHECK(fake.calls<&barometer::unit>() == 2);
  CHECK(fake.calls<&barometer::asked>() == 1);
}

TEST_CASE("a mocked property is written through the mock, which sees the values") {
  vicar::fake<barometer> fake;
  std::string kept = "none";
  fake.on<&barometer::unit>([&] { return kept; });
  fake.on<&barometer::set_unit>([&](std::string unit) { kept = std::move(unit); });
  const auto proxy = fake.proxy();

  proxy->unit = std::string{"bar"};
  CHECK(kept == "bar");
  proxy->unit.set("torr").get();
  CHECK(proxy->unit.get() == "torr");
  using value = std::tuple<std::string>;
  CHECK(fake.arguments<&barometer::set_unit>() == std::vector{value{"bar"}, value{"torr"}});
  CHECK(fake.calls<&barometer::set_unit>() == 2);
}

TEST_CASE("a mocked method answers with what the mock gives, however it is named") {
  vicar::fake<barometer> fake;
  fake.on<&barometer::reading>([] { return 1013.25; });
  const auto proxy = fake.proxy();

  CHECK(proxy->reading("cellar", -3).get() == 1013.25);
  CHECK(proxy.call(&barometer::reading, "cellar", -3).get() == 1013.25);
  CHECK(proxy.call<&barometer::reading>("cellar", -3).get() == 1013.25);
  CHECK(fake.ref().call(&barometer::reading, "cellar", -3).get() == 1013.25);
}

TEST_CASE("a mock counts the calls of each method, deferred ones too") {
  vicar::fake<barometer> fake;
  vicar::promise<void> open;
  fake.on<&barometer::reading>([gate = open.get_future()] {
    gate.get();
    return 0.0;
  });
  fake.on<&barometer::unit>([] { return std::string{}; });
  CHECK(fake.calls<&barometer::reading>() == 0);
  const auto proxy = fake.proxy();

  const vicar::future<double> answer = proxy->reading("attic", 9);
  proxy->reading.defer("attic", 10);
  proxy.defer(&barometer::reading, "attic", 11);
  open.set_value();
  CHECK(fake.calls<&barometer::reading>() == 3);  // waits for the pending calls
  CHECK(answer.ready());
  CHECK(fake.calls<&barometer::unit>() == 0);
}

TEST_CASE("a mock keeps the arguments of each call, in the order of the calls") {
  vicar::fake<barometer> fake;
  fake.on<&barometer::reading>([](const std::string&, int height) { return 1000.0 - height; });
  const auto proxy = fake.proxy();

  CHECK(proxy->reading("cellar", -3).get() == 1003);
  proxy->reading.defer("attic", 9);
  CHECK(proxy.call(&barometer::reading, "roof", 12).get() == 988);
  using call = std::tuple<std::string, int>;
  CHECK(fake.arguments<&barometer::reading>() == std::vector{call{"cellar", -3}, call{"attic", 9}, call{"roof", 12}});
}

TEST_CASE("a mock leaves the class as it is, and no actor behind") {
  {
    vicar::fake<barometer> fake;
    fake.on<&barometer::reading>([] { return 1.0; }).on<&barometer::unit>([] { return std::string{"another"}; });
    CHECK(fake.proxy()->reading("hall", 0).get() == 1);

    const auto real = vicar::start<barometer>().proxy();
    CHECK(real->reading("hall", 2).get() == 6);
    CHECK(real->unit.get() == "the unit of the class");
    CHECK(real->asked.get() == 1001);
    real.stop().wait();
    CHECK(fake.calls<&barometer::reading>() == 1);
  }
  CHECK(vicar::registry::get_all().empty());
}
