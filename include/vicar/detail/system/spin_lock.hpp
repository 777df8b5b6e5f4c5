// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_SPIN_LOCK_HPP
#define VICAR_DETAIL_SYSTEM_SPIN_LOCK_HPP

#include <atomic>
#include <ctime>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/base/valgrind.hpp>
#include <vicar/detail/system/processor.hpp>

namespace vicar::detail {

/// A mutex for critical sections of a few instructions, which do not allocate, call the system or run user code.
/// Unlocking is one plain store, which is cheap but cannot wake a waiter. A waiting thread therefore polls: after some
/// pauses and yields, it sleeps for short times, which lets a preempted holder run, even if all threads have real-time
/// priorities.
class spin_lock {
 public:
  void lock() noexcept {
    // Acquires what the last holder did.
    if (held_.exchange(true, std::memory_order_acquire)) wait();
    happens_after(this);
  }
  void unlock() noexcept {
    happens_before(this);
    held_.store(false, std::memory_order_release);  // releases what this holder did
  }

 private:
  [[gnu::noinline, gnu::cold]] void wait() noexcept {
    constexpr int pauses = 16;
    constexpr int yields = 64;
    constexpr std::timespec moment{0, 50'000};
    for (int tries = 0;; ++tries) {
      if (tries < pauses)
        pause_processor();
      else if (tries < pauses + yields)
        yield_processor();
      else
        nanosleep(&moment, nullptr);
      // Relaxed: only a check; the exchange acquires what the last holder did.
      if (!held_.load(std::memory_order_relaxed) && !held_.exchange(true, std::memory_order_acquire)) return;
    }
  }

  std::atomic<bool> held_{false};
};

}  // namespace vicar::detail

#endif
