// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORKER_THREADS_HPP
#define VICAR_DETAIL_WORKER_THREADS_HPP

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include <vicar/detail/config.hpp>
#include <vicar/detail/native_thread.hpp>
#include <vicar/detail/parker.hpp>
#include <vicar/detail/time_limit.hpp>

namespace vicar::detail {

/// How many threads without a job wait for one, at most.
inline constexpr std::size_t most_idle_threads = 16;

/// Detached threads that do one `Job` after another: one that is done waits a moment for the next, since to make a
/// thread costs ten times as much as to wake one. `Job` is moved to the thread and called there with a function that it
/// calls when all but its last words are said: from then on the thread may be given another job, which it begins when
/// the call has returned.
template <class Job>
class worker_threads {
 public:
  /// Throws `std::system_error` or `std::bad_alloc` if a thread is needed and cannot be had; then the job is destroyed.
  void run(Job job) {
    if (worker* const idle = take_idle()) {
      idle->next = std::move(job);
      // Releases the job; acquires that the worker is about to sleep.
      if (idle->state.exchange(given, std::memory_order_acq_rel) == asleep) wake_one(idle->state);
      return;
    }
    auto* const begun = new beginning{this, std::move(job)};
    try {
      start_thread(&begin, begun);
    } catch (...) {
      delete begun;
      throw;
    }
  }

  // Around fork().

  void lock() noexcept { mutex_.lock(); }
  void unlock() noexcept { mutex_.unlock(); }
  /// In the child, which has none of these threads; under the lock.
  void forget() noexcept {
    idle_ = nullptr;
    idle_count_ = 0;
  }

 private:
  struct worker {
    wait_word state{waiting};
    Job next{};
    worker* below = nullptr;  // in the stack of idle ones: guarded by its lock
  };

  // worker::state
  static constexpr std::uint32_t waiting = 0;
  static constexpr std::uint32_t asleep = 1;  // it has to be woken
  static constexpr std::uint32_t given = 2;   // `next` is its next job

  static constexpr double patience = 1;  // seconds

  /// What a new thread is given.
  struct beginning {
    worker_threads* pool;
    Job first;
  };
  static void* begin(void* argument) {
    auto* const begun = static_cast<beginning*>(argument);
    worker_threads* const pool = begun->pool;
    Job first = std::move(begun->first);
    delete begun;
    pool->work(std::move(first));
    return nullptr;
  }

  void work(Job job) {
    worker self;
    for (;;) {
      bool offered = false;
      job([&] { offered = offer(self); });
      job = {};
      if (!offered || !wait_for_next(self)) return;
      job = std::exchange(self.next, {});
      self.state.store(waiting, std::memory_order_relaxed);  // relaxed: nobody knows this worker before it is offered
    }
  }

  bool wait_for_next(worker& self) noexcept {
    // Acquires the job.
    const auto has_job = [&] { return self.state.load(std::memory_order_acquire) == given; };
    if (spin_until(has_job)) return true;
    const time_limit limit{patience};
    std::uint32_t expected = waiting;
    // Acquires the job if it fails.
    while (self.state.compare_exchange_strong(expected, asleep, std::memory_order_acquire) || expected == asleep) {
      if (limit.passed()) {
        if (withdraw(self)) return false;
        sleep_while(self.state, asleep);  // somebody has taken this worker, and is about to give it a job
      } else {
        sleep_while(self.state, asleep, limit);
      }
      expected = waiting;
    }
    return true;
  }

  worker* take_idle() noexcept {
    const std::lock_guard lock{mutex_};
    if (!idle_) return nullptr;
    --idle_count_;
    return std::exchange(idle_, idle_->below);
  }
  bool offer(worker& self) noexcept {
    const std::lock_guard lock{mutex_};
    if (idle_count_ >= most_idle_threads) return false;
    ++idle_count_;
    self.below = std::exchange(idle_, &self);
    return true;
  }
  /// False if the worker is not in the stack any more.
  bool withdraw(worker& self) noexcept {
    const std::lock_guard lock{mutex_};
    for (worker** each = &idle_; *each; each = &(*each)->below) {
      if (*each != &self) continue;
      *each = self.below;
      --idle_count_;
      return true;
    }
    return false;
  }

  std::mutex mutex_;
  worker* idle_ = nullptr;  // guarded by mutex_, the last one that came on top
  std::size_t idle_count_ = 0;
};

}  // namespace vicar::detail

#endif
