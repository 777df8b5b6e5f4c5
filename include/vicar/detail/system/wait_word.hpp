// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_WAIT_WORD_HPP
#define VICAR_DETAIL_SYSTEM_WAIT_WORD_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/base/convert.hpp>
#include <vicar/detail/system/clock.hpp>
#include <vicar/detail/system/conductor.hpp>
#include <vicar/detail/system/processor.hpp>

#if defined(__linux__) && !defined(VICAR_NO_FUTEX)
#define VICAR_USES_FUTEX 1
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#else
#define VICAR_USES_FUTEX 0
#include <array>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <new>

#include <vicar/detail/base/never_destroyed.hpp>
#include <vicar/detail/system/fork.hpp>
#endif

// Waiting on a 32-bit word: spin for a moment, then sleep in the kernel. `std::atomic::wait` has no timeout, hence
// this. The word is the only channel: a thread that changes it calls wake_* if another thread may be sleeping; a woken
// thread checks the word again.
namespace vicar::detail {

/// Polls `condition` for a moment: a few pauses, then some tens of yields, which let the other side run if both share a
/// core. If another thread takes the core and keeps it, a sleeping thread would be scheduled sooner; then polling ends
/// early. Returns whether the condition became true.
template <class Condition>
bool spin_until(Condition condition) {
  if (conductor_here) return condition();  // no other thread of a world runs meanwhile
  constexpr int pauses = 4;
  constexpr int yields = 50;
  for (int i = 0; i < pauses; ++i) {
    if (condition()) return true;
    pause_processor();
  }
  constexpr std::int64_t moment = 100'000;  // nanoseconds
  const std::int64_t began = steady_now();
  for (int i = 1; i <= yields; ++i) {
    if (condition()) return true;
    yield_processor();
    const bool looks_at_clock = (i & (i - 1)) == 0;  // after 1, 2, 4, ... yields
    if (looks_at_clock && i > 1 && steady_now() - began > moment) break;
  }
  return condition();
}

#if VICAR_USES_FUTEX

// If time_t is wider than long, on 32-bit targets with -D_TIME_BITS=64, SYS_futex takes the first half of the seconds
// for the seconds, and the second half for the nanoseconds. Linux 5.1 and later have a separate call.
#if defined(SYS_futex_time64)
inline constexpr long futex_call = sizeof(std::time_t) > sizeof(long) ? SYS_futex_time64 : SYS_futex;
#else
inline constexpr long futex_call = SYS_futex;
#endif

/// Sleeps while `word` holds `expected`, at most until `deadline`, in nanoseconds on the steady clock. May return
/// early; the caller looks at the word again.
inline void sleep_while(const wait_word& word, std::uint32_t expected, std::int64_t deadline = no_deadline) {
  if (conductor* const world = conductor_here) return world->sleep(word, expected, deadline);
  std::timespec until{};
  if (deadline != no_deadline) {
    constexpr std::int64_t second = 1'000'000'000;
    // The steady clock is CLOCK_MONOTONIC in both standard libraries.
    until.tv_sec = convert<std::time_t>(deadline / second);
    until.tv_nsec = convert<decltype(until.tv_nsec)>(deadline % second);
  }
  syscall(futex_call, &word, FUTEX_WAIT_BITSET_PRIVATE, expected, deadline == no_deadline ? nullptr : &until, nullptr,
          FUTEX_BITSET_MATCH_ANY);
}

VICAR_COLD inline void wake_one(const wait_word& word) noexcept {
  notify_worlds(word, false);
  syscall(futex_call, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}
VICAR_COLD inline void wake_all(const wait_word& word) noexcept {
  notify_worlds(word, true);
  syscall(futex_call, &word, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0);
}
/// For signal handlers: as `wake_all`, but only for threads that sleep outside of worlds.
inline void wake_all_in_handler(const wait_word& word) noexcept {
  syscall(futex_call, &word, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0);
}
/// Wakes at most `count` waiters, or more if the system cannot count them. Returns whether others may still be
/// sleeping.
inline bool wake_some(const wait_word& word, std::size_t count) noexcept {
  notify_worlds(word, true);
  const auto most = static_cast<long>(count < INT32_MAX ? count : INT32_MAX);
  return syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, most, nullptr, nullptr, 0) >= most;
}

#else

/// Without futexes, waiters use one of a fixed number of condition variables, chosen by the word's address.
struct waiting_room {
  std::mutex mutex;
  std::condition_variable changed;

  static waiting_room& of(const wait_word& word) noexcept {
    return all()[std::hash<const void*>{}(&word) / alignof(std::max_align_t) % count];
  }

  static constexpr std::size_t count = 64;
  static std::array<waiting_room, count>& all() noexcept {
    static never_destroyed<std::array<waiting_room, count>> rooms;
    return rooms.get();
  }
  /// In a child made by fork(): the threads that waited do not exist here, and may have held the locks.
  static void renew_all() noexcept {
    for (waiting_room& each : all()) ::new (&each) waiting_room;
  }
};

VICAR_SHARED inline constinit fork_steps waiting_rooms_at_fork{nullptr, nullptr, &waiting_room::renew_all};

inline void sleep_while(const wait_word& word, std::uint32_t expected, std::int64_t deadline = no_deadline) {
  if (conductor* const world = conductor_here) return world->sleep(word, expected, deadline);
  waiting_room& room = waiting_room::of(word);
  std::unique_lock lock{room.mutex};
  if (word.load(std::memory_order_acquire) != expected) return;  // acquires what the waker published
  if (deadline == no_deadline) {
    room.changed.wait(lock);
  } else {
    room.changed.wait_until(lock, std::chrono::steady_clock::time_point{std::chrono::nanoseconds{deadline}});
  }
}

inline void wake_all_in_handler(const wait_word& word) noexcept {
  waiting_room& room = waiting_room::of(word);
  {
    const std::lock_guard lock{room.mutex};
  }
  room.changed.notify_all();
}
VICAR_COLD inline void wake_all(const wait_word& word) noexcept {
  notify_worlds(word, true);
  wake_all_in_handler(word);
}
inline void wake_one(const wait_word& word) noexcept { wake_all(word); }
inline bool wake_some(const wait_word& word, std::size_t) noexcept {
  wake_all(word);
  return false;
}

#endif

}  // namespace vicar::detail

#endif
