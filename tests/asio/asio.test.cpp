// SPDX-License-Identifier: BSL-1.0
// Compiled with Asio, and with Boost.Asio.
#include <vicar/asio.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

#if VICAR_ASIO_BOOST
#include <boost/asio.hpp>
#else
#include <asio.hpp>
#endif
#include <support/catch.hpp>
#include <support/expect.hpp>
#include <support/tasks.hpp>
#include <vicar/vicar.hpp>

#if VICAR_ASIO_BOOST
namespace net = boost::asio;
using boost::system::error_code;
using boost::system::system_error;
#else
namespace net = asio;
using asio::error_code;
using asio::system_error;
#endif
using net::ip::tcp;
using support::error_text;
using support::gate;
using support::source;

namespace {

/// A loop on a thread of its own.
class loop_thread {
 public:
  loop_thread() : work_{net::make_work_guard(loop)}, thread_{[this] { loop.run(); }} {}
  ~loop_thread() {
    work_.reset();
    thread_.join();
  }
  loop_thread(const loop_thread&) = delete;
  loop_thread& operator=(const loop_thread&) = delete;

  std::thread::id id() const { return thread_.get_id(); }

  net::io_context loop;

 private:
  net::executor_work_guard<net::io_context::executor_type> work_;
  std::thread thread_;
};

tcp::endpoint any_port() { return {net::ip::address_v4::loopback(), 0}; }

/// Runs operations of Asio in coroutines.
class client {
 public:
  explicit client(net::io_context& loop) : loop_{&loop} {}

  vicar::task<bool> wait() {
    const std::thread::id before = std::this_thread::get_id();
    net::steady_timer timer{*loop_, std::chrono::milliseconds{1}};
    co_await timer.async_wait(vicar::use_future);
    co_return std::this_thread::get_id() == before;
  }
  vicar::task<std::string> accept_and_read(tcp::acceptor* acceptor) {
    tcp::socket socket = co_await acceptor->async_accept(vicar::use_future);
    char text[16];
    const std::size_t size = co_await socket.async_read_some(net::buffer(text), vicar::use_future);
    co_return std::string(text, size);
  }
  vicar::task<std::string> accept_closed(tcp::acceptor* acceptor) {
    acceptor->close();
    try {
      tcp::socket socket = co_await acceptor->async_accept(vicar::use_future);
    } catch (const system_error& error) {
      co_return error.code() == net::error::bad_descriptor ? "bad descriptor" : error.what();
    }
    co_return "accepted";
  }
  void nothing() {}

 private:
  net::io_context* loop_;
};

/// What a coroutine was when its buffer was destroyed.
struct watched_buffer {
  std::atomic<int>* ended;
  int* ended_before;
  char bytes[16] = {};

  watched_buffer(std::atomic<int>* count, int* before) : ended{count}, ended_before{before} {}
  watched_buffer(const watched_buffer&) = delete;
  watched_buffer& operator=(const watched_buffer&) = delete;
  ~watched_buffer() { *ended_before = ended->load(); }
};

/// An operation that ends when it is cancelled, and not before.
template <class Token>
auto async_until_cancelled(net::io_context& loop, std::atomic<int>& ended, std::latch& begun, Token&& token) {
  return net::async_initiate<Token, void(error_code, int)>(
      [&](auto handler) {
        auto slot = net::get_associated_cancellation_slot(handler);
        auto kept = std::make_shared<decltype(handler)>(std::move(handler));
        slot.assign([kept, &loop, &ended](net::cancellation_type) {
          net::post(loop, [kept, &ended] {
            ++ended;
            (*kept)(net::error::operation_aborted, 0);
          });
        });
        begun.count_down();
      },
      token);
}

}  // namespace

VICAR_PROXY(client, wait, accept_and_read, accept_closed, nothing)

TEST_CASE("a coroutine of Asio awaits an actor's answer on its own thread") {
  net::io_context loop;
  const auto proxy = vicar::start<source>().proxy();
  const std::thread::id here = std::this_thread::get_id();
  std::exception_ptr failure;
  net::co_spawn(
      loop,
      [&]() -> net::awaitable<void> {
        int number = 0;
        for (int i = 0; i < 100; ++i) {
          vicar::future<int> answer = co_await vicar::async_wait(proxy->add_one(number), net::use_awaitable);
          CHECK(answer.ready());
          CHECK(std::this_thread::get_id() == here);
          number = answer.get();
        }
        CHECK(number == 100);
        vicar::future<int> failed = co_await vicar::async_wait(proxy->fail(), net::use_awaitable);
        CHECK(error_text<std::runtime_error>([&] { failed.get(); }) == "the source failed");
        vicar::future<std::unique_ptr<int>> made = co_await vicar::async_wait(proxy->make(3), net::use_awaitable);
        const std::unique_ptr<int> taken = std::move(made).get();
        CHECK(*taken == 3);
        vicar::future<void> none = co_await vicar::async_wait(proxy->nothing(), net::use_awaitable);
        none.get();
        vicar::future<int> known = co_await vicar::async_wait(vicar::make_ready_future(4), net::use_awaitable);
        CHECK(known.get() == 4);
      },
      [&](std::exception_ptr thrown) { failure = thrown; });
  loop.run();
  CHECK(failure == nullptr);
}

