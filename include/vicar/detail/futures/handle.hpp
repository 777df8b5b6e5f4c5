// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FUTURES_HANDLE_HPP
#define VICAR_DETAIL_FUTURES_HANDLE_HPP

#include <exception>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/futures/state.hpp>
#include <vicar/detail/meta/copyable.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/wait/timeout_text.hpp>
#include <vicar/error.hpp>

namespace vicar::detail {

/// Waits for the outcome; throws `timeout_error`.
inline void await_or_throw(future_state_base& state, const time_limit& limit) {
  late_answer late;
  if (state.await(limit, &late)) throw unanswered::error(std::move(late.source), late.member, limit.asked_seconds());
}

/// The exception that `make` returns, or the one that it throws, such as `std::bad_alloc`.
template <class Make>
std::exception_ptr exception_from(Make make) noexcept {
  try {
    throw make();
  } catch (...) {
    return std::current_exception();
  }
}

/// A consumer's handle.
template <class T>
class consumer_handle {
 public:
  using state_type = future_state<T>;

  consumer_handle() = default;
  explicit consumer_handle(state_type* state) noexcept : state_{state} {}
  static consumer_handle adopt(state_type* state) noexcept { return consumer_handle{state}; }
  consumer_handle(const consumer_handle& other) noexcept : state_{other.state_} {
    if (state_) state_->add_consumer();
  }
  // No `std::exchange` or `std::swap`: they would be instantiated for each `T`.
  consumer_handle(consumer_handle&& other) noexcept : state_{other.state_} { other.state_ = nullptr; }
  consumer_handle& operator=(consumer_handle other) noexcept {
    state_type* const mine = state_;
    state_ = other.state_;
    other.state_ = mine;
    return *this;
  }
  ~consumer_handle() {
    if (state_) state_->drop_consumer();
  }

  explicit operator bool() const noexcept { return state_ != nullptr; }
  bool operator==(const consumer_handle&) const = default;

  /// Throws `future_already_retrieved` if the handle is empty.
  state_type& state() const {
    if (!state_) {
      throw future_already_retrieved{
          "vicar: this future was moved from or its value was taken; keep a copy of the future to read it again"};
    }
    return *state_;
  }

  /// Waits for the outcome; throws `timeout_error`, but not what the producer stored.
  state_type& awaited(const time_limit& limit) const {
    state_type& reply = state();
    if (!reply.published()) await_or_throw(reply, limit);
    return reply;
  }
  /// Waits for the outcome; throws what the producer stored, or `timeout_error`.
  state_type& settled(const time_limit& limit) const {
    state_type& reply = awaited(limit);
    if (reply.error()) reply.throw_error();
    return reply;
  }

  /// Moves the value out if this is the last consumer's handle, else copies it. Keeps the handle: other threads may be
  /// waiting on it.
  T extract(const time_limit& limit) const {
    state_type& from = settled(limit);
    if constexpr (std::is_void_v<T>) {
      return;
    } else if constexpr (std::is_trivially_copyable_v<T> && copyable<T>) {
      return T(std::as_const(from.value()));
    } else {
      if (from.move_out()) return T(std::move(from.value()));
      if constexpr (copyable<T>) return T(std::as_const(from.value()));
      throw future_already_retrieved{
          "vicar: this value can only be moved and another handle of the future still needs it; read it by reference with get() of an lvalue"};
    }
  }

  /// As `extract`, but appends the value to `values` without a copy on the stack, which may be too small for it.
  template <class Values>
  void extract_to(Values& values, const time_limit& limit) const {
    state_type& from = settled(limit);
    if constexpr (std::is_trivially_copyable_v<T> && copyable<T>)
      values.emplace_back(std::as_const(from.value()));
    else
      values.emplace_back(extract(limit));
  }

  /// As `extract`, and empties the handle unless that throws.
  T take(const time_limit& limit) {
    settled(limit);
    if constexpr (!std::is_void_v<T>) {
      consumer_handle taken = std::move(*this);
      try {
        return taken.extract(limit);
      } catch (...) {
        *this = std::move(taken);
        throw;
      }
    }
  }

 private:
  state_type* state_ = nullptr;
};

/// The producer's handle. Dropping it without an outcome stores `broken_promise`.
template <class T>
class producer_handle {
 public:
  producer_handle() = default;
  static producer_handle adopt(future_state<T>* state) noexcept { return producer_handle{state}; }
  producer_handle(producer_handle&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {}
  producer_handle& operator=(producer_handle&& other) noexcept {
    producer_handle taken = std::move(other);  // an unkept promise is broken now, not when `other` is destroyed
    std::swap(state_, taken.state_);
    return *this;
  }
  ~producer_handle() {
    if (!state_) return;
    if (state_->claim()) {
      state_->store_error(exception_from([] {
        return broken_promise{
            "vicar: the promise was destroyed without an answer; call set_value or set_exception before that"};
      }));
      publish();
    } else {
      state_->drop_producer();
    }
  }

  /// Publishes the outcome that was stored, and empties the handle.
  void publish() noexcept { std::exchange(state_, nullptr)->publish_last(); }

  explicit operator bool() const noexcept { return state_ != nullptr; }
  future_state<T>* operator->() const noexcept { return state_; }
  future_state<T>& operator*() const noexcept { return *state_; }

 private:
  explicit producer_handle(future_state<T>* state) noexcept : state_{state} {}
  future_state<T>* state_ = nullptr;
};

/// Replaces a null exception by an error, so that the future has something to throw.
inline std::exception_ptr require_exception(std::exception_ptr exception) {
  if (exception) return exception;
  return std::make_exception_ptr(
      error{"vicar: set_exception was given no exception; call it inside a catch block, or give it an exception_ptr"});
}

/// The two ends of a new state.
template <class T>
struct reply_channel {
  producer_handle<T> producer;
  consumer_handle<T> consumer;

  reply_channel() : reply_channel{new future_state<T>} {}

 private:
  explicit reply_channel(future_state<T>* state)
      : producer{producer_handle<T>::adopt(state)}, consumer{consumer_handle<T>::adopt(state)} {}
};

}  // namespace vicar::detail

#endif
