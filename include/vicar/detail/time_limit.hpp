// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TIME_LIMIT_HPP
#define VICAR_DETAIL_TIME_LIMIT_HPP

#include <chrono>

namespace vicar::detail {

/// How long a wait may take: a point on the steady clock, and how much was asked for (for error texts). The default is
/// for ever.
class time_limit {
 public:
  using clock = std::chrono::steady_clock;

  constexpr time_limit() = default;

  /// `duration` from now; zero or less means "look once, do not wait", more than the clock can count means for ever.
  template <class Rep, class Period>
  explicit time_limit(const std::chrono::duration<Rep, Period>& duration) {
    using seconds = std::chrono::duration<double>;
    const clock::time_point now = clock::now();
    const seconds asked = duration;
    if (asked >= seconds{clock::time_point::max() - now}) return;
    const seconds floor = -std::chrono::hours{1};  // keeps the arithmetic below in range; all that is past is the same
    asked_ = std::chrono::ceil<clock::duration>(asked < floor ? floor : asked);
    until_ = now + asked_;
  }

  /// A point in time on any clock, as of now.
  template <class Clock, class Duration>
  explicit time_limit(const std::chrono::time_point<Clock, Duration>& point) : time_limit{point - Clock::now()} {}

  constexpr bool forever() const noexcept { return until_ == clock::time_point::max(); }
  constexpr clock::time_point until() const noexcept { return until_; }
  bool passed() const noexcept { return !forever() && clock::now() >= until_; }

  /// Seconds that the caller was ready to wait.
  double asked_seconds() const noexcept { return std::chrono::duration<double>{asked_}.count(); }

  /// What is left of it, never less than zero.
  clock::duration left() const noexcept {
    const clock::duration left = until_ - clock::now();
    return left < clock::duration::zero() ? clock::duration::zero() : left;
  }

 private:
  clock::time_point until_ = clock::time_point::max();
  clock::duration asked_ = clock::duration::max();
};

}  // namespace vicar::detail

#endif
