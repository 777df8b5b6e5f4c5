// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_CLOCK_HPP
#define VICAR_DETAIL_SYSTEM_CLOCK_HPP

#include <cstdint>
#include <ctime>

#include <vicar/detail/base/chrono.hpp>
#include <vicar/detail/base/convert.hpp>

// Everything in the library reads the time through these, as a test checks.
namespace vicar::detail {

/// Nanoseconds on the steady clock. A plain number: the arithmetic of `<chrono>` is compiled again in each unit.
inline std::int64_t steady_now() noexcept {
  return std::chrono::nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}.count();
}

/// The same, some milliseconds coarse, and cheaper to read.
inline std::int64_t coarse_now() noexcept {
#if defined(CLOCK_MONOTONIC_COARSE)
  std::timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return convert<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
#else
  return steady_now();
#endif
}

/// The time on a clock that the user has chosen.
template <class Clock>
typename Clock::time_point now_on() {
  return Clock::now();
}

}  // namespace vicar::detail

#endif
