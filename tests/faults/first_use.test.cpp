// SPDX-License-Identifier: BSL-1.0
// The first thing that a process does with vicar meets a shortage of memory. Each case runs in a process of its own, so
// that what the library makes once is not there yet.
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

/// A constructor that throws, and leaves a message behind whose answer somebody keeps.
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

/// What `body(outcome)` finds in a process of its own; `as_wanted` is false if that ends in another way.
template <class Body>
outcome in_new_process(Body body) {
  int ends[2] = {};
  REQUIRE(pipe(ends) == 0);
  std::fflush(nullptr);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);  // not the test framework's
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

/// Runs `operation` until no allocation of it fails, in a process of its own for each way to fail; then
/// `works()` has to be true. Gives the number of failures.
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
  // What it needs is made when the program is loaded, where the system has fork().
  CHECK(failures_of([] { static_cast<void>(vicar::registry::get_all()); }, an_actor_works) >= 0);
  CHECK(failures_of([] { vicar::registry::stop_all(); }, an_actor_works) >= 0);
}

TEST_CASE("the first future is made without memory") {
  CHECK(failures_of([] { vicar::make_ready_future(1).get(); }, an_actor_works) > 0);
  CHECK(failures_of([] { vicar::promise<int>{}; }, an_actor_works) > 0);
}

}  // namespace
