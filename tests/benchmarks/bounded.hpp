// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_BOUNDED_HPP
#define VICAR_BENCHMARKS_BOUNDED_HPP

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>
#include <type_traits>
#include <utility>

namespace benchmarks {

/// A queue of functions that takes `capacity` of them, with a mutex and two condition variables: what one writes by
/// hand.
class condition_queue {
 public:
  explicit condition_queue(std::size_t capacity) : capacity_{capacity} {}

  void push(std::function<void()> function) {
    {
      std::unique_lock lock{mutex_};
      space_.wait(lock, [this] { return queue_.size() < capacity_; });
      queue_.push_back(std::move(function));
    }
    filled_.notify_one();
  }
  std::function<void()> pop() {
    std::function<void()> next;
    {
      std::unique_lock lock{mutex_};
      filled_.wait(lock, [this] { return !queue_.empty(); });
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    space_.notify_one();
    return next;
  }

 private:
  std::mutex mutex_;
  std::condition_variable space_;
  std::condition_variable filled_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  const std::size_t capacity_;
};

/// The same with two counting semaphores.
class semaphore_queue {
 public:
  explicit semaphore_queue(std::size_t capacity) : space_{static_cast<std::ptrdiff_t>(capacity)} {}

  void push(std::function<void()> function) {
    space_.acquire();
    {
      const std::lock_guard lock{mutex_};
      queue_.push_back(std::move(function));
    }
    filled_.release();
  }
  std::function<void()> pop() {
    filled_.acquire();
    std::function<void()> next;
    {
      const std::lock_guard lock{mutex_};
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    space_.release();
    return next;
  }

 private:
  std::counting_semaphore<> space_;
  std::counting_semaphore<> filled_{0};
  std::mutex mutex_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
};

/// A thread that runs the functions of such a queue; an empty function ends it.
template <class Queue>
class bounded_engine {
 public:
  explicit bounded_engine(std::size_t capacity) : queue_{capacity} {}
  ~bounded_engine() {
    queue_.push({});
    thread_.join();
  }
  bounded_engine(const bounded_engine&) = delete;
  bounded_engine& operator=(const bounded_engine&) = delete;

  void post(std::function<void()> function) { queue_.push(std::move(function)); }
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
    while (const std::function<void()> next = queue_.pop()) next();
  }

  Queue queue_;
  std::thread thread_{[this] { run(); }};
};

}  // namespace benchmarks

#endif
