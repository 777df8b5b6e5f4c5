// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_TASKS_HPP
#define VICAR_TESTS_SUPPORT_TASKS_HPP

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/task.hpp>
#include <vicar/vicar.hpp>

// Actors with members that are coroutines.
namespace support {

/// Answers at once.
struct source {
  int add_one(int number) const { return number + 1; }
  int fail() { throw std::runtime_error{"the source failed"}; }
  std::unique_ptr<int> make(int number) { return std::make_unique<int>(number); }
  void nothing() {}
};

/// A future that a test makes ready.
template <class T>
struct gate {
  vicar::promise<T> inside;
  vicar::future<T> future = inside.get_future();
};

/// Awaits what a test passes to it, and logs.
class awaiter {
 public:
  vicar::task<int> await(vicar::future<int> given) {
    note("begin");
    const int value = co_await given;
    note("end");
    co_return value;
  }
  vicar::task<> await_nothing(vicar::future<void> given) {
    co_await given;
    note("end");
  }
  void note(const std::string& what) {
    log_ += what;
    log_ += ' ';
  }
  std::string log() const { return log_; }
  std::thread::id thread() const { return std::this_thread::get_id(); }

 private:
  std::string log_;
};

}  // namespace support

VICAR_PROXY(support::source, add_one, fail, make, nothing)
VICAR_PROXY(support::awaiter, await, await_nothing, note, log, thread)

#endif
