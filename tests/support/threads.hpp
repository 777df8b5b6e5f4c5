// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_THREADS_HPP
#define VICAR_TESTS_SUPPORT_THREADS_HPP

#include <cstddef>
#include <latch>
#include <thread>
#include <utility>
#include <vector>

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

}  // namespace support

#endif