TEST_CASE("a handler runs on its executor, never at once, and gets what an actor that ended leaves") {
  net::io_context loop;
  const auto proxy = vicar::start<source>().proxy();
  std::string log;
  vicar::async_wait(vicar::make_ready_future(1), net::bind_executor(loop, [&](const vicar::future<int>& answer) {
                      log += std::to_string(answer.get());
                    }));
  CHECK(log.empty());
  CHECK(proxy.stop().get());
  vicar::async_wait(proxy->add_one(1), net::bind_executor(loop, [&](const vicar::future<int>& answer) {
                      log += vicar::exception_text(answer.exception());
                    }));
  loop.run();
  CHECK(log == support::containing("1", "source"));

  // The token of Asio for futures of the standard library.
  loop.restart();
  auto waited = vicar::async_wait(vicar::make_ready_future(5), net::bind_executor(loop, net::use_future));
  loop.run();
  CHECK(waited.get().get() == 5);
}

TEST_CASE("a pending wait is work of its loop, until it is cancelled") {
  net::io_context loop;
  gate<int> first;
  int got = 0;
  vicar::async_wait(first.future,
                    net::bind_executor(loop, [&](const vicar::future<int>& answer) { got = answer.get(); }));
  std::thread other{[&] { first.inside.set_value(7); }};
  loop.run();
  other.join();
  CHECK(got == 7);

  gate<int> never;
  net::cancellation_signal signal;
  std::optional<bool> ready;
  vicar::async_wait(never.future, net::bind_cancellation_slot(
                                      signal.slot(), net::bind_executor(loop, [&](const vicar::future<int>& answer) {
                                        CHECK_FALSE(ready);
                                        ready = answer.ready();
                                      })));
  loop.restart();
  net::post(loop, [&] {
    signal.emit(net::cancellation_type::all);
    never.inside.set_value(1);  // too late
  });
  loop.run();
  REQUIRE(ready);

  // What was cancelled before it was ready is not held by the loop.
  gate<int> later;
  vicar::async_wait(later.future, net::bind_cancellation_slot(
                                      signal.slot(), net::bind_executor(loop, [](const vicar::future<int>&) {})));
  signal.emit(net::cancellation_type::all);
  loop.restart();
  loop.run();
  later.inside.set_value(1);
}

TEST_CASE("an operation of Asio is awaited by a task on its actor's thread") {
  loop_thread other;
  const auto proxy = vicar::start<client>(other.loop).proxy();
  CHECK(proxy->wait().get());

  tcp::acceptor acceptor{other.loop, any_port()};
  const auto text = proxy->accept_and_read(&acceptor);
  tcp::socket socket{other.loop};
  socket.connect(acceptor.local_endpoint());
  net::write(socket, net::buffer("hello", 5));
  CHECK(text.get() == "hello");

  CHECK(proxy->accept_closed(&acceptor).get() == "bad descriptor");
  CHECK(proxy.stop().get());
}

TEST_CASE("an actor's end cancels what it awaits, on the operation's executor, before the buffer is destroyed") {
  loop_thread other;
  const auto proxy = vicar::start<client>(other.loop).proxy();
  tcp::acceptor acceptor{other.loop, any_port()};
  const auto text = proxy->accept_and_read(&acceptor);
  proxy->nothing().get();  // now it is suspended
  CHECK(proxy.stop().get());
  CHECK(error_text<vicar::actor_dead_error>([&] { text.get(); }) == support::containing("suspended"));

  std::atomic<int> ended{0};
  int ended_before = 0;
  std::latch begun{1};
  const auto second = vicar::start<client>(other.loop);
  const auto number = second.call([&](client&) -> vicar::task<int> {
    watched_buffer buffer{&ended, &ended_before};
    co_return co_await async_until_cancelled(other.loop, ended, begun,
                                             net::bind_executor(other.loop, vicar::use_future));
  });
  begun.wait();
  CHECK(second.stop().get());
  CHECK(error_text<vicar::actor_dead_error>([&] { number.get(); }) == support::containing("suspended"));
  CHECK(ended_before == 1);
}

TEST_CASE("an operation that has ended is not cancelled when its actor ends") {
  net::io_context loop;
  const auto proxy = vicar::start<client>(loop).proxy();
  const auto waited = proxy->wait();
  proxy->nothing().get();  // now it is suspended
  std::latch end{1};
  proxy.defer([&](client&) { end.wait(); });
  const auto stopped = proxy.stop();
  loop.run();  // the timer's handler; the task continues behind the request to stop
  end.count_down();
  CHECK(stopped.get());
  CHECK_THROWS_AS(waited.get(), vicar::actor_dead_error);
  loop.restart();
  CHECK(loop.poll() == 0);
}

TEST_CASE("outside a task, use_future gives a future") {
  net::io_context loop;
  net::steady_timer timer{loop, std::chrono::milliseconds{1}};
  const vicar::future<void> waited = timer.async_wait(vicar::use_future);
  loop.run();
  waited.get();

  timer.expires_after(std::chrono::hours{1});
  const vicar::future<void> cancelled = timer.async_wait(vicar::use_future);
  timer.cancel();
  loop.restart();
  loop.run();
  CHECK_THROWS_AS(cancelled.get(), system_error);

  const auto here = net::bind_executor(loop, vicar::use_future);
  const auto pair = net::async_initiate<decltype(here)&, void(int, std::string)>(
      [](auto handler) { std::move(handler)(3, "three"); }, here);
  CHECK(pair.get() == std::tuple{3, std::string{"three"}});
  const auto thrown = net::async_initiate<decltype(here)&, void(std::exception_ptr, int)>(
      [](auto handler) { std::move(handler)(std::make_exception_ptr(std::runtime_error{"no number"}), 0); }, here);
  CHECK(error_text<std::runtime_error>([&] { thrown.get(); }) == "no number");
}

TEST_CASE("an operation that its loop never runs breaks its promise") {
  vicar::future<void> waited;
  {
    net::io_context loop;
    waited = net::post(loop, vicar::use_future);
  }
  CHECK_THROWS_AS(waited.get(), vicar::broken_promise);
}
