// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_COMPOSE_GATHERING_HPP
#define VICAR_DETAIL_COMPOSE_GATHERING_HPP

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/compose/watcher.hpp>
#include <vicar/detail/futures/handle.hpp>
#include <vicar/detail/futures/lazy_value.hpp>
#include <vicar/detail/futures/lazy_values.hpp>
#include <vicar/detail/futures/state.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/future.hpp>

// Futures of several futures.
namespace vicar::detail {

/// The value of `when_all`: the futures themselves, a tuple or a vector, once all are ready.
template <class Result>
class gathered_value final : public lazy_value {
 public:
  gathered_value(future_state<Result>& state, Result futures, std::vector<future_state_base*> sources)
      : lazy_value{{sources.data(), sources.size()}},
        state_{state},
        source_states_{std::move(sources)},
        futures_{std::move(futures)} {}

 private:
  void make(const time_limit&) override {
    store_outcome(state_, [this] { return std::move(*futures_); });
  }
  void drop_inputs() noexcept override { futures_.drop(); }

  future_state<Result>& state_;
  const std::vector<future_state_base*> source_states_;
  droppable<Result> futures_;
};

/// Which of several futures comes first.
class arrival_order : public counted<arrival_order> {
 public:
  /// Calls `arrived(index)` when `watched` is ready.
  static void add(counted_handle<arrival_order> to, future_state_base& watched, std::size_t index) {
    (new entry{watched, std::move(to), index})->watch();
  }

 protected:
  friend counted<arrival_order>;
  virtual ~arrival_order() = default;
  /// `failure`: there was no memory to see when it is ready; usually null.
  virtual void arrived(std::size_t index, const std::exception_ptr& failure) noexcept = 0;

 private:
  class entry final : public watcher {
   public:
    entry(future_state_base& watched, counted_handle<arrival_order> order, std::size_t index)
        : watcher{watched}, order_{std::move(order)}, index_{index} {}

   private:
    void settled() noexcept override {
      order_->arrived(index_, failure());
      delete this;
    }
    const counted_handle<arrival_order> order_;
    const std::size_t index_;
  };
};

/// `when_any`: the first one that is ready.
class first_ready final : public arrival_order {
 public:
  reply_channel<std::size_t> channel;

 private:
  void arrived(std::size_t index, const std::exception_ptr& failure) noexcept override {
    // Relaxed: decides who publishes; the answer is published by the reply.
    if (decided_.exchange(true, std::memory_order_relaxed)) return;
    channel.producer->claim();
    if (failure)
      channel.producer->store_error(failure);
    else
      channel.producer->store([&] { return index; });
    channel.producer.publish();
  }
  std::atomic<bool> decided_{false};
};

/// `race`: the first value. If all fail, the failure of the first future in the list.
template <class T>
class first_value final : public arrival_order {
 public:
  explicit first_value(std::vector<future<T>> racing) : pending_{racing.size()}, racing_{std::move(racing)} {}
  reply_channel<T> channel;

 private:
  void arrived(std::size_t index, const std::exception_ptr& failure) noexcept override {
    future_state_base& state = future_access::handle(racing_[index]).state();
    if (failure) {
      // Relaxed: as in `first_ready`.
      if (decided_.exchange(true, std::memory_order_relaxed)) return;
      channel.producer->claim();
      channel.producer->store_error(failure);
      channel.producer.publish();
    } else if (has_failed(state)) {
      // Acquires and releases the outcomes: the last failure, if no value came, lets this thread read the others.
      if (pending_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
      if (!decided_.exchange(true, std::memory_order_relaxed)) publish(std::move(racing_[0]));
      // Relaxed: as in `first_ready`.
    } else if (!decided_.exchange(true, std::memory_order_relaxed)) {
      publish(std::move(racing_[index]));
    }
  }
  static bool has_failed(future_state_base& state) noexcept {
    if (state.published()) {
      if (state.error()) state.observe();  // passed over, or the answer
      return static_cast<bool>(state.error());
    }
    return static_cast<bool>(state.absent_source());  // of the parent process: reading throws
  }
  void publish(future<T> chosen) noexcept {
    channel.producer->claim();
    try {
      future_state<T>& reply = *channel.producer;
      reply.set_lazy(new forwarded_value<T>{reply, future_access::take(std::move(chosen))});
    } catch (...) {
      channel.producer->store_error(std::current_exception());
      channel.producer.publish();
    }
  }

  std::atomic<std::size_t> pending_;  // those that have not failed
  std::atomic<bool> decided_{false};
  std::vector<future<T>> racing_;  // each entry touches its own; the last one any of them
};

}  // namespace vicar::detail

#endif
