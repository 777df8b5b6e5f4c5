// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_EXPLORE_HPP
#define VICAR_EXPLORE_HPP

#include <vicar/detail/base/config.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <vicar/detail/system/conductor.hpp>
#include <vicar/detail/world/process.hpp>
#include <vicar/detail/world/search.hpp>
#include <vicar/detail/world/stage.hpp>
#include <vicar/detail/world/turns.hpp>
#include <vicar/detail/world/watchdog.hpp>
#include <vicar/error.hpp>
#include <vicar/explore_options.hpp>
#include <vicar/log.hpp>
#include <vicar/world.hpp>

namespace vicar {

/// Where `explore` is called: file and line name the test in its schedules. (Not `std::source_location`, which clang 14
/// does not have.)
struct call_site {
  const char* file;  ///< its path
  int line;          ///< from 1
  /// The call that this is a default argument of.
  static constexpr call_site here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) noexcept {
    return {file, line};
  }
};

/// Runs a function under many schedules; `explore` and `try_explore` use it.
class explorer {
 public:
  /// What is explored.
  using body_type = std::function<void(world&)>;

  /// `place` names the test in schedules.
  explorer(const explore_options& chosen, body_type body, std::string place)
      : chosen_{chosen}, body_{std::move(body)}, place_{std::move(place)} {}

  /// Makes the runs. Once.
  exploration explore() {
    if (detail::conductor_here) {
      throw error{"vicar: explore was called in a run of explore; call it outside, and use the world of that run"};
    }
    const detail::confined_to_one_core here{chosen_.one_core};
    const detail::watchdog watch{place_, threads_.progress(), chosen_.patience};
    const detail::stopwatch time;
    detail::schedule_search search{chosen_, found_, place_, [this](detail::chooser& chooses, detail::run_manner how) {
                                     return run_once(chooses, how);
                                   }};
    if (const auto schedule = detail::schedule_for(place_))
      search.replay_text(*schedule);
    else
      search.search();
    found_.seconds = time.seconds();
    found_.orders = orders_.size();
    return std::move(found_);
  }

 private:
  detail::run_outcome run_once(detail::chooser& chooses, detail::run_manner how) {
    detail::world_rules rules{place_, how.muted, chosen_.slack.count(), chosen_.most_steps};
    if (!how.awaits_outside) rules.grace = {};
    const std::unique_ptr<muted_checks> checks = how.muted && chosen_.checks ? chosen_.checks() : nullptr;
    detail::run_outcome made;
    detail::world_stage stage{threads_, chooses, std::move(rules)};
    made.failure = run_body(stage, checks.get());
    made.endless = stage.over();
    made.hash = stage.trace().hash();
    made.from_usual = stage.made().deviations(false);
    made.from_latest = stage.made().deviations(true);
    made.holds = stage.made().holds();
    if (how.traced || !made.failure.empty()) made.trace = stage.trace_text();
    if (!made.failure.empty()) made.names = stage.names();
    if (stage.met_outsiders() && found_.uncontrolled.empty()) {
      found_.uncontrolled =
          "vicar: a thread outside of the world has sent a message or set a promise; start it with world::spawn, or start "
          "its actor in the explored function";
    }
    found_.steps += stage.steps();
    found_.switches += stage.switches();
    orders_.insert(stage.order_hash());
    return made;
  }

  struct fails_no_allocation {
    detail::world_stage& stage;
    ~fails_no_allocation() { stage.fail_allocation(0); }
  };

  /// Returns the failure, or an empty text.
  std::string run_body(detail::world_stage& stage, const muted_checks* checks) {
    world here{stage};
    std::exception_ptr thrown;  // kept until the world has ended: its destructor may use an actor
    std::string text;
    try {
      const fails_no_allocation at_the_end{stage};
      body_(here);
    } catch (const world_ended&) {  // the stage says why
      thrown = std::current_exception();
    } catch (...) {
      thrown = std::current_exception();
      text = checks && !checks->failure().empty() ? checks->failure() : exception_text(thrown);
      stage.note_failure(text);
    }
    stage.end_child();
    stage.finish(thrown || !stage.failure().empty());
    if (checks && !checks->failure().empty()) {
      text = checks->failure();
      if (stage.spawned_failed()) return text;  // it was a check that has thrown there
    }
    if (text.empty() || stage.failure().empty()) return text + stage.failure();
    // An exception of a spawned function is the cause. Otherwise the function has thrown first, and its destructors
    // wait for threads that never end.
    return stage.spawned_failed() ? stage.failure() + '\n' + text : text + '\n' + stage.failure();
  }

  const explore_options chosen_;
  const body_type body_;
  const std::string place_;
  detail::kept_threads threads_;
  exploration found_;
  std::set<std::uint64_t> orders_;
};

/// Calls `body` in a new world for each run, with other orders of messages, until a run fails: it throws, a check of
/// the test framework fails, no thread can run, or it does not end. Blocks. Returns what was found. If the environment
/// variable VICAR_SCHEDULE names this call, runs that schedule alone. Throws `vicar::error` if that cannot be read, or
/// in a run of `explore`, and `std::system_error` if the system cannot create a thread.
inline exploration try_explore(const explore_options& chosen, explorer::body_type body,
                               call_site where = call_site::here()) {
  std::string_view file = where.file;
  file.remove_prefix(file.rfind('/') + 1);
  return explorer{chosen, std::move(body), fmt::format("{}:{}", file, where.line)}.explore();
}

/// As `try_explore`; throws `schedule_error` if a run fails or runs do not repeat, and prints the line that replays it.
inline exploration explore(const explore_options& chosen, explorer::body_type body,
                           call_site where = call_site::here()) {
  exploration made = try_explore(chosen, std::move(body), where);
  if (!made.failure.empty()) {
    fmt::print(stderr, "VICAR_SCHEDULE={}\n", made.schedule);
    throw schedule_error{made.failure};
  }
  if (!made.uncontrolled.empty()) throw schedule_error{made.uncontrolled};
  return made;
}
/// With the default options.
inline exploration explore(explorer::body_type body, call_site where = call_site::here()) {
  return explore(explore_options{}, std::move(body), where);
}

}  // namespace vicar

#endif
