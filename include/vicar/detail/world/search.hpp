// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_SEARCH_HPP
#define VICAR_DETAIL_WORLD_SEARCH_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <vicar/detail/world/exhaustive.hpp>
#include <vicar/detail/world/replay.hpp>
#include <vicar/detail/world/schedule.hpp>
#include <vicar/detail/world/strategies.hpp>
#include <vicar/explore_options.hpp>

namespace vicar::detail {

/// What one run has led to.
struct run_outcome {
  std::string failure;   ///< empty if the run has not failed
  bool endless = false;  ///< it was ended after too many steps
  std::uint64_t hash = 0;
  schedule from_usual;
  schedule from_latest;
  schedule holds;
  std::string trace;               ///< only if it was wanted, or the run has failed
  std::vector<std::string> names;  ///< of the threads
};

/// How a run takes place.
struct run_manner {
  bool traced = false;
  bool muted = true;           ///< neither checks of the test framework nor the default log sink report anything
  bool awaits_outside = true;  ///< if no thread can run, threads outside of the world get some time
};

/// Looks for a run that fails, and for the shortest schedule that leads to a failure.
class schedule_search {
 public:
  using run_function = std::function<run_outcome(chooser&, run_manner)>;

  /// `place` names the test; `run` makes one run.
  schedule_search(const explore_options& chosen, exploration& found, std::string place, run_function run)
      : chosen_{chosen}, found_{found}, place_{std::move(place)}, run_{std::move(run)} {}

  void search() {
    if (chosen_.how == strategy::exhaustive || chosen_.how == strategy::every)
      search_all();
    else
      search_some();
  }

  /// Makes the one run that the text after `VICAR_SCHEDULE=<place>/` describes.
  void replay_text(std::string_view wanted) {
    const std::size_t at = wanted.find('@');
    const schedule parsed = schedule::parse(wanted.substr(0, at));
    run_outcome made = replayed(parsed, {.traced = true, .muted = chosen_.checks != nullptr});
    if (chosen_.checks) replayed(parsed, {.muted = false});  // reports the checks
    ++found_.runs;
    const std::string hash = short_hash(made);
    if (at != std::string_view::npos && wanted.substr(at + 1) != hash) {
      found_.uncontrolled = fmt::format(
          "vicar: this is not the run that was recorded, its hash is {}; the schedule is of another version of the test "
          "or of the library: run the test without VICAR_SCHEDULE",
          hash);
    }
    if (made.failure.empty()) return;
    found_.schedule = fmt::format("{}/{}", place_, wanted);
    found_.failure = fmt::format("{}\n{}", made.failure, made.trace);
  }

 private:
  void search_all() {
    exhaustive_search chooses{chosen_.how == strategy::exhaustive};
    while (found_.runs < chosen_.runs) {
      chooses.begin(found_.runs);
      const run_outcome made = run_(chooses, {});
      ++found_.runs;
      if (chooses.redundant()) ++found_.redundant;
      if (!made.failure.empty()) return report(made);
      if (!chooses.end()) {
        found_.complete = true;
        break;
      }
    }
    if (chooses.diverged())
      found_.uncontrolled = "vicar: the same choices have led to different ones; a run leaves something to the next";
    if (chosen_.checks) replayed(schedule{}, {.muted = false});  // for the test framework's count of checks
  }
  void search_some() {
    const std::unique_ptr<chooser> chooses = make_chooser();
    for (; found_.runs < chosen_.runs; ++found_.runs) {
      chooses->begin(found_.runs);
      const bool first = found_.runs == 0;
      const run_outcome made = run_(*chooses, {.traced = first});
      if (!made.failure.empty()) {
        ++found_.runs;
        return report(made);
      }
      if (first) check_that_it_repeats(made);
    }
  }
  std::unique_ptr<chooser> make_chooser() const {
    switch (chosen_.how) {
      case strategy::random:
        return std::make_unique<random_walk>(chosen_.seed);
      case strategy::pct:
        return std::make_unique<pct>(chosen_.seed, chosen_.depth);
      case strategy::sampling:
        return std::make_unique<partial_order_sampling>(chosen_.seed);
      case strategy::usual:
        return std::make_unique<replay>(schedule{});
      default:
        return std::make_unique<mixed_strategies>(chosen_.seed);
    }
  }

  /// The same schedule has to give the same run. This run is not muted, so the test framework counts its checks.
  void check_that_it_repeats(const run_outcome& first) {
    const run_outcome second = replayed(first.from_usual, {.traced = true, .muted = false});
    if (first.hash != second.hash && found_.uncontrolled.empty())
      found_.uncontrolled = difference(first.trace, second.trace);
  }
  static std::string difference(std::string_view first, std::string_view second) {
    std::size_t line = 1;
    for (; !first.empty() && !second.empty() && line_of(first) == line_of(second); ++line) {
      first.remove_prefix(std::min(first.size(), line_of(first).size() + 1));
      second.remove_prefix(std::min(second.size(), line_of(second).size() + 1));
    }
    return fmt::format(
        "vicar: the same schedule has led to different runs, first in line {}:\n  first  {}\n  second {}\nlook for a "
        "thread of your own, the real clock, a random number, an order of addresses, or something that one run leaves to the next",
        line, line_of(first), line_of(second));
  }
  static std::string_view line_of(std::string_view text) noexcept { return text.substr(0, text.find('\n')); }

