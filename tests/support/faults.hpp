// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_FAULTS_HPP
#define VICAR_TESTS_SUPPORT_FAULTS_HPP

#include <atomic>
#include <concepts>
#include <cstdio>
#include <exception>
#include <functional>
#include <new>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"
#include "support/failing_new.hpp"
#include "support/settle.hpp"

// Faults, injected and counted.
namespace support {

/// The faults injected so far; printed when the program ends.
struct fault_count {
  std::atomic<long> allocations{0};  // that failed, each at a different point
  std::atomic<long> threads{0};      // refused
  std::atomic<long> exceptions{0};   // thrown
  std::atomic<long> stops{0};        // each from a different place

  fault_count() = default;
  fault_count(const fault_count&) = delete;
  fault_count& operator=(const fault_count&) = delete;
  ~fault_count() {
    std::printf("faults: %ld allocation failures, %ld thread failures, %ld exceptions, %ld stops\n", allocations.load(),
                threads.load(), exceptions.load(), stops.load());
  }
};
inline fault_count faults;

/// Runs `body` on a new thread, which has no pooled memory of earlier calls, and propagates its exception.
template <class Body>
void on_fresh_thread(Body body) {
  std::exception_ptr thrown;
  std::thread{[&] {
    try {
      body();
    } catch (...) {
      thrown = std::current_exception();
    }
  }}.join();
  if (thrown) std::rethrow_exception(thrown);
}

/// Checks that `body`, which stops the actors that it starts, leaks no memory the second time. The first time
/// allocates what the process keeps. Its actors make no calls, since their threads would keep the memory of these. An
/// idle thread holds a block, and may or may not have ended meanwhile: then the body runs once more.
template <class Body>
void leaves_no_memory(Body body) {
  on_fresh_thread(body);
  settle();
  long grown = 1;
  for (int tries = 0; grown != 0 && tries < 5; ++tries) {
    const long before = heap.blocks;
    on_fresh_thread(body);
    settle();
    grown = heap.blocks - before;
  }
  CHECK(grown == 0);
}

/// The outcome of an operation with failing allocations.
template <class Result>
class attempt {
 public:
  /// Whether an allocation failed.
  bool short_of_memory = false;
  /// The exception of the operation; null if it returned.
  std::exception_ptr thrown;
  /// Its result; empty if it threw, or returns nothing.
  std::optional<Result> result;

  bool returned() const { return !thrown; }
  bool threw_bad_alloc() const {
    if (!thrown) return false;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::bad_alloc&) {
      return true;
    } catch (...) {
      return false;
    }
  }
};

struct no_result {};

/// Runs `operation` with its first allocation failing, then its second and so on until none fails, first with
/// that one failing alone, then with all later ones, too; each time on a new thread. `check(attempt)` checks the
/// outcome. Checks that there was a failure at all.
template <class Operation, class Check>
void at_every_allocation(Operation operation, Check check) {
  using returned = std::invoke_result_t<Operation&>;
  using result = std::conditional_t<std::is_void_v<returned>, no_result, std::decay_t<returned>>;
  long failed = 0;
  for (const bool lasting : {false, true}) {
    for (long successes = 0;; ++successes) {
      attempt<result> now;
      on_fresh_thread([&] {
        const failing_allocation fault{successes, lasting};
        try {
          if constexpr (std::is_void_v<returned>)
            operation();
          else
            now.result.emplace(operation());
        } catch (...) {
          now.thrown = std::current_exception();
        }
        now.short_of_memory = fault.happened();
      });
      check(now);
      if (!now.short_of_memory) break;
      ++failed;
    }
  }
  faults.allocations += failed;
  CHECK(failed > 0);
}

/// The same for an operation that reports every failure as `std::bad_alloc`.
template <class Operation>
void at_every_allocation(Operation operation) {
  at_every_allocation(std::move(operation),
                      [](const auto& now) { REQUIRE(now.threw_bad_alloc() == now.short_of_memory); });
}

/// The moment from which allocations fail, on the thread that calls `begin`.
struct moment {
  const shortage* which;
  long successes;
  bool lasting;
  void begin() const { which->begin(successes, lasting); }
};

/// As `at_every_allocation`, on the thread that calls `begin` of the moment that is passed to `attempt`. That returns
/// with the shortage over. If it returns a function, that is called then.
template <class Attempt>
void at_every_allocation_there(Attempt attempt) {
  long failed = 0;
  for (const bool lasting : {false, true}) {
    bool happened = true;
    for (long successes = 0; happened; ++successes) {
      std::function<void()> afterwards = [] {};
      {
        const shortage now;
        const moment when{&now, successes, lasting};
        if constexpr (std::is_void_v<std::invoke_result_t<Attempt&, moment>>)
          attempt(when);
        else
          afterwards = attempt(when);
        happened = now.happened();
      }
      afterwards();
      if (happened) ++failed;
    }
  }
  faults.allocations += failed;
  CHECK(failed > 0);
}

/// Checks that `operation` works without any memory.
template <class Operation>
void needs_no_memory(Operation operation) {
  on_fresh_thread([&] {
    bool short_of_memory = false;
    {
      const failing_allocation fault{0, true};
      operation();
      short_of_memory = fault.happened();
    }
    CHECK_FALSE(short_of_memory);
  });
}

}  // namespace support

#endif
