// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_RUNTIME_WORKER_THREADS_HPP
#define VICAR_DETAIL_RUNTIME_WORKER_THREADS_HPP

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/base/valgrind.hpp>
#include <vicar/detail/system/native_thread.hpp>
#include <vicar/detail/system/thread_state.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/system/wait_word.hpp>

namespace vicar::detail {

/// How many threads without a job wait for one, at most.
inline constexpr std::size_t most_idle_threads = 16;

/// Which thread a job runs on.
enum class job_thread : unsigned char {
  reused,  ///< one that has done other jobs, if such a thread waits and is like a new one
  own,     ///< a new one, which ends with the job
};

/// Detached threads that do one `Job` after another: one that is done waits a moment for the next, since making a
/// thread costs ten times as much as waking one. `Job` is moved to the thread and called there with a function that it
/// calls when it has run all user code: from then on the thread takes no signals, and may be given another job, which
/// it begins when the call has returned.
///
/// Each job finds a thread as the caller of `run` would have made it; see `thread_state.hpp`.
template <class Job>
class worker_threads {
 public:
  /// Throws `std::system_error` or `std::bad_alloc` if a thread is needed and cannot be had; then the job is destroyed.
  void run(Job job, job_thread which = job_thread::reused) {
    const thread_heritage heritage = thread_heritage::of_this_thread();
    if (worker* const idle = which == job_thread::own ? nullptr : take_idle(heritage.schedule())) {
      idle->next = std::move(job);
      idle->heritage = heritage;
      happens_before(idle);
      // Releases the job; acquires that the worker is about to sleep.
      if (idle->state.exchange(given, std::memory_order_acq_rel) == asleep) wake_one(idle->state);
      return;
    }
    auto* const begun = new beginning{this, std::move(job), heritage, which};
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
    explicit worker(const thread_heritage& first) noexcept : heritage{first} {}
    wait_word state{waiting};
    Job next{};
    thread_heritage heritage;  // of the job that it does; once that is done, of the next
    worker* below = nullptr;   // in the stack of idle ones: guarded by its lock
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
    thread_heritage heritage;
    job_thread which;
  };
  static void* begin(void* argument) {
    auto* const begun = static_cast<beginning*>(argument);
    worker_threads* const pool = begun->pool;
    Job first = std::move(begun->first);
    worker self{begun->heritage};
    const job_thread which = begun->which;
    delete begun;
    pool->work(self, std::move(first), which);
    return nullptr;
  }

  void work(worker& self, Job job, job_thread which) {
    const thread_between_actors between;
    for (;;) {
      bool offered = false;
      job([&] { offered = between.clean(self.heritage) && which == job_thread::reused && offer(self); });
      job = {};
      if (!offered || !wait_for_next(self)) return;
      happens_after(&self);
      job = std::exchange(self.next, {});
      self.heritage.take_over();
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
        sleep_while(self.state, asleep, limit.until_nanoseconds());
      }
      expected = waiting;
    }
    return true;
  }

  /// The last one that came of those that are scheduled as a new thread would be.
  worker* take_idle(const thread_schedule& wanted) noexcept {
    const std::lock_guard lock{mutex_};
    for (worker** each = &idle_; *each; each = &(*each)->below) {
      if (!((*each)->heritage.schedule() == wanted)) continue;
      --idle_count_;
      return std::exchange(*each, (*each)->below);
    }
    return nullptr;
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
