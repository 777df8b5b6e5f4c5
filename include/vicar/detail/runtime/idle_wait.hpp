// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_RUNTIME_IDLE_WAIT_HPP
#define VICAR_DETAIL_RUNTIME_IDLE_WAIT_HPP

#include <atomic>
#include <cstdint>

#include <sched.h>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/system/clock.hpp>
#include <vicar/detail/system/wait_word.hpp>

namespace vicar::detail {

/// The core that this thread runs on; always 0 if the system does not tell.
inline unsigned this_core() noexcept {
#if defined(__linux__)
  return static_cast<unsigned>(sched_getcpu());
#else
  return 0;
#endif
}

/// Whether this thread may run on only one core.
inline bool confined_to_a_core() noexcept {
#if defined(__linux__)
  cpu_set_t allowed;
  return sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) == 1;
#else
  return false;
#endif
}

/// Process-wide record of the last wake-up of an actor: which core it came from, and a counter. All members are
/// thread-safe. Relaxed: a hint, which publishes nothing; a lost update makes a thread spin a little longer or shorter.
class last_wake {
 public:
  void note() noexcept {
    const std::uint64_t count = (word() >> core_bits) + 1;
    word_.store((count << core_bits) | (this_core() & core_mask), std::memory_order_relaxed);
  }
  /// Changes with each `note`.
  std::uint64_t word() const noexcept { return word_.load(std::memory_order_relaxed); }
  bool from_another_core() const noexcept { return (word() & core_mask) != (this_core() & core_mask); }

 private:
  static constexpr int core_bits = 16;
  static constexpr std::uint64_t core_mask = (1U << core_bits) - 1;

  alignas(64) std::atomic<std::uint64_t> word_{0};  // a cache line of its own: many threads write it
};

VICAR_SHARED inline constinit last_wake the_last_wake;

/// How an actor without messages waits. If its recent pauses were short, it spins for the next message; otherwise it
/// sleeps immediately. Exception: if its thread is confined to one core and was woken from another, it keeps its core
/// awake until the next actor is woken, which may be confined to the same core: a core takes longer to wake than a
/// thread.
class idle_wait {
 public:
  /// `Mailbox` is a template parameter so that a test can count the calls.
  template <class Mailbox>
  void wait(Mailbox& queue) noexcept {
    const std::int64_t began = steady_now();
    const auto has_messages = [&] { return queue.has_messages(); };
    if (average_ < worth_spinning) {
      spin_until(has_messages);
    } else if (woken_from_another_core_ && may_keep_core_awake()) {
      const std::uint64_t before = the_last_wake.word();
      while (!has_messages() && the_last_wake.word() == before) {
        if (steady_now() - began > longest_vigil) {
          not_before_ = pauses_ + 16;
          break;
        }
        yield_processor();
      }
    }
    if (!has_messages() && queue.arm()) {
      queue.sleep_until_woken();
      woken_from_another_core_ = the_last_wake.from_another_core();
    }
    const std::int64_t gap = steady_now() - began;
    average_ += ((gap < longest_counted ? gap : longest_counted) - average_) / 4;
  }

 private:
  // Nanoseconds.
  static constexpr std::int64_t worth_spinning = 60'000;
  static constexpr std::int64_t longest_vigil = 100'000;
  static constexpr std::int64_t longest_counted = 240'000;

  /// Rarely true if it had no effect last time. Reads the thread's affinity rarely, since that takes a system call.
  bool may_keep_core_awake() noexcept {
    if (++pauses_ < not_before_) return false;
    if (pauses_ % 16 == 1) confined_ = confined_to_a_core();
    return confined_;
  }

  std::int64_t average_ = worth_spinning;
  std::uint64_t pauses_ = 0;      // counted after wake-ups from another core
  std::uint64_t not_before_ = 0;  // the value of pauses_ from which on it may keep its core awake
  bool woken_from_another_core_ = false;
  bool confined_ = false;
};

}  // namespace vicar::detail

#endif
