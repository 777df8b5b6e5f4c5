// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_TURNS_HPP
#define VICAR_DETAIL_WORLD_TURNS_HPP

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/detail/world/unseen.hpp>

namespace vicar::detail {

/// The right of one thread to run, while all others of its world wait. A mutex and a condition variable, so that
/// debuggers and sanitizers show them.
class turn {
 public:
  void give() {
    {
      const std::lock_guard lock{mutex_};
      given_ = true;
    }
    changed_.notify_one();
  }
  void take() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return given_; });
    given_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool given_ = false;
};

/// Threads that are kept from run to run, since starting one takes longer than a whole run. Used by the thread that has
/// the turn.
class kept_threads {
 public:
  struct kept {
    turn its_turn;
    std::function<void()> job;
    bool over = false;
    std::thread thread;
  };

  kept_threads() = default;
  kept_threads(const kept_threads&) = delete;
  kept_threads& operator=(const kept_threads&) = delete;
  ~kept_threads() {
    for (const auto& each : all_) {
      each->over = true;
      each->its_turn.give();
      each->thread.join();
    }
  }

  /// A thread that does `job` once it gets its turn. Throws `std::system_error` if the system has no thread.
  kept& engage(std::function<void()> job) {
    if (free_.empty()) {
      auto fresh = std::make_unique<kept>();
      all_.reserve(all_.size() + 1);
      free_.reserve(all_.size() + 1);
      fresh->thread = std::thread{[&its = *fresh] { work(its); }};
      free_.push_back(fresh.get());
      all_.push_back(std::move(fresh));
    }
    kept& thread = *free_.back();
    free_.pop_back();
    thread.job = std::move(job);
    return thread;
  }
  void release(kept& thread) { free_.push_back(&thread); }

  /// The number of steps that the threads have taken together, for the watchdog.
  std::atomic<std::uint64_t>& progress() noexcept { return progress_; }

  /// The turn of the test's thread. It outlives each world: the thread that gives it may still be inside `give` when
  /// the world is destroyed.
  turn& turn_of_test() noexcept { return turn_of_test_; }

 private:
  static void work(kept& self) {
    for (;;) {
      std::function<void()> job;
      {
        const unseen apart;
        self.its_turn.take();
        if (self.over) return;
        job = std::exchange(self.job, nullptr);
      }
      job();
      const unseen apart;
      job = nullptr;
    }
  }

  turn turn_of_test_;
  std::atomic<std::uint64_t> progress_{0};
  std::vector<std::unique_ptr<kept>> all_;
  std::vector<kept*> free_;
};

}  // namespace vicar::detail

#endif
