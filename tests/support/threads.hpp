// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_THREADS_HPP
#define VICAR_TESTS_SUPPORT_THREADS_HPP

#include <atomic>
#include <cstddef>
#include <fstream>
#include <latch>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace support {

/// A thread that is joined at the end of the scope, also with standard libraries that have no `std::jthread`.
class joined_thread {
 public:
  template <class Function>
  explicit joined_thread(Function function) : thread_{std::move(function)} {}
  ~joined_thread() { join(); }
  joined_thread(const joined_thread&) = delete;
  joined_thread& operator=(const joined_thread&) = delete;

  void join() {
    if (thread_.joinable()) thread_.join();
  }
  std::thread::id id() const { return thread_.get_id(); }

 private:
  std::thread thread_;
};

/// Runs `function(index)` on `count` threads that begin together, and waits for all of them.
template <class Function>
void on_threads(std::size_t count, Function function) {
  std::latch together{static_cast<std::ptrdiff_t>(count)};
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (std::size_t index = 0; index < count; ++index) {
    threads.emplace_back([&, index] {
      together.arrive_and_wait();
      function(index);
    });
  }
  for (std::thread& each : threads) each.join();
}

/// Lets one thread wait until another one sleeps, so that a test really wakes it.
class sleeper {
 public:
  /// Called by the thread that is going to sleep.
  void here() {
#if defined(__linux__)
    number_ = syscall(SYS_gettid);
#else
    number_ = 1;
#endif
    number_.notify_all();
  }
  /// Returns when that thread sleeps in the kernel. Where the system does not expose that, yields some times.
  void wait_until_asleep() const {
    number_.wait(0);
#if defined(__linux__)
    const std::string path = "/proc/self/task/" + std::to_string(number_.load()) + "/stat";
    for (;;) {
      std::string line;
      std::getline(std::ifstream{path}, line);
      const std::size_t name_end = line.rfind(')');
      if (name_end == std::string::npos || line.compare(name_end, 3, ") S") == 0) return;
      std::this_thread::yield();
    }
#else
    for (int turn = 0; turn < 10000; ++turn) std::this_thread::yield();
#endif
  }

 private:
  std::atomic<long> number_{0};
};

}  // namespace support

#endif
