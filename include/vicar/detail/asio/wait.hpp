// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_ASIO_WAIT_HPP
#define VICAR_DETAIL_ASIO_WAIT_HPP

#include <atomic>
#include <type_traits>
#include <utility>

#include <vicar/detail/asio/library.hpp>
#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/compose/watcher.hpp>
#include <vicar/future.hpp>

// NOLINTNEXTLINE(modernize-concat-nested-namespaces): the macro stands for one of two names
namespace vicar::detail {

VICAR_ASIO_NAMESPACE_BEGIN

/// `async_wait`: a handler that is posted when a future is ready, or when the operation is cancelled.
template <class T, class Handler>
class asio_wait final : public watcher, public counted<asio_wait<T, Handler>> {
  using executor_type = net::associated_executor_t<Handler>;
  static_assert(!std::is_same_v<executor_type, net::system_executor>,
                "vicar: this handler has no executor, and would run on the thread that answers; name one: "
                "bind_executor(executor, handler)");

 public:
  template <class Given>
  static void begin(future<T> source, Given&& handler) {
    const auto wait = counted_handle<asio_wait>::adopt(new asio_wait{std::move(source), std::forward<Given>(handler)});
    auto slot = net::get_associated_cancellation_slot(wait->handler_);
    if (slot.is_connected()) slot.assign([wait](net::cancellation_type) { wait->complete(); });
    wait->retain();  // for `settled`
    wait->watch();
  }

 private:
  using work_type =
      std::decay_t<decltype(net::prefer(std::declval<executor_type>(), net::execution::outstanding_work.tracked))>;
  friend counted<asio_wait>;

  template <class Given>
  asio_wait(future<T> source, Given&& handler)
      : watcher{future_access::handle(source).state()},
        source_{std::move(source)},
        handler_{std::forward<Given>(handler)},
        work_{net::prefer(net::get_associated_executor(handler_), net::execution::outstanding_work.tracked)} {}
  ~asio_wait() = default;

  void settled() noexcept override {
    complete();
    this->release();
  }
  void complete() noexcept {
    // Acquires nothing: the handler is posted by one of two threads, each of which sees it.
    if (completed_.exchange(true, std::memory_order_relaxed)) return;
    net::post(work_, [wait = counted_handle<asio_wait>{*this}] { wait->run(); });
  }
  void run() {
    // All of it first: the handler may begin another operation in the same slot, and end the executor's work.
    net::get_associated_cancellation_slot(handler_).clear();
    const work_type work = std::move(work_);
    Handler handler = std::move(handler_);
    future<T> source = this->failure() ? make_failed_future<T>(this->failure()) : std::move(source_);
    std::move(handler)(std::move(source));
  }

  std::atomic<bool> completed_{false};
  future<T> source_;
  Handler handler_;
  work_type work_;
};

VICAR_ASIO_NAMESPACE_END

}  // namespace vicar::detail

#endif
