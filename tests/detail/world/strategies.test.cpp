// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/world/strategies.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <vicar/detail/world/exhaustive.hpp>

#include "support/catch.hpp"

namespace {

using vicar::detail::chooser;
using vicar::detail::exhaustive_search;
using vicar::detail::footprint;
using vicar::detail::mixed_strategies;
using vicar::detail::partial_order_sampling;
using vicar::detail::pct;
using vicar::detail::random_walk;
using vicar::detail::runner_id;

/// A program of some threads that take some steps each. A step changes one object. Returns who took which step.
std::string run(chooser& chooses, const std::vector<std::vector<std::uint32_t>>& threads) {
  std::string order;
  std::vector<std::size_t> done(threads.size(), 0);
  std::vector<std::uint32_t> choices(threads.size(), 0);
  runner_id last = 0;
  for (;;) {
    std::vector<runner_id> enabled;
    std::vector<std::uint32_t> about;
    for (runner_id each = 0; each < threads.size(); ++each) {
      if (done[each] == threads[each].size()) continue;
      enabled.push_back(each);
      about.push_back(threads[each][done[each]]);
    }
    if (enabled.empty()) return order;
    const std::size_t chosen = chooses.choose({enabled, about, last, ++choices[last], false, 0, 0});
    last = enabled[chosen];
    footprint step;
    step.change(threads[last][done[last]++]);
    chooses.stepped(step);
    order += static_cast<char>('a' + last);
  }
}

std::vector<std::string> runs_of(chooser& chooses, std::size_t count,
                                 const std::vector<std::vector<std::uint32_t>>& threads) {
  std::vector<std::string> orders;
  for (std::size_t i = 0; i < count; ++i) {
    chooses.begin(i);
    orders.push_back(run(chooses, threads));
    if (!chooses.end()) break;
  }
  return orders;
}

const std::vector<std::vector<std::uint32_t>> two_by_three{{1, 1, 1}, {1, 1, 1}};

}  // namespace

TEST_CASE("an exhaustive search takes every order once, and of equivalent orders one") {
  SECTION("steps that conflict") {
    exhaustive_search chooses{true};
    const auto orders = runs_of(chooses, 1000, two_by_three);
    CHECK(orders.size() == 20);  // 6 over 3
    CHECK(std::set<std::string>(orders.begin(), orders.end()).size() == 20);
    CHECK_FALSE(chooses.diverged());
  }
  SECTION("steps that commute") {
    exhaustive_search chooses{true};
    std::size_t useful = 0;
    for (std::size_t i = 0;; ++i) {
      chooses.begin(i);
      run(chooses, {{1, 1, 1}, {2, 2, 2}});
      if (!chooses.redundant()) ++useful;
      if (!chooses.end()) break;
    }
    CHECK(useful == 1);
  }
  SECTION("without reduction") {
    exhaustive_search chooses{false};
    CHECK(runs_of(chooses, 1000, {{1, 1, 1}, {2, 2, 2}}).size() == 20);
  }
}

TEMPLATE_TEST_CASE("a random strategy takes the same orders for the same seed, and many of them", "", random_walk,
                   partial_order_sampling, mixed_strategies) {
  TestType first{5};
  TestType again{5};
  TestType other{6};
  const auto orders = runs_of(first, 300, two_by_three);
  CHECK(orders == runs_of(again, 300, two_by_three));
  CHECK(orders != runs_of(other, 300, two_by_three));
  CHECK(std::set<std::string>(orders.begin(), orders.end()).size() > 10);
}

TEST_CASE("PCT lets one thread run as long as it can, except at its changes of priority") {
  pct without_change{3, 1};
  for (const std::string& each : runs_of(without_change, 100, two_by_three)) {
    CHECK((each == "aaabbb" || each == "bbbaaa"));
  }
  pct with_changes{3, 3};
  const auto orders = runs_of(with_changes, 300, two_by_three);
  CHECK(std::set<std::string>(orders.begin(), orders.end()).size() > 5);
}
