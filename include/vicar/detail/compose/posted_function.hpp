// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_COMPOSE_POSTED_FUNCTION_HPP
#define VICAR_DETAIL_COMPOSE_POSTED_FUNCTION_HPP

#include <atomic>
#include <coroutine>
#include <exception>
#include <memory>
#include <utility>

#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/compose/outcome_call.hpp>
#include <vicar/detail/compose/watcher.hpp>
#include <vicar/detail/futures/handle.hpp>
#include <vicar/detail/futures/lazy_values.hpp>
#include <vicar/detail/futures/waiters.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/future.hpp>

// What runs on an executor once a future is ready. An executor is anything with `execute(function)`.
namespace vicar::detail {

template <class Place>
concept executes = requires(const Place& place) { place.execute([] {}); };

/// `f.then(executor, function)`.
template <class V, class Executor, class Function>
class posted_function final : public watcher {
 public:
  using reply_type = kept_result_t<outcome_result_t<Function, no_object, V>>;

  posted_function(future<V> source, Executor place, Function function)
      : watcher{future_access::handle(source).state()},
        place_{std::move(place)},
        function_{std::move(function)},
        source_{std::move(source)} {}
  static future<reply_type> post(std::unique_ptr<posted_function> prepared) {
    posted_function* const posted = prepared.release();
    future<reply_type> answer = future_access::make(std::move(posted->channel_.consumer));
    posted->watch();
    return answer;
  }

 private:
  void settled() noexcept override {
    const waiters_apart apart;
    const Executor place = place_;  // this object may be gone when `execute` returns
    try {
      place.execute([this] { run(); });
    } catch (...) {
      answer([&] { channel_.producer->store_error(std::current_exception()); });
    }
  }
  void run() noexcept {
    no_object none;
    if (failure()) return answer([&] { channel_.producer->store_error(failure()); });
    answer([&] {
      store_outcome(*channel_.producer, [&]() -> decltype(auto) {
        return call_with_outcome(std::move(function_), none, std::move(source_));
      });
    });
  }
  /// Destroys the function before the answer is published.
  template <class Store>
  void answer(Store store) noexcept {
    channel_.producer->claim();
    store();
    producer_handle<reply_type> answered = std::move(channel_.producer);
    delete this;
    answered.publish();
  }

  const Executor place_;
  Function function_;
  future<V> source_;
  reply_channel<reply_type> channel_;
};

/// A coroutine that is resumed on an executor once a future is ready. Counted: the awaiter in its frame may go first.
template <class Executor>
class posted_resumption final : public watcher, public counted<posted_resumption<Executor>> {
 public:
  posted_resumption(future_state_base& watched, Executor place, std::coroutine_handle<> resumed)
      : watcher{watched}, place_{std::move(place)}, resumed_{resumed} {}

  /// Before `watch`.
  void keep_until_resumed() noexcept { this->retain(); }
  /// The frame is destroyed, by the thread that may resume the coroutine.
  void forget() noexcept { resumed_ = nullptr; }
  void rethrow() const {
    if (this->failure()) std::rethrow_exception(this->failure());
  }

 private:
  friend counted<posted_resumption>;
  ~posted_resumption() = default;

  void settled() noexcept override {
    const waiters_apart apart;
    const Executor place = place_;
    // What an executor without memory throws here cannot be delivered to anyone: it ends the process.
    place.execute([this] {
      if (resumed_) std::exchange(resumed_, nullptr).resume();
      this->release();
    });
  }

  const Executor place_;
  std::coroutine_handle<> resumed_;
};

/// `co_await f.on(executor)`.
template <class T, class Executor>
class [[nodiscard]] awaited_on {
 public:
  awaited_on(future<T> source, Executor place) : source_{std::move(source)}, place_{std::move(place)} {}
  awaited_on(awaited_on&&) noexcept = default;
  awaited_on(const awaited_on&) = delete;
  awaited_on& operator=(const awaited_on&) = delete;
  ~awaited_on() {
    if (node_) node_->forget();
  }

  static bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    node_ = counted_handle<posted_resumption<Executor>>::adopt(
        new posted_resumption<Executor>{future_access::handle(source_).state(), place_, awaiting});
    posted_resumption<Executor>& node = *node_;  // this object may be gone once it watches
    node.keep_until_resumed();
    node.watch();
  }
  T await_resume() {
    node_->rethrow();
    return std::move(source_).get();
  }

 private:
  future<T> source_;
  const Executor place_;
  counted_handle<posted_resumption<Executor>> node_;
};

}  // namespace vicar::detail

#endif
