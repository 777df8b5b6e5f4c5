// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_TIME_LIMIT_HPP
#define VICAR_DETAIL_SYSTEM_TIME_LIMIT_HPP

#include <cstdint>
#include <type_traits>

#include <vicar/detail/base/chrono.hpp>
#include <vicar/detail/system/clock.hpp>

namespace vicar::detail {

/// The current time on a clock that the user has chosen; for the steady clock in a world, the world's time.
template <class Clock>
typename Clock::time_point now_on() {
  if constexpr (std::is_same_v<Clock, std::chrono::steady_clock>)
    return typename Clock::time_point{std::chrono::nanoseconds{steady_now()}};
  else
    return Clock::now();
}

/// The deadline of a wait: a point on the steady clock, and the duration that was requested (for error texts). The
/// default is forever.
class time_limit {
 public:
  using clock = std::chrono::steady_clock;

  constexpr time_limit() = default;

  /// From now; zero or less means "check once, do not wait", more than the clock can represent means forever.
  explicit time_limit(double seconds) {
    const std::int64_t now = steady_now();
    double asked = seconds * 1e9;
    if (asked >= static_cast<double>(never - now)) return;
    constexpr double least = -3600e9;     // keeps the arithmetic below in range; all past deadlines are equal
    if (!(asked > least)) asked = least;  // also for NaN
    asked_ = static_cast<std::int64_t>(asked);
    if (static_cast<double>(asked_) < asked) ++asked_;
    until_ = now + asked_;
  }
  /// As above, for any duration.
  template <class Rep, class Period>
  explicit time_limit(const std::chrono::duration<Rep, Period>& duration)
      : time_limit{std::chrono::duration<double>{duration}.count()} {}

  /// A time point on any clock, converted with the current time.
  template <class Clock, class Duration>
  explicit time_limit(const std::chrono::time_point<Clock, Duration>& point) : time_limit{seconds_until(point)} {}

  constexpr bool forever() const noexcept { return until_ == never; }
  constexpr std::int64_t until_nanoseconds() const noexcept { return until_; }
  constexpr clock::time_point until() const noexcept { return clock::time_point{std::chrono::nanoseconds{until_}}; }
  bool passed() const noexcept { return !forever() && steady_now() >= until_; }

  /// The seconds that the caller requested.
  double asked_seconds() const noexcept { return static_cast<double>(asked_) / 1e9; }

  /// The remaining time, never less than zero.
  std::chrono::nanoseconds left() const noexcept {
    const std::int64_t left = until_ - steady_now();
    return std::chrono::nanoseconds{left < 0 ? 0 : left};
  }

 private:
  template <class Clock, class Duration>
  static double seconds_until(const std::chrono::time_point<Clock, Duration>& point) {
    using seconds = std::chrono::duration<double>;
    const auto now = now_on<Clock>();
    // Exact only for near time points: the clock's representation may be too small for the difference to distant ones.
    const double roughly = seconds{point.time_since_epoch()}.count() - seconds{now.time_since_epoch()}.count();
    constexpr double century = 3'155'760'000;
    return roughly > -century && roughly < century ? seconds{point - now}.count() : roughly;
  }

  static constexpr std::int64_t never = no_deadline;

  std::int64_t until_ = never;
  std::int64_t asked_ = never;
};

}  // namespace vicar::detail

#endif
