// SPDX-License-Identifier: BSL-1.0
// Allocations fail in the opt-in headers.

// Boost reads the names of functions from the debug information again on each thread, which takes long.
#undef BOOST_STACKTRACE_USE_BACKTRACE

#include <csignal>
#include <cstddef>
#include <new>
#include <string>

#include <vicar/debug.hpp>
#include <vicar/inspect.hpp>
#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/faults.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"

using support::at_every_allocation;
using support::leaves_no_memory;
using support::started;

namespace {

struct place {
  std::string street = std::string(50, 's');
  int number = 7;
};

bool blocks(int signal) {
  sigset_t now;
  pthread_sigmask(SIG_SETMASK, nullptr, &now);
  return sigismember(&now, signal) == 1;
}

TEST_CASE("a report on a signal is set up or throws bad_alloc, and the signal mask is unchanged") {
  at_every_allocation(
      [] {
        try {
          vicar::log_on_signal(SIGUSR1);
        } catch (...) {
          if (blocks(SIGINT)) throw 7;
          throw;
        }
        if (blocks(SIGINT)) throw 7;
      },
      [](const auto& now) { CHECK(now.threw_bad_alloc() == now.short_of_memory); });
  std::signal(SIGUSR1, SIG_DFL);
}

TEST_CASE("the table of actors is written or throws bad_alloc") {
  leaves_no_memory([] {
    const started<place> first;
    const started<place> second;
    at_every_allocation([] { return vicar::actor_table(); },
                        [](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (now.returned()) CHECK(now.result->find("place-") != std::string::npos);
                        });
  });
}

TEST_CASE("the stacks of actors are written or throw bad_alloc, and can be requested again") {
  leaves_no_memory([] {
    const started<place> first;
    const started<place> second;
    for (const auto* each : {&first, &second}) (*each)->get(&place::number).get();  // its thread is running
    at_every_allocation([] { return vicar::thread_tracebacks(); },
                        [](const auto& now) {
                          REQUIRE(now.returned() != now.threw_bad_alloc());
                          if (!now.returned()) {
                            CHECK(now.short_of_memory);
                            return;
                          }  // Boost may leave frames out instead
                          const std::size_t found = now.result->find("place-");
                          REQUIRE(found != std::string::npos);
                          CHECK(now.result->find("place-", found + 1) != std::string::npos);
                        });
  });
}

TEST_CASE("a snapshot is requested or throws bad_alloc") {
  leaves_no_memory([] {
    const started<place> actor;
    at_every_allocation([&] { return actor.proxy.snapshot(); },
                        [](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (now.returned()) CHECK(now.result->get().size() > 50);
                        });
  });
}

TEST_CASE("a snapshot that fails for lack of memory is bad_alloc in its future, and the actor runs on") {
  leaves_no_memory([] {
    const started<place> actor;
    long failed = 0;
    for (const bool lasting : {false, true}) {
      for (long successes = 0;; ++successes) {
        const support::shortage now;
        actor->call([&](place&) { now.begin(successes, lasting); }).get();
        const auto asked = actor.proxy.snapshot();
        asked.wait();
        if (!now.happened()) {
          CHECK(asked.get().size() > 50);
          break;
        }
        CHECK_THROWS_AS(asked.get(), std::bad_alloc);
        CHECK(actor->get(&place::number).get() == 7);
        ++failed;
      }
    }
    support::faults.allocations += failed;
    CHECK(failed > 0);
  });
}

}  // namespace
