// SPDX-License-Identifier: BSL-1.0
#include <future>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#if defined(VICAR_BENCHMARKS_BOOST_ASIO)
#include <boost/asio.hpp>
#else
#include <asio.hpp>
#endif

#include "drivers.hpp"
#include "posted_subject.hpp"
#include "subjects.hpp"

namespace benchmarks {

namespace {

#if defined(VICAR_BENCHMARKS_BOOST_ASIO)
namespace asio = boost::asio;
#endif

class asio_pool {
 public:
  ~asio_pool() { pool_.join(); }

  template <class Function>
  void post(Function function) {
    asio::post(pool_, std::move(function));
  }
  template <class Function>
  auto call(Function function) {
    return asio::post(pool_, asio::use_future(std::move(function)));
  }

 private:
  asio::thread_pool pool_{1};
};

/// Without the cost of `use_future`.
class asio_pool_with_promise {
 public:
  ~asio_pool_with_promise() { pool_.join(); }

  template <class Function>
  void post(Function function) {
    asio::post(pool_, std::move(function));
  }
  template <class Function>
  auto call(Function function) {
    using result = std::invoke_result_t<Function>;
    std::promise<result> promise;
    auto answer = promise.get_future();
    post([promise = std::move(promise), function = std::move(function)]() mutable {
      if constexpr (std::is_void_v<result>) {
        function();
        promise.set_value();
      } else {
        promise.set_value(function());
      }
    });
    return answer;
  }

 private:
  asio::thread_pool pool_{1};
};

class asio_context {
 public:
  ~asio_context() {
    guard_.reset();
    thread_.join();
  }

  template <class Function>
  void post(Function function) {
    asio::post(context_, std::move(function));
  }
  template <class Function>
  auto call(Function function) {
    return asio::post(context_, asio::use_future(std::move(function)));
  }

 private:
  asio::io_context context_{1};  // 1: only one thread runs it
  asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
  std::thread thread_{[this] { context_.run(); }};
};

}  // namespace

void add_asio(suite& all) {
  add_subject<posted_subject<asio_pool>>(all, "Asio thread_pool, use_future", "ABCDEFGI");
  // Nothing but its calls is different.
  add_subject<posted_subject<asio_pool_with_promise>>(all, "Asio thread_pool, promise", "AB");
  add_subject<posted_subject<asio_context>>(all, "Asio io_context", "ABCDEFGI");
}

}  // namespace benchmarks
