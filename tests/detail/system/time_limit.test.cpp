// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/system/time_limit.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using vicar::detail::time_limit;
using clock_type = std::chrono::steady_clock;

TEST_CASE("a default deadline is never reached") {
  const time_limit none;
  CHECK(none.forever());
  CHECK_FALSE(none.passed());
  CHECK(none.until() == clock_type::time_point::max());
}

TEST_CASE("a deadline is a point on the steady clock") {
  const auto before = clock_type::now();
  const time_limit hour{1h};
  const auto after = clock_type::now();
  CHECK_FALSE(hour.forever());
  CHECK_FALSE(hour.passed());
  CHECK(hour.until() >= before + 1h);
  CHECK(hour.until() <= after + 1h);
  CHECK(hour.asked_seconds() == 3600);
  CHECK(hour.left() <= 1h);
  CHECK(hour.left() > 30min);
}

TEST_CASE("a timeout of zero or less has passed at once") {
  for (const time_limit& limit :
       {time_limit{0s}, time_limit{-1s}, time_limit{std::chrono::hours::min()},
        time_limit{std::chrono::duration<double>{-1e300}}, time_limit{std::chrono::nanoseconds::min()}}) {
    CHECK_FALSE(limit.forever());
    CHECK(limit.passed());
    CHECK(limit.left() == 0ns);
  }
}

TEST_CASE("a timeout beyond the clock's range is infinite") {
  CHECK(time_limit{std::chrono::hours::max()}.forever());
  CHECK(time_limit{std::chrono::nanoseconds::max()}.forever());
  CHECK(time_limit{std::chrono::duration<double>{1e300}}.forever());
  CHECK(time_limit{std::chrono::duration<double>{std::numeric_limits<double>::infinity()}}.forever());
  CHECK(time_limit{std::chrono::duration<std::int64_t, std::ratio<31556952>>{10'000}}.forever());
  CHECK_FALSE(time_limit{std::chrono::duration<std::int64_t, std::ratio<31556952>>{10}}.forever());
}

TEST_CASE("a fraction of a tick is rounded up, so that a timeout is never shortened") {
  const auto before = clock_type::now();
  CHECK(time_limit{std::chrono::duration<double, std::nano>{0.25}}.until() > before);
  CHECK(time_limit{std::chrono::duration<float>{1.5F}}.asked_seconds() == 1.5);
}

TEST_CASE("a point on another clock is converted to a duration from now") {
  const time_limit in_an_hour{std::chrono::system_clock::now() + 1h};
  CHECK(in_an_hour.left() > 30min);
  CHECK(in_an_hour.left() <= 1h);
  CHECK(time_limit{std::chrono::system_clock::time_point{}}.passed());
  CHECK(time_limit{clock_type::now()}.passed());
}

TEMPLATE_TEST_CASE("a point beyond every clock has passed, or is never reached", "", std::chrono::steady_clock,
                   std::chrono::system_clock) {
  using exact = std::chrono::time_point<TestType>;
  using coarse = std::chrono::time_point<TestType, std::chrono::seconds>;
  for (const time_limit& limit : {time_limit{exact::min()}, time_limit{coarse::min()}}) {
    CHECK_FALSE(limit.forever());
    CHECK(limit.passed());
  }
  for (const time_limit& limit : {time_limit{exact::max()}, time_limit{coarse::max()}}) {
    CHECK_FALSE(limit.passed());
    CHECK(limit.left() > 24h * 365 * 200);
  }
}

TEST_CASE("a timeout that is not a number has passed at once") {
  CHECK(time_limit{std::numeric_limits<double>::quiet_NaN()}.passed());
}
