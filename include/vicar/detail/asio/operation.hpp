// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_ASIO_OPERATION_HPP
#define VICAR_DETAIL_ASIO_OPERATION_HPP

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#include <vicar/detail/asio/library.hpp>
#include <vicar/detail/asio/outcome.hpp>
#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/system/wait_word.hpp>
#include <vicar/detail/tasks/awaiters.hpp>
#include <vicar/detail/tasks/coroutine_run.hpp>
#include <vicar/future.hpp>

// NOLINTNEXTLINE(modernize-concat-nested-namespaces): the macro stands for one of two names
namespace vicar::detail {

VICAR_ASIO_NAMESPACE_BEGIN

/// What an operation and the coroutine that awaits it share.
template <class T>
class asio_operation_state : public counted<asio_operation_state<T>> {
 public:
  promise<T> outcome;
  net::cancellation_signal cancellation;
  const net::any_io_executor executor;  ///< of the operation, where it has to be cancelled

  explicit asio_operation_state(net::any_io_executor of_operation) : executor{std::move(of_operation)} {}

  /// The operation uses no buffers any more. On its executor, or while that is destroyed.
  void end() noexcept {
    cancellation.slot().clear();                // what Asio has stored there refers to the operation's object
    done_.store(1, std::memory_order_release);  // releases what it wrote into buffers
    wake_all(done_);
  }
  /// Blocks until the operation has ended.
  void cancel_and_wait() noexcept {
    if (done()) return;  // its executor may be gone
    net::post(executor, [state = counted_handle<asio_operation_state>{*this}] {
      if (!state->done()) state->cancellation.emit(net::cancellation_type::terminal);
    });
    while (!done()) sleep_while(done_, 0);
  }

 private:
  bool done() const noexcept { return done_.load(std::memory_order_acquire) != 0; }  // acquires as above

  wait_word done_{0};
};

/// The handler of the operation.
template <class T, class... Arguments>
class asio_completion {
 public:
  explicit asio_completion(counted_handle<asio_operation_state<T>> state) noexcept : state_{std::move(state)} {}
  asio_completion(asio_completion&&) noexcept = default;
  asio_completion& operator=(asio_completion&&) = delete;
  /// If Asio drops the handler unrun, the future carries `broken_promise`, or `bad_alloc`.
  ~asio_completion() {
    if (!state_) return;
    try {
      throw broken_promise{
          "vicar: an operation of Asio was dropped unfinished, with its executor; let the loop run longer"};
    } catch (...) {
      state_->outcome.set_exception(std::current_exception());
    }
    state_->end();
  }

  template <class... Given>
  void operator()(Given&&... given) {
    const counted_handle<asio_operation_state<T>> state = std::move(state_);
    try {
      asio_outcome<Arguments...>::store(state->outcome, std::forward<Given>(given)...);
    } catch (...) {
      state->outcome.set_exception(std::current_exception());
    }
    state->end();
  }

 private:
  counted_handle<asio_operation_state<T>> state_;
};

/// What an asynchronous operation returns for `use_future`.
template <class T>
class [[nodiscard]] asio_operation : public future<T> {
 public:
  asio_operation(future<T> outcome, counted_handle<asio_operation_state<T>> state) noexcept
      : future<T>{std::move(outcome)}, state_{std::move(state)} {}

  const counted_handle<asio_operation_state<T>>& state() const noexcept { return state_; }

 private:
  counted_handle<asio_operation_state<T>> state_;
};

template <class Initiation>
concept names_executor = requires(const std::decay_t<Initiation>& initiation) {
  { initiation.get_executor() } -> std::convertible_to<net::any_io_executor>;
};

/// `use_future`: the operation's own executor cancels it.
struct executor_of_operation {
  template <class Initiation>
  static net::any_io_executor get(const Initiation& initiation) {
    static_assert(
        names_executor<Initiation>,
        "vicar: this operation does not name its executor, without which it cannot be cancelled when an actor "
        "ends; name one: bind_executor(executor, vicar::use_future)");
    if constexpr (names_executor<Initiation>)
      return initiation.get_executor();
    else
      return {};
  }
  template <class Handler>
  static Handler bind(Handler&& handler) {
    return std::forward<Handler>(handler);
  }
};
/// `bind_executor(executor, use_future)`.
template <class Executor>
struct bound_executor {
  const Executor& executor;

  template <class Initiation>
  net::any_io_executor get(const Initiation&) const {
    return executor;
  }
  template <class Handler>
  auto bind(Handler&& handler) const {
    return net::bind_executor(executor, std::forward<Handler>(handler));
  }
};

template <class T, class... Arguments, class Place, class Initiation, class... Rest>
asio_operation<T> begin_asio_operation(const Place& place, Initiation&& initiation, Rest&&... rest) {
  const auto state = counted_handle<asio_operation_state<T>>::adopt(new asio_operation_state<T>{place.get(initiation)});
  asio_operation<T> operation{state->outcome.get_future(), state};
  std::forward<Initiation>(initiation)(
      place.bind(net::bind_cancellation_slot(state->cancellation.slot(), asio_completion<T, Arguments...>{state})),
      std::forward<Rest>(rest)...);
  return operation;
}

/// Awaits an operation. If the frame is destroyed before it has ended, cancels it and waits: its buffers may be there.
template <class T>
class [[nodiscard]] operation_awaiter {
 public:
  operation_awaiter(asio_operation<T>&& awaited, coroutine_run& run)
      : state_{awaited.state()}, wait_{future_access::take(std::move(awaited)), run} {}
  operation_awaiter(const operation_awaiter&) = delete;
  operation_awaiter& operator=(const operation_awaiter&) = delete;
  ~operation_awaiter() {
    if (!resumed_) state_->cancel_and_wait();
  }

  bool await_ready() { return wait_.await_ready(); }
  void await_suspend(std::coroutine_handle<> awaiting) noexcept { wait_.await_suspend(awaiting); }
  T await_resume() {
    resumed_ = true;
    return wait_.await_resume();
  }

 private:
  const counted_handle<asio_operation_state<T>> state_;
  future_awaiter<T, true> wait_;
  bool resumed_ = false;
};

VICAR_ASIO_NAMESPACE_END

template <class T>
struct awaiting<asio_operation<T>> {
  static operation_awaiter<T> begin(asio_operation<T>&& awaited, coroutine_run& run) {
    return {std::move(awaited), run};
  }
};

}  // namespace vicar::detail

#endif
