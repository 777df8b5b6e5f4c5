// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TASKS_AWAITERS_HPP
#define VICAR_DETAIL_TASKS_AWAITERS_HPP

#include <coroutine>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include <vicar/detail/futures/handle.hpp>
#include <vicar/detail/futures/lazy_value.hpp>
#include <vicar/detail/futures/refusals.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/tasks/coroutine_run.hpp>
#include <vicar/detail/tasks/promise.hpp>
#include <vicar/detail/tasks/resumption.hpp>
#include <vicar/future.hpp>

namespace vicar {

/// See `exclusively`.
template <class T>
struct exclusive_wait {
  future<T> awaited;  ///< the future
};

/// `co_await exclusively(f)` in a task: the actor handles nothing else until the answer is there. A cycle of such waits
/// throws `deadlock_error`.
template <class T>
exclusive_wait<T> exclusively(future<T> f) {
  return {std::move(f)};
}

namespace detail {

/// Another coroutine of the same home, called directly.
template <class T>
class [[nodiscard]] task_awaiter {
 public:
  explicit task_awaiter(std::coroutine_handle<task_promise<T>> inner) noexcept : inner_{inner} {}
  task_awaiter(const task_awaiter&) = delete;
  task_awaiter& operator=(const task_awaiter&) = delete;
  ~task_awaiter() {
    if (inner_) inner_.destroy();
  }

  static bool await_ready() noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> outer) noexcept {
    promise_base& inner = promise();
    inner.kept_by = &inner_;
    outer.promise().run->enter(inner);
  }
  T await_resume() { return promise().take(); }

 private:
  task_promise<T>& promise() const noexcept {
    return std::coroutine_handle<task_promise<T>>::from_address(inner_.address()).promise();
  }
  std::coroutine_handle<> inner_;
};

/// Waits until a state can be read without waiting: the part that does not depend on the type of the value.
class state_awaiter final : public resumable {
 public:
  state_awaiter(future_state_base& state, coroutine_run& run) noexcept : state_{state}, run_{run} {}
  state_awaiter(const state_awaiter&) = delete;
  state_awaiter& operator=(const state_awaiter&) = delete;
  ~state_awaiter() {
    if (!node_) return;
    run_.now_awaits(nullptr);
    node_->forget();
  }

  /// `interleaves`: whether anything else happens at home meanwhile. Throws `std::bad_alloc`.
  bool await_ready(bool interleaves) {
    if (state_.published()) return !run_.gives_way() || !make_node();
    if (!interleaves) {
      state_.await_ready(forever);
      return true;
    }
    pending_ = next_pending();
    if (!pending_) return true;
    node_ = run_.make_resumption();  // here, where it may fail
    return false;
  }
  bool await_ready() { return await_ready(run_.interleaves()); }
  void rethrow() { run_.rethrow(); }
  void suspend() noexcept {
    run_.wait();
    if (!pending_) return yield();
    if (!begin_to_wait()) run_.continue_now();
  }
  /// For `suspend` although nothing is pending; false without memory.
  bool make_node() noexcept {
    try {
      node_ = run_.make_resumption();
    } catch (...) {
    }
    return node_ != nullptr;
  }
  /// Resumes behind the messages that are there. After `make_node`.
  void yield() noexcept { node_->yield(*this); }

 private:
  static constexpr time_limit forever{};

  /// The awaited state has changed, or this gave way.
  void resume() noexcept override {
    if (pending_) {
      run_.now_awaits(nullptr);
      try {
        pending_ = next_pending();
      } catch (...) {  // no memory
        pending_ = nullptr;
        run_.keep_current_exception();
      }
      if (pending_ && begin_to_wait()) return;
    }
    run_.resume();
  }
  /// False if that would close a cycle: then the coroutine continues, and throws.
  bool begin_to_wait() noexcept {
    run_.now_awaits(pending_);
    node_->await(*pending_, *this);
    try {
      run_.look_for_cycle();
      return true;
    } catch (...) {
      run_.keep_current_exception();
    }
    run_.now_awaits(nullptr);
    std::exchange(node_, nullptr)->forget();
    return false;
  }
  /// The next state that has to change. Most have no sources, and need no walk. Throws `std::bad_alloc`.
  future_state_base* next_pending() {
    if (!walk_) {
      if (state_.published()) return nullptr;
      if (!state_.is_lazy()) return state_.absent_source() ? nullptr : &state_;
      walk_ = std::make_unique<source_walk>(source_walk::aim::suspend, forever);
    }
    return walk_->next_pending(state_);
  }

  future_state_base& state_;
  coroutine_run& run_;
  std::unique_ptr<source_walk> walk_;
  future_state_base* pending_ = nullptr;
  resumption* node_ = nullptr;
};

/// `co_await settled(f)`: until it is ready, whatever its outcome. Other messages come in also where `interleaving` is
/// false, because what awaits is not a member of the actor.
template <class T>
struct settled_wait {
  const future<T>& awaited;
};
template <class T>
settled_wait<T> settled(const future<T>& awaited) noexcept {
  return {awaited};
}
class [[nodiscard]] settled_awaiter final : followed_state {
 public:
  settled_awaiter(future_state_base& followed, coroutine_run& run)
      : followed_state{&followed}, wait_{followed, run}, state_{followed}, run_{run} {}
  settled_awaiter(const settled_awaiter&) = delete;
  settled_awaiter& operator=(const settled_awaiter&) = delete;
  ~settled_awaiter() {
    if (ahead_) ahead_->behind = nullptr;
    let_next_go();
  }

