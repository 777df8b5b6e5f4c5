// SPDX-License-Identifier: BSL-1.0
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>

#include <concurrentqueue/blockingconcurrentqueue.h>

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

}  // namespace

void add_moodycamel(suite& all) { add_subject<posted_subject<moodycamel_queue>>(all, "moodycamel queue", "ABCDEFGI"); }

}  // namespace benchmarks
