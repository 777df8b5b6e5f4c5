// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_EXPLORE_OPTIONS_HPP
#define VICAR_EXPLORE_OPTIONS_HPP

#include <vicar/detail/base/config.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <vicar/error.hpp>

namespace vicar {

/// How `explore` decides the order of a run.
enum class strategy : unsigned char {
  usual,       ///< each thread runs as long as it can: always the same order
  mixed,       ///< the next three in turn
  random,      ///< a random thread at each choice
  pct,         ///< random priorities that change at a few random steps
  sampling,    ///< random priorities of single steps
  exhaustive,  ///< every order once, of equivalent orders one; for small programs
  every,       ///< every order once; to count them
};

/// The checks of a test framework during one run. While it lives, checks that fail are recorded and not reported.
/// <vicar/explore_catch2.hpp> and <vicar/explore_googletest.hpp> have one each.
class muted_checks {
 public:
  virtual ~muted_checks() = default;
  /// The text of the first check that has failed; empty if none has.
  [[nodiscard]] virtual std::string failure() const = 0;
};

/// How `explore` searches.
struct explore_options {
  std::size_t runs = 1000;         ///< at most
  strategy how = strategy::mixed;  ///< how each order is chosen
  std::uint64_t seed = 1;          ///< of the random strategies
  std::size_t depth = 3;           ///< of `strategy::pct`: how many steps in a certain order a bug needs
  /// A timeout that is nearer than this may expire although a thread could still run, as on a slow machine.
  std::chrono::nanoseconds slack = std::chrono::milliseconds{100};
  std::size_t most_steps = 200'000;   ///< of one run
  bool shrink = true;                 ///< look for a shorter schedule that fails as well
  bool one_core = true;               ///< confine the run to one core: a switch between cores takes longer
  std::chrono::seconds patience{10};  ///< real time after which a step that has not ended ends the process
  /// Makes the checks of the test framework quiet in all runs but the last one, so that a failure is reported once:
  /// `catch2_checks` or `googletest_checks`. Null: checks throw.
  std::unique_ptr<muted_checks> (*checks)() = nullptr;
};

/// What `explore` found.
struct exploration {
  std::size_t runs = 0;       ///< before the failure, and including it
  std::size_t redundant = 0;  ///< runs of `strategy::exhaustive` that were equivalent to another
  /// No other order is left. Of polls in a row, while no other thread runs, only the first two may find nothing.
  bool complete = false;
  std::size_t steps = 0;           ///< choices of all runs
  std::size_t switches = 0;        ///< from one thread to another, in all runs
  std::size_t orders = 0;          ///< different orders of messages
  double seconds = 0;              ///< real time
  std::size_t shrinking_runs = 0;  ///< runs that looked for a shorter schedule
  std::string failure;             ///< the error, the schedule and the trace of the failed run; empty if no run failed
  std::string schedule;            ///< replays the failed run: `VICAR_SCHEDULE=...`
  std::string uncontrolled;        ///< why runs do not repeat; empty if they do
};

/// Thrown by `explore` if a run has failed, or if the program is not deterministic.
class schedule_error : public error {
 public:
  using error::error;
};

}  // namespace vicar

#endif
