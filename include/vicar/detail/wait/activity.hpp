// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WAIT_ACTIVITY_HPP
#define VICAR_DETAIL_WAIT_ACTIVITY_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <vicar/detail/base/chrono.hpp>
#include <vicar/detail/system/clock.hpp>
#include <vicar/options.hpp>

namespace vicar::detail {

/// What an actor is doing and has done so far. Written by its thread, read by any thread.
class activity {
 public:
  void begin(const std::string_view& label) noexcept {
    running_since_.store(coarse_now(), std::memory_order_relaxed);  // relaxed: published by the next line
    running_.store(&label, std::memory_order_release);              // releases `running_since_`
  }
  void rest() noexcept { running_.store(nullptr, std::memory_order_relaxed); }  // relaxed: publishes nothing
  void count_processed(bool threw) noexcept {
    // Relaxed: counters with one writer.
    processed_.store(processed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (threw) failed_.store(failed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  /// Any thread.
  void count_dropped() noexcept { dropped_.fetch_add(1, std::memory_order_relaxed); }  // relaxed: a counter

  std::string_view running() const noexcept {
    const std::string_view* label = running_.load(std::memory_order_acquire);  // acquires `running_since_`
    return label ? *label : std::string_view{};
  }
  std::chrono::steady_clock::time_point running_since() const noexcept {
    // Relaxed: a previous call of `running` has acquired it.
    return std::chrono::steady_clock::time_point{
        std::chrono::nanoseconds{running_since_.load(std::memory_order_relaxed)}};
  }
  actor_stats stats(std::size_t depth, std::size_t suspended) const noexcept {
    // Relaxed: each number is a snapshot by itself.
    return {depth,
            processed_.load(std::memory_order_relaxed),
            failed_.load(std::memory_order_relaxed),
            dropped_.load(std::memory_order_relaxed),
            suspended,
            running(),
            running_since()};
  }

 private:
  std::atomic<const std::string_view*> running_{nullptr};
  std::atomic<std::int64_t> running_since_{0};
  std::atomic<std::uint64_t> processed_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace vicar::detail

#endif
