// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_CLOCK_HPP
#define VICAR_DETAIL_SYSTEM_CLOCK_HPP

#include <cstdint>
#include <ctime>
#include <limits>

#if !defined(__linux__)
#include <vicar/detail/base/chrono.hpp>
#endif

#include <vicar/detail/system/conductor.hpp>

// The library reads all clocks through these functions, as a test checks.
namespace vicar::detail {

/// The deadline of a wait that has none, in nanoseconds on the steady clock.
inline constexpr std::int64_t no_deadline = std::numeric_limits<std::int64_t>::max();

#if defined(__linux__) || defined(CLOCK_MONOTONIC_COARSE)
inline std::int64_t read_clock(clockid_t which) noexcept {
  std::timespec now{};
  clock_gettime(which, &now);
  const std::int64_t seconds = now.tv_sec;
  return seconds * 1'000'000'000 + now.tv_nsec;
}
#endif

/// Nanoseconds on the clock of `std::chrono::steady_clock`. A plain number, because the arithmetic of `<chrono>` is
/// compiled in each translation unit.
inline std::int64_t steady_now() noexcept {
  if (conductor* const world = conductor_here) return world->now();
#if defined(__linux__)
  return read_clock(CLOCK_MONOTONIC);  // in both standard libraries
#else
  return std::chrono::nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}.count();
#endif
}

/// As above, with a resolution of some milliseconds, and cheaper to read: read for each message, so not virtual in
/// worlds.
inline std::int64_t coarse_now() noexcept {
#if defined(CLOCK_MONOTONIC_COARSE)
  return read_clock(CLOCK_MONOTONIC_COARSE);
#else
  return steady_now();
#endif
}

}  // namespace vicar::detail

#endif
