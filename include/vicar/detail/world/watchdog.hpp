// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_WATCHDOG_HPP
#define VICAR_DETAIL_WORLD_WATCHDOG_HPP

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>

#if defined(__linux__)
#include <sched.h>
#endif

namespace vicar::detail {

/// Ends the process if a thread of a world does not come back from one step within `patience` of real time. Such a
/// thread cannot be unwound: it waits for something that the world does not know, or computes.
class watchdog {
 public:
  watchdog(std::string place, const std::atomic<std::uint64_t>& progress, std::chrono::seconds patience)
      : place_{std::move(place)}, progress_{progress}, patience_{patience}, thread_{[this] { watch(); }} {}
  ~watchdog() {
    {
      const std::lock_guard lock{mutex_};
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

 private:
  void watch() {
    constexpr std::chrono::seconds between{1};
    std::unique_lock lock{mutex_};
    std::uint64_t before = 0;
    for (std::chrono::seconds still{0}; !changed_.wait_for(lock, between, [&] { return over_; });) {
      const std::uint64_t now = progress_.load(std::memory_order_relaxed);  // relaxed: only whether it changes
      still = now == before ? still + between : std::chrono::seconds{0};
      before = now;
      if (still == std::chrono::seconds{0} || still < patience_) continue;
      fmt::print(stderr,
                 "vicar: in a run of explore at {}, a step has not ended for {} s: a thread waits for a lock, sleeps, "
                 "joins another thread or loops without the world; use futures, vicar::sleep_for and world::spawn, and "
                 "hold no lock while others run\n",
                 place_, still.count());
      std::abort();
    }
  }

  const std::string place_;
  const std::atomic<std::uint64_t>& progress_;
  const std::chrono::seconds patience_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

/// Seconds of real time since its construction.
class stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count(); }

 private:
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// Confines this thread, and those that it starts, to the core that it runs on: a switch between threads on different
/// cores takes several times as long.
class confined_to_one_core {
 public:
  explicit confined_to_one_core([[maybe_unused]] bool wanted) noexcept {
#if defined(__linux__)
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &one);
    changed_ =
        wanted && sched_getaffinity(0, sizeof before_, &before_) == 0 && sched_setaffinity(0, sizeof one, &one) == 0;
#endif
  }
  ~confined_to_one_core() {
#if defined(__linux__)
    if (changed_) sched_setaffinity(0, sizeof before_, &before_);
#endif
  }
  confined_to_one_core(const confined_to_one_core&) = delete;
  confined_to_one_core& operator=(const confined_to_one_core&) = delete;

#if defined(__linux__)
 private:
  cpu_set_t before_{};
  bool changed_ = false;
#endif
};

}  // namespace vicar::detail

#endif
