// SPDX-License-Identifier: BSL-1.0
// Tests the tea maker without a kettle: a fake answers in its place, counts what it is asked and keeps the arguments.
#include <stdexcept>
#include <tuple>
#include <vector>

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <vicar/testing.hpp>

#include "testing.hpp"

namespace {

/// A kettle with water that gets as hot as it is told to.
class good_kettle : public vicar::fake<kettle> {
 public:
  good_kettle() {
    on<&kettle::litres>([] { return 1.0; });
    on<&kettle::heat_to>([](double celsius) { return celsius; });
    on<&kettle::pour>([](double) {});
  }
};

TEST_CASE("each tea gets its own water") {
  const good_kettle fake;
  tea_maker maker{fake};  // the class itself is an ordinary class, and is tested as one

  CHECK(maker.make("green") == "a cup of green tea");
  CHECK(maker.make("black") == "a cup of black tea");
  CHECK(fake.arguments<&kettle::heat_to>() == std::vector{std::tuple{80.0}, std::tuple{95.0}});
  CHECK(fake.calls<&kettle::pour>() == 2);  // they were deferred: the fake waits for them
}

TEST_CASE("an empty kettle is not heated") {
  good_kettle fake;
  fake.on<&kettle::litres>([] { return 0.1; });
  tea_maker maker{fake};

  CHECK(maker.make("green") == "there is no water");
  CHECK(fake.calls<&kettle::heat_to>() == 0);
}

TEST_CASE("water that is too cold is not poured") {
  good_kettle fake;
  fake.on<&kettle::heat_to>([] { return 60.0; });
  tea_maker maker{fake};

  CHECK(maker.make("black") == "60 degrees are too cold for black tea");
  CHECK(fake.calls<&kettle::pour>() == 0);
}

TEST_CASE("who asks for tea learns that the kettle has failed") {
  good_kettle fake;
  fake.on<&kettle::heat_to>([](double) -> double { throw std::runtime_error{"short circuit"}; });
  const auto maker = vicar::start<tea_maker>(fake.proxy()).proxy();  // as an actor

  CHECK_THROWS_AS(maker->make("green").get(), std::runtime_error);
  CHECK(maker.ref().is_alive());
  maker.stop().wait();  // no test leaves an actor behind
}

}  // namespace
