// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_OUTSIDE_HPP
#define VICAR_DETAIL_WORLD_OUTSIDE_HPP

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/base/never_destroyed.hpp>
#include <vicar/detail/system/conductor.hpp>
#include <vicar/detail/system/fork.hpp>
#include <vicar/detail/world/unseen.hpp>

namespace vicar::detail {

class turn_scheduler;

/// What threads outside of a world do to it: they change words that its threads sleep on. Such a run may not repeat.
/// Outside threads add words under `mutex_`; the thread that has the turn takes them.
class outside_threads {
 public:
  explicit outside_threads(turn_scheduler& world) : world_{world} {
    fork_handlers::add({&at_fork});
    const std::lock_guard lock{worlds_mutex()};
    next_ = first();
    first() = this;
  }
  outside_threads(const outside_threads&) = delete;
  outside_threads& operator=(const outside_threads&) = delete;
  ~outside_threads() {
    const std::lock_guard lock{worlds_mutex()};
    for (outside_threads** each = &first(); *each; each = &(*each)->next_) {
      if (*each == this) {
        *each = next_;
        break;
      }
    }
  }

  /// Whether such a thread has woken one of the world.
  bool met() const noexcept { return met_; }

  /// Wakes the threads that wait on words that were changed since the last call. For the thread that has the turn.
  /// Returns whether one waited.
  bool hear();
  /// The same for changes within `grace` of real time. False if no thread was woken.
  bool wait(std::chrono::milliseconds grace);

 private:
  static std::mutex& worlds_mutex() noexcept {
    static never_destroyed<std::mutex> mutex;
    return mutex.get();
  }
  static outside_threads*& first() noexcept {
    static outside_threads* first = nullptr;
    return first;
  }
  /// In a child made by fork(): it has none of the worlds' threads, and this one is not in a world any more.
  static void forget() noexcept {
    ::new (&worlds_mutex()) std::mutex;
    first() = nullptr;
    conductor_here = nullptr;
  }
  VICAR_SHARED static inline constinit fork_steps at_fork{nullptr, nullptr, &forget};
  static void wake_everywhere(const wait_word& word, bool all) noexcept;
  static bool install() noexcept {
    wake_in_worlds.store(&wake_everywhere, std::memory_order_relaxed);  // relaxed: see notify_worlds
    return true;
  }
  VICAR_SHARED static inline const bool installed_ = install();

  void add(const wait_word& word, bool all) noexcept {
    const std::lock_guard lock{mutex_};
    const std::pair<const wait_word*, bool> next{&word, all};
    if (heard_.empty() || heard_.back() != next) heard_.push_back(next);
    has_heard_.store(true, std::memory_order_release);  // publishes that `heard_` is not empty
    changed_.notify_one();
  }

  turn_scheduler& world_;
  outside_threads* next_ = nullptr;  // guarded by worlds_mutex()
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<const wait_word*, bool>> heard_;  // guarded by mutex_
  std::atomic<bool> has_heard_{false};
  bool met_ = false;
};

}  // namespace vicar::detail

#endif
