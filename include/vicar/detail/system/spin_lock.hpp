// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_SPIN_LOCK_HPP
#define VICAR_DETAIL_SYSTEM_SPIN_LOCK_HPP

#include <atomic>
#include <ctime>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/base/valgrind.hpp>
#include <vicar/detail/system/processor.hpp>

namespace vicar::detail {

/// A mutex for critical sections of a few instructions, in which nobody allocates, calls the system or runs user code.
/// Giving it up is one plain store, which is what makes it cheap; so nobody can be woken, and whoever waits looks again
/// by itself: after some pauses and turns it sleeps for short times, which lets a holder run that was taken off its
/// core, also when all threads have real-time priorities.
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
      // Relaxed: only looks; the exchange acquires what the last holder did.
      if (!held_.load(std::memory_order_relaxed) && !held_.exchange(true, std::memory_order_acquire)) return;
    }
  }

  std::atomic<bool> held_{false};
};

}  // namespace vicar::detail

#endif
