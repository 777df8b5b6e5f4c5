// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/world/schedule.hpp>

#include <array>
#include <cstdint>
#include <string>

#include <vicar/detail/world/replay.hpp>
#include <vicar/error.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"

namespace {

using support::containing;
using support::error_text;
using vicar::detail::choice;
using vicar::detail::fault_happens;
using vicar::detail::replay;
using vicar::detail::runner_id;
using vicar::detail::schedule;
using vicar::detail::timeout_expires;

}  // namespace

TEST_CASE("a schedule is the same after it was written and read") {
  const schedule made{
      {{2, 5, 0}, {3, 1, timeout_expires}, {10, 123, fault_happens}}, {{1, 2, 0, 15}, {2, 3, 2, 0}}, false};
  CHECK(made.text() == "2.5-0,3.1-t,10.123-f,1.2~0.15,2.3~");
  CHECK(schedule::parse(made.text()).deviations == made.deviations);
  CHECK(schedule::parse(made.text()).holds == made.holds);
  CHECK_FALSE(schedule::parse(made.text()).from_latest);
  const schedule other{{{1, 1, 2}}, {}, true};
  CHECK(other.text() == "+1.1-2");
  CHECK(schedule::parse("+1.1-2").from_latest);
  CHECK(schedule{}.text() == "usual");
  CHECK(schedule::parse("usual").deviations.empty());
  CHECK(schedule::parse("+usual").from_latest);
}

TEST_CASE("a text that is not a schedule is refused") {
  for (const char* text : {"", "x", "1", "1.", "1.2", "1.2-", "1.2-0,", "1.2-0;", "1.2-0 ", "-1.2-0", "1.2-x", "1.2~x",
                           "1.2~0", "1.2~0.", "1.2~1.3", "usual,1.2-0", "99999999999.1-0", "1.2-0@c5f8"}) {
    CAPTURE(text);
    CHECK(error_text<vicar::error>([&] { schedule::parse(text); }) ==
          containing("vicar: `", "` is not a schedule; copy the text after VICAR_SCHEDULE= from the failed run"));
  }
}

TEST_CASE("parts of a schedule can be left out") {
  const schedule whole = schedule::parse("1.1-0,1.2-0,1.3~0.4,2.3~");
  CHECK(whole.size() == 4);
  CHECK(whole.without(0, 1).text() == "1.2-0,1.3~0.4,2.3~");
  CHECK(whole.without(1, 2).text() == "1.1-0,2.3~");
  CHECK(whole.without(0, 4).text() == "usual");
  CHECK(schedule::parse("+1.1-0").without(0, 1).text() == "+usual");
}

TEST_CASE("a replay holds a thread until another one has come to its choice, and then runs it at once") {
  replay chooser{schedule::parse("1.2~0.5")};
  chooser.begin(0);
  const std::array<runner_id, 3> all{0, 1, 2};
  const std::array<std::uint32_t, 3> about{0, 0, 0};
  CHECK(chooser.choose({all, about, 1, 1, false, 1, 1}) == 1);
  CHECK(chooser.choose({all, about, 1, 2, false, 1, 1}) == 2);  // the next that is not held
  CHECK(chooser.choose({all, about, 2, 1, false, 2, 2}) == 2);
  CHECK(chooser.choose({all, about, 0, 4, false, 0, 0}) == 0);
  CHECK(chooser.choose({all, about, 0, 5, false, 0, 0}) == 1);
  CHECK(chooser.choose({all, about, 1, 3, false, 1, 1}) == 1);
  const std::array<runner_id, 1> alone{1};
  replay for_ever{schedule::parse("1.2~")};
  for_ever.begin(0);
  CHECK(for_ever.choose({all, about, 1, 2, false, 1, 1}) == 2);
  CHECK(for_ever.choose({alone, about, 0, 9, false, 0, 0}) == 0);
}

TEST_CASE("a replay deviates where its schedule says so, and where the wanted thread can run") {
  replay chooser{schedule::parse("1.2-3")};
  chooser.begin(0);
  const std::array<runner_id, 2> both{0, 3};
  const std::array<std::uint32_t, 2> about{0, 0};
  CHECK(chooser.choose({both, about, 1, 1, false, 0, 1}) == 0);
  CHECK(chooser.choose({both, about, 1, 2, false, 0, 1}) == 1);
  const std::array<runner_id, 2> others{0, 2};
  CHECK(chooser.choose({others, about, 1, 2, false, 0, 1}) == 0);
  replay from_latest{schedule::parse("+1.2-3")};
  CHECK(from_latest.choose({both, about, 1, 1, false, 0, 1}) == 1);
}