  bool await_ready() {
    if (!wait_.await_ready(true)) return false;
    // Those that came before may be suspended still: then it goes behind them.
    followed_state* const ahead = state_.was_attached() ? run_.last_that_follows(&state_) : nullptr;
    if (!ahead || !wait_.make_node()) return true;
    ahead_ = ahead;
    ahead_->behind = this;
    return false;
  }
  void await_suspend(std::coroutine_handle<>) noexcept {
    run_.follows(this);
    if (ahead_)
      run_.wait();
    else
      wait_.suspend();
  }
  void await_resume() {
    run_.follows(nullptr);
    let_next_go();
    run_.rethrow();
  }

 private:
  void go_on() noexcept override {
    ahead_ = nullptr;
    wait_.yield();
  }
  void let_next_go() noexcept {
    if (followed_state* const next = std::exchange(behind, nullptr)) next->go_on();
  }

  state_awaiter wait_;
  future_state_base& state_;
  coroutine_run& run_;
  followed_state* ahead_ = nullptr;
};

/// `Taken`: the value is moved out if this is the last handle.
template <class T, bool Taken>
class [[nodiscard]] future_awaiter {
 public:
  future_awaiter(consumer_handle<T> source, coroutine_run& run)
      : source_{std::move(source)}, wait_{source_.state(), run} {}

  bool await_ready() { return wait_.await_ready(); }
  void await_suspend(std::coroutine_handle<>) noexcept { wait_.suspend(); }
  decltype(auto) await_resume() {
    wait_.rethrow();
    if constexpr (Taken)
      return source_.extract({});
    else if constexpr (std::is_void_v<T>)
      source_.settled({});
    else
      return std::as_const(source_.settled({}).value());
  }

 private:
  const consumer_handle<T> source_;
  state_awaiter wait_;
};

template <class T>
class [[nodiscard]] exclusive_awaiter {
 public:
  explicit exclusive_awaiter(future<T> source) noexcept : source_{std::move(source)} {}
  /// Blocks: the actor's thread has nothing else to do. Finds cycles.
  bool await_ready() {
    source_.wait();
    return true;
  }
  static void await_suspend(std::coroutine_handle<>) noexcept {}
  T await_resume() { return std::move(source_).get(); }

 private:
  future<T> source_;
};

/// Goes to the end of the queue.
class [[nodiscard]] turn_awaiter final : public resumable {
 public:
  explicit turn_awaiter(coroutine_run& run) noexcept : run_{run} {}
  turn_awaiter(const turn_awaiter&) = delete;
  turn_awaiter& operator=(const turn_awaiter&) = delete;
  ~turn_awaiter() {
    if (node_) node_->forget();
  }
  /// Throws `std::bad_alloc`.
  bool await_ready() {
    if (!run_.interleaves()) return true;
    node_ = run_.make_resumption();
    return false;
  }
  void await_suspend(std::coroutine_handle<>) noexcept {
    run_.wait();
    node_->yield(*this);
  }
  static void await_resume() noexcept {}

 private:
  void resume() noexcept override { run_.resume(); }

  coroutine_run& run_;
  resumption* node_ = nullptr;
};
struct next_turn_tag {};

/// How a task awaits something: `begin(awaited, run)` gives the awaiter.
template <class Awaited>
struct awaiting {
  static refused_awaiter begin(const Awaited&, coroutine_run&) {
    static_assert(always_false<Awaited>,
                  "vicar: a task awaits futures, tasks and vicar's own awaitables; anything else would resume it on a "
                  "thread that you did not name: make a future of it, with a vicar::promise, or for an operation of "
                  "Asio with vicar::use_future");
    return {};
  }
};
template <class T>
struct awaiting<future<T>> {
  static future_awaiter<T, false> begin(const future<T>& awaited, coroutine_run& run) {
    return {future_access::handle(awaited), run};
  }
  static future_awaiter<T, true> begin(future<T>&& awaited, coroutine_run& run) {
    return {future_access::take(std::move(awaited)), run};
  }
};
/// A field behind a proxy's arrow: `co_await proxy->title` reads it.
template <class Field>
  requires requires(const Field& field) { field.read(); }
struct awaiting<Field> {
  static auto begin(const Field& field, coroutine_run& run) {
    auto value = field.read();
    return awaiting<decltype(value)>::begin(std::move(value), run);
  }
};
template <class T>
struct awaiting<settled_wait<T>> {
  static settled_awaiter begin(settled_wait<T> awaited, coroutine_run& run) {
    return {future_access::handle(awaited.awaited).state(), run};
  }
};
template <class T>
struct awaiting<exclusive_wait<T>> {
  static exclusive_awaiter<T> begin(exclusive_wait<T>&& awaited, coroutine_run&) {
    return exclusive_awaiter<T>{std::move(awaited.awaited)};
  }
};
template <class T>
struct awaiting<task<T>> {
  static task_awaiter<T> begin(task<T>&& awaited, coroutine_run&) {
    require_owned(awaited.frame());
    return task_awaiter<T>{awaited.release()};
  }
  static task_awaiter<T> begin(task<T>& awaited, coroutine_run&) {
    static_assert(always_false<T>, "vicar: a task is awaited once; co_await std::move(it), or the call itself");
    return task_awaiter<T>{awaited.release()};
  }
};
template <>
struct awaiting<next_turn_tag> {
  static turn_awaiter begin(next_turn_tag, coroutine_run& run) noexcept { return turn_awaiter{run}; }
};

template <class Awaited>
decltype(auto) promise_base::await_transform(Awaited&& awaited) {
  return awaiting<std::remove_cvref_t<Awaited>>::begin(static_cast<Awaited&&>(awaited), *run);
}

}  // namespace detail

/// `co_await next_turn()` in a task: lets the messages that are in the mailbox go first.
inline detail::next_turn_tag next_turn() noexcept { return {}; }

}  // namespace vicar

#endif
