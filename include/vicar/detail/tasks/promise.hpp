// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TASKS_PROMISE_HPP
#define VICAR_DETAIL_TASKS_PROMISE_HPP

#include <coroutine>
#include <exception>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/tasks/coroutine_run.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/error.hpp>
#include <vicar/fwd.hpp>
#include <vicar/log.hpp>

namespace vicar {

namespace detail {

/// Logs that a task was destroyed before it began, unless that is due to an exception or the end of the actor.
VICAR_COLD inline void log_dropped_task() noexcept {
  if (std::uncaught_exceptions() != 0) return;
  if (!innermost_frame) {
    return log_text(log_level::error, {}, nullptr, "A task was destroyed before it began; co_await it, or return it");
  }
  const cell& here = cell::of(innermost_frame->owner);
  if (!here.alive()) return;
  log(log_level::error, here.name(), nullptr, [&] {
    return format_text("A task was destroyed before it began, in {}.{}; co_await it, or return it", here.title(),
                       here.running());
  });
}

/// Throws if a task has been moved from.
inline void require_owned(std::coroutine_handle<> frame) {
  if (!frame) throw error{"vicar: this task is empty, because it was moved from; await the one that it was moved to"};
}

template <class T>
class task_promise final : public promise_base {
 public:
  task_promise() noexcept {}
  ~task_promise() {
    if (stored_) std::destroy_at(std::addressof(value_));
  }
  task_promise(const task_promise&) = delete;
  task_promise& operator=(const task_promise&) = delete;

  task<T> get_return_object() noexcept;
  template <class Value = T>
  void return_value(Value&& given) {
    static_assert(std::is_constructible_v<T, Value>,
                  "vicar: co_return cannot make the task's value of this; convert it first");
    if constexpr (std::is_constructible_v<T, Value>) {
      ::new (static_cast<void*>(std::addressof(value_))) T(std::forward<Value>(given));
      stored_ = true;
    }
  }
  /// The value, or throws; after the end.
  T take() {
    rethrow();
    return std::move(value_);
  }

 private:
  union {
    T value_;
  };
  bool stored_ = false;
};
template <>
class task_promise<void> final : public promise_base {
 public:
  inline task<void> get_return_object() noexcept;
  static void return_void() noexcept {}
  void take() { rethrow(); }
};

}  // namespace detail

/// What a coroutine returns that runs on an actor's thread, or where `sync_wait` is called. It begins when it is called
/// through a proxy or awaited. Owns the coroutine until then. `T` is a value type or `void`.
template <class T>
class [[nodiscard]] task {
  static_assert(std::is_void_v<T> || (std::is_object_v<T> && !std::is_const_v<T> && !std::is_volatile_v<T>),
                "vicar: a task gives a value; use task<std::decay_t<T>>, or a pointer");

 public:
  /// As of every coroutine type.
  using promise_type = detail::task_promise<T>;
  /// The type of the value.
  using value_type = T;

  /// `other` owns nothing afterwards.
  task(task&& other) noexcept : frame_{std::exchange(other.frame_, nullptr)} {}
  /// Destroys the coroutine that it owned.
  task& operator=(task&& other) noexcept {
    task taken{std::exchange(other.frame_, nullptr)};
    std::swap(frame_, taken.frame_);
    return *this;
  }
  task(const task&) = delete;
  task& operator=(const task&) = delete;
  /// Destroys the coroutine. Logs an error if it has not begun: a task that is neither awaited nor returned does
  /// nothing.
  ~task() {
    if (!frame_) return;
    if (!frame_.promise().run) detail::log_dropped_task();
    frame_.destroy();
  }

  /// @cond
  std::coroutine_handle<promise_type> frame() const noexcept { return frame_; }
  std::coroutine_handle<promise_type> release() noexcept { return std::exchange(frame_, nullptr); }
  /// @endcond

 private:
  friend promise_type;
  explicit task(std::coroutine_handle<promise_type> frame) noexcept : frame_{frame} {}

  std::coroutine_handle<promise_type> frame_;
};

/// @cond
template <class T>
task<T> detail::task_promise<T>::get_return_object() noexcept {
  const auto frame = std::coroutine_handle<task_promise>::from_promise(*this);
  self = frame;
  return task<T>{frame};
}
inline task<void> detail::task_promise<void>::get_return_object() noexcept {
  const auto frame = std::coroutine_handle<task_promise>::from_promise(*this);
  self = frame;
  return task<void>{frame};
}
/// @endcond

}  // namespace vicar

#endif
