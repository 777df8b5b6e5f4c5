// SPDX-License-Identifier: BSL-1.0
// Allocations fail in the first use of vicar in a process. Each case runs in its own process, so
// that nothing that the library creates once exists yet.
#include <csignal>
#include <cstdio>
#include <new>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/failing_new.hpp"
#include "support/faults.hpp"

namespace {

struct adder {
  int add_one(int number) { return number + 1; }
};

/// A constructor that throws after a call, whose future is kept.
struct stillborn {
  explicit stillborn(vicar::future<int>& answer) {
    answer = vicar::self(*this).call(&stillborn::seven);
    throw 7;
  }
  int seven() { return 7; }
};

struct outcome {
  int failures = 0;
  bool as_wanted = false;
};

/// The result of `body(outcome)` in its own process; `as_wanted` is false if that process ends in another way.
template <class Body>
outcome in_new_process(Body body) {
  int ends[2] = {};
  REQUIRE(pipe(ends) == 0);
  std::fflush(nullptr);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);  // instead of the test framework's handler
    outcome found;
    body(found);
    const bool written = write(ends[1], &found, sizeof(found)) == static_cast<ssize_t>(sizeof(found));
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  outcome found;
  if (read(ends[0], &found, sizeof(found)) != static_cast<ssize_t>(sizeof(found))) found = {};
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) found.as_wanted = false;
  return found;
}

/// Runs `operation` with its first allocation failing, then its second and so on until none fails, in one process
/// with single failures and in another one with lasting ones; then `works()` has to be true. Returns the number of
/// failures.
template <class Operation, class Works>
int failures_of(Operation operation, Works works) {
  int failures = 0;
  for (const bool lasting : {false, true}) {
    const outcome found = in_new_process([&](outcome& result) {
      for (long successes = 0;; ++successes) {
        bool short_of_memory = false;
        {
          const support::failing_allocation fault{successes, lasting};
          try {
            operation();
          } catch (const std::bad_alloc&) {
          }
          short_of_memory = fault.happened();
        }
        if (!short_of_memory) break;
        ++result.failures;
      }
      result.as_wanted = works();
    });
    CHECK(found.as_wanted);
    failures += found.failures;
  }
  support::faults.allocations += failures;
  return failures;
}

bool an_actor_works() {
  const auto ref = vicar::start<adder>();
  return ref.call(&adder::add_one, 1).get() == 2 && vicar::registry::stop_all().size() == 1;
}

TEST_CASE("the first actor is started without memory") {
  CHECK(failures_of(
            [] {
              const auto ref = vicar::start<adder>();
              const support::failing_allocation enough{1'000'000};
              ref.stop().get();
            },
            an_actor_works) > 3);
}

TEST_CASE("the first constructor throws without memory, and its messages are answered") {
  for (long successes = 0; successes < 20; ++successes) {
    for (const bool lasting : {false, true}) {
      const outcome found = in_new_process([&](outcome& result) {
        vicar::future<int> answer;
        const vicar::future<int> none;
        {
          const support::failing_allocation fault{successes, lasting};
          try {
            vicar::start<stillborn>(answer);
          } catch (const std::bad_alloc&) {
            result.as_wanted = fault.happened();
          } catch (int) {
            result.as_wanted = answer != none;
          }
          result.failures = fault.happened() ? 1 : 0;
        }
        if (answer != none) result.as_wanted = result.as_wanted && answer.ready();
        result.as_wanted = result.as_wanted && an_actor_works();
      });
      CHECK(found.as_wanted);
      support::faults.allocations += found.failures;
    }
  }
}

TEST_CASE("the log is used first without memory") {
  CHECK(failures_of([] { vicar::set_log_level(vicar::log_level::off); },
                    [] { return vicar::get_log_level() == vicar::log_level::off; }) >= 0);
  CHECK(failures_of([] { vicar::set_log_sink([](const vicar::log_record&) {}); }, an_actor_works) > 0);
  CHECK(failures_of([] { vicar::reset_log_sink(); }, an_actor_works) >= 0);
}

TEST_CASE("the registry is used first without memory") {
  // Where the system has fork(), its memory is allocated when the program is loaded.
  CHECK(failures_of([] { static_cast<void>(vicar::registry::get_all()); }, an_actor_works) >= 0);
  CHECK(failures_of([] { vicar::registry::stop_all(); }, an_actor_works) >= 0);
}

TEST_CASE("the first future is made without memory") {
  CHECK(failures_of([] { vicar::make_ready_future(1).get(); }, an_actor_works) > 0);
  CHECK(failures_of([] { vicar::promise<int>{}; }, an_actor_works) > 0);
}

}  // namespace