  run_outcome replayed(const schedule& wanted, run_manner how) {
    replay chooses{wanted};
    chooses.begin(0);
    return run_(chooses, how);
  }
  /// Whether the run fails; one without an end only if the first one had none, either.
  bool fails(const schedule& wanted, bool endless) {
    ++found_.shrinking_runs;
    const run_outcome made = replayed(wanted, manner_of_repeats());
    return !made.failure.empty() && made.endless == endless;
  }
  run_manner manner_of_repeats() const { return {.awaits_outside = !found_.uncontrolled.empty()}; }

  /// Leaves out halves, quarters, ... and single differences as long as the run fails.
  schedule shrunk(schedule failing, bool endless) {
    constexpr std::size_t most_runs = 5000;
    for (std::size_t part = (failing.size() + 1) / 2; part > 0; part = part == 1 ? 0 : (part + 1) / 2) {
      for (std::size_t at = 0; at < failing.size() && found_.shrinking_runs < most_runs;) {
        schedule less = failing.without(at, part);
        if (fails(less, endless))
          failing = std::move(less);
        else
          at += part;
      }
    }
    return failing;
  }
  /// The shortest of the three descriptions of a run that still fails. Threads that do not run for some time are
  /// easier to read than single choices, so they win a tie.
  schedule shortest(const run_outcome& failing) {
    schedule best = shrunk(failing.from_usual, failing.endless);
    for (const schedule& other : {failing.from_latest, failing.holds}) {
      if (!fails(other, failing.endless)) continue;
      schedule candidate = shrunk(other, failing.endless);
      const bool reads_better = !candidate.holds.empty() && candidate.size() == best.size();
      if (candidate.size() < best.size() || reads_better) best = std::move(candidate);
    }
    return best;
  }

  void report(const run_outcome& failing) {
    const std::size_t before = failing.from_usual.size();
    const bool repeats = found_.uncontrolled.empty();
    schedule shown = chosen_.shrink && repeats ? shortest(failing) : failing.from_usual;
    run_manner quiet = manner_of_repeats();
    quiet.traced = true;
    run_outcome last = replayed(shown, quiet);
    if (last.failure.empty()) {  // not even the whole schedule fails again
      shown = failing.from_usual;
      last = failing;
    }
    run_manner reporting = manner_of_repeats();
    reporting.traced = true;
    reporting.muted = false;
    const run_outcome again = replayed(shown, reporting);
    if (found_.uncontrolled.empty()) found_.uncontrolled = uncontrolled(last, again);
    found_.schedule = fmt::format("{}/{}@{}", place_, shown.text(), short_hash(last));
    found_.failure = fmt::format(
        "{}\nVICAR_SCHEDULE={}\n(run {}; {} from the default order, {} before shrinking)\n{}{}", last.failure,
        found_.schedule, found_.runs, counted(shown.size()), before, holds_in_words(shown, last.names), last.trace);
  }
  /// Why a failed run and its repetition differ; empty if they do not.
  std::string uncontrolled(const run_outcome& first, const run_outcome& again) const {
    if (again.hash != first.hash) return difference(first.trace, again.trace);
    if (!again.failure.empty() || chosen_.checks) return {};
    return "vicar: the failed run does not fail again, although the same happens in it; look for something that one run "
           "leaves to the next";
  }
  static std::string counted(std::size_t differences) {
    return fmt::format("{} {}", differences, differences == 1 ? "deviation" : "deviations");
  }
  static std::string holds_in_words(const schedule& shown, const std::vector<std::string>& names) {
    std::string text;
    const auto name = [&](runner_id which) { return which < names.size() ? names[which] : std::string{"?"}; };
    for (const hold& each : shown.holds) {
      text += each.step == 0 ? fmt::format("  {} is held from its start ", name(each.held))
                             : fmt::format("  {} is held from its choice {} ", name(each.held), each.step);
      text += each.until == each.held ? std::string{"as long as another thread can run\n"}
                                      : fmt::format("until choice {} of {}\n", each.until_step, name(each.until));
    }
    return text;
  }
  static std::string short_hash(const run_outcome& made) { return fmt::format("{:x}", made.hash & 0xffffffff); }

  const explore_options& chosen_;
  exploration& found_;
  const std::string place_;
  const run_function run_;
};

}  // namespace vicar::detail

#endif
