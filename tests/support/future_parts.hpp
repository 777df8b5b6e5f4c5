// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_FUTURE_PARTS_HPP
#define VICAR_TESTS_SUPPORT_FUTURE_PARTS_HPP

#include <atomic>
#include <exception>
#include <stdexcept>
#include <utility>

#include <vicar/detail/futures/handle.hpp>
#include <vicar/detail/futures/state.hpp>

// What tests of futures and of their states share.
namespace support {

/// Can be made from an int, and neither copied nor moved.
struct fixed {
  explicit fixed(int number) : value{number} {}
  fixed(const fixed&) = delete;
  fixed& operator=(const fixed&) = delete;
  int value;
};

/// An exception that is not a `std::exception`.
struct own_failure {
  int code;
};

inline std::exception_ptr failure(const char* text) { return std::make_exception_ptr(std::runtime_error{text}); }

/// A new state with the handles that it is created with: the producer's and one of a consumer.
template <class T>
class held_state {
 public:
  held_state() = default;
  ~held_state() {
    drop_producer();
    state_->drop_consumer();
  }
  held_state(const held_state&) = delete;
  held_state& operator=(const held_state&) = delete;

  vicar::detail::future_state<T>* operator->() const { return state_; }
  vicar::detail::future_state<T>& operator*() const { return *state_; }
  /// One more handle.
  vicar::detail::consumer_handle<T> consumer() const {
    state_->add_consumer();
    return vicar::detail::consumer_handle<T>::adopt(state_);
  }
  template <class Value>
  void answer(Value value) const {
    state_->store([&]() -> T { return std::move(value); });
    state_->publish();
  }
  void drop_producer() {
    if (std::exchange(has_producer_, false)) state_->drop_producer();
  }
  /// Publishes the outcome that is stored, in one step with dropping the producer's handle.
  void publish_last() {
    has_producer_ = false;
    state_->publish_last();
  }

 private:
  vicar::detail::future_state<T>* state_ = new vicar::detail::future_state<T>;
  bool has_producer_ = true;
};

struct counted_waiter : vicar::detail::waiter {
  counted_waiter() : waiter{&run_it} {}
  static void run_it(vicar::detail::waiter& self) noexcept { ++static_cast<counted_waiter&>(self).runs; }
  std::atomic<int> runs{0};
};

}  // namespace support

#endif
