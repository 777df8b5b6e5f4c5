// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_CLOCK_HPP
#define VICAR_CLOCK_HPP

#include <vicar/detail/base/config.hpp>

#include <vicar/detail/base/chrono.hpp>
#include <vicar/detail/system/clock.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/system/wait_word.hpp>

namespace vicar {

/// The steady clock; in a world (see <vicar/world.hpp>), the world's virtual time. Its time points are those of
/// `std::chrono::steady_clock`, so all timeouts of the library take them.
struct clock {
  /// As of every clock.
  ///@{
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<std::chrono::steady_clock, duration>;
  static constexpr bool is_steady = true;
  ///@}

  /// The current time. Any thread; never blocks.
  [[nodiscard]] static time_point now() noexcept { return time_point{duration{detail::steady_now()}}; }
};

/// Blocks the calling thread for `time`, or returns at once if that is not positive. In a world, the time is virtual.
template <class Rep, class Period>
void sleep_for(const std::chrono::duration<Rep, Period>& time) {
  const detail::time_limit limit{time};
  const detail::wait_word nothing{0};
  while (!limit.passed()) detail::sleep_while(nothing, 0, limit.until_nanoseconds());
}

/// Blocks the calling thread until `point` of `vicar::clock` or `std::chrono::steady_clock`. In a world, the time is
/// virtual.
template <class Duration>
void sleep_until(const std::chrono::time_point<std::chrono::steady_clock, Duration>& point) {
  sleep_for(point - clock::now());
}

}  // namespace vicar

#endif
