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

/// The maximum number of idle threads.
inline constexpr std::size_t most_idle_threads = 16;

/// Which thread a job runs on.
enum class job_thread : unsigned char {
  reused,  ///< an idle thread that is indistinguishable from a new one, if there is such a thread
  own,     ///< a new thread, which ends with the job
};

/// Detached threads that run one `Job` after another. A thread that has finished waits a moment for the next job, since
/// creating a thread costs ten times as much as waking one. The job is moved to the thread and called there with a
/// function, which it calls when it has run all user code. From then on the thread takes no signals, and may be given
/// another job, which begins when the current one has returned.
///
/// Each job finds the thread in the state that a thread created by the caller of `run` would have; see
/// `thread_state.hpp`.
template <class Job>
class worker_threads {
 public:
  /// Throws `std::system_error` or `std::bad_alloc` if a new thread is needed and cannot be created; then the job is
  /// destroyed.
  void run(Job job, job_thread which = job_thread::reused) {
    const thread_heritage heritage = thread_heritage::of_this_thread();
    if (worker* const idle = which == job_thread::own ? nullptr : take_idle(heritage.schedule())) {
      idle->next = std::move(job);
      idle->heritage = heritage;
      happens_before(idle);
      // Releases the job; acquires the worker's mark that it is about to sleep.
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
  /// In a child process, which has none of these threads; under the lock.
  void forget() noexcept {
    idle_ = nullptr;
    idle_count_ = 0;
  }

 private:
  struct worker {
    explicit worker(const thread_heritage& first) noexcept : heritage{first} {}
    wait_word state{waiting};
    Job next{};
    thread_heritage heritage;  // of the current job; once that has finished, of the next
    worker* below = nullptr;   // in the stack of idle workers: guarded by mutex_
  };

  // worker::state
  static constexpr std::uint32_t waiting = 0;
  static constexpr std::uint32_t asleep = 1;  // the worker has to be woken
  static constexpr std::uint32_t given = 2;   // `next` is its next job

  static constexpr double patience = 1;  // seconds

  /// The argument of a new thread.
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
      self.state.store(waiting, std::memory_order_relaxed);  // relaxed: not shared until offered, under the lock
    }
  }

  bool wait_for_next(worker& self) noexcept {
    // Acquires the job.
    const auto has_job = [&] { return self.state.load(std::memory_order_acquire) == given; };
    if (spin_until(has_job)) return true;
    const time_limit limit{patience};
    std::uint32_t expected = waiting;
    // Acquires the job on failure.
    while (self.state.compare_exchange_strong(expected, asleep, std::memory_order_acquire) || expected == asleep) {
      if (limit.passed()) {
        if (withdraw(self)) return false;
        sleep_while(self.state, asleep);  // another thread has taken this worker and is about to give it a job
      } else {
        sleep_while(self.state, asleep, limit.until_nanoseconds());
      }
      expected = waiting;
    }
    return true;
  }

  /// Takes the most recently idle worker that is scheduled like a new thread.
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
  /// False if the worker is no longer in the stack.
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
  worker* idle_ = nullptr;  // guarded by mutex_; the most recent worker is on top
  std::size_t idle_count_ = 0;
};

}  // namespace vicar::detail

#endif
