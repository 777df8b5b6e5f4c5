// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_HAND_HPP
#define VICAR_BENCHMARKS_HAND_HPP

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

namespace benchmarks {

/// Thirty lines that need no library: the reference for all others.
class hand {
 public:
  hand() : thread_{[this] { run(); }} {}
  ~hand() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  hand(const hand&) = delete;
  hand& operator=(const hand&) = delete;

  void post(std::function<void()> function) {
    {
      const std::lock_guard lock{mutex_};
      queue_.push_back(std::move(function));
    }
    changed_.notify_one();
  }
  template <class Function>
  auto call(Function function) {
    using result = std::invoke_result_t<Function>;
    auto task = std::make_shared<std::packaged_task<result()>>(std::move(function));
    auto answer = task->get_future();
    post([task] { (*task)(); });
    return answer;
  }

 private:
  void run() {
    for (;;) {
      std::function<void()> next;
      {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        next = std::move(queue_.front());
        queue_.pop_front();
      }
      next();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  bool stopping_ = false;                    // likewise
  std::thread thread_;
};

}  // namespace benchmarks

#endif
