// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <semaphore>
#include <thread>
#include <type_traits>
#include <utility>

#include <concurrentqueue/blockingconcurrentqueue.h>

#include "bounded.hpp"
#include "drivers.hpp"
#include "posted_subject.hpp"
#include "subjects.hpp"

namespace benchmarks {

namespace {

/// `hand` with a lock-free queue. It keeps the order of each sender alone.
class moodycamel_queue {
 public:
  ~moodycamel_queue() {
    post([this] { stopping_ = true; });
    thread_.join();
  }

  void post(std::function<void()> function) { queue_.enqueue(std::move(function)); }
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
    std::function<void()> next;
    while (!stopping_) {
      queue_.wait_dequeue(next);
      next();
      next = nullptr;
    }
  }

  moodycamel::BlockingConcurrentQueue<std::function<void()>> queue_;
  bool stopping_ = false;  // only the thread itself looks at it
  std::thread thread_{[this] { run(); }};
};

/// It blocks the consumer. A semaphore blocks the producers.
class bounded_moodycamel_queue {
 public:
  explicit bounded_moodycamel_queue(std::size_t capacity) : space_{static_cast<std::ptrdiff_t>(capacity)} {}

  void push(std::function<void()> function) {
    space_.acquire();
    queue_.enqueue(std::move(function));
  }
  std::function<void()> pop() {
    std::function<void()> next;
    queue_.wait_dequeue(next);
    space_.release();
    return next;
  }

 private:
  std::counting_semaphore<> space_;
  moodycamel::BlockingConcurrentQueue<std::function<void()>> queue_;
};

}  // namespace

void add_moodycamel(suite& all) {
  add_subject<posted_subject<moodycamel_queue>>(all, "moodycamel queue", "ABCDEFGI");
  add_bounded_subject<posted_subject<bounded_engine<bounded_moodycamel_queue>>>(all, "moodycamel queue, semaphore");
}

}  // namespace benchmarks
