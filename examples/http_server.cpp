// SPDX-License-Identifier: BSL-1.0
// An HTTP/1.1 server on one thread, whose answers come from actors: a slow actor delays only the requests for it.
//
//   http_server [port [file]]   0, the default, is any free port; it is printed
//
//   GET  /count                 how often this was asked
//   GET  /file                  the file's text; if it cannot be read, the actor's exception as status 500
//   POST /echo                  the body, in capital letters
//
// It listens on the loopback address only, and ends after SIGINT or SIGTERM.
#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include <fmt/core.h>
#include <asio.hpp>

#include <vicar/asio.hpp>
#include <vicar/vicar.hpp>

#include "http.hpp"
#include "http_actors.hpp"

using asio::ip::tcp;

class printer {
 public:
  std::string capitals(std::string text) const {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    return text;
  }
};
VICAR_PROXY(printer, capitals)

class server {
 public:
  explicit server(std::string path) : archive_{vicar::start<archive>(std::move(path)).proxy()} {}

  /// Waits for an actor's answer without blocking the thread of the loop.
  asio::awaitable<http::response> answer(http::request asked) {
    const bool get = asked.method == "GET";
    if (asked.target == "/count" && get) {
      vicar::future<int> count = co_await vicar::async_wait(counter_->next(), asio::use_awaitable);
      co_return http::response{200, std::to_string(count.get())};
    }
    if (asked.target == "/file" && get) {
      vicar::future<std::string> text = co_await vicar::async_wait(archive_->read(), asio::use_awaitable);
      co_return http::response{200, text.get()};
    }
    if (asked.target == "/echo" && asked.method == "POST") {
      vicar::future<std::string> echo =
          co_await vicar::async_wait(printer_->capitals(std::move(asked.body)), asio::use_awaitable);
      co_return http::response{200, echo.get()};
    }
    const bool known = asked.target == "/count" || asked.target == "/file" || asked.target == "/echo";
    co_return http::response{known ? 405 : 404, {}};
  }

  asio::awaitable<void> serve(tcp::socket connection) {
    std::string received;
    for (bool goes_on = true; goes_on;) {
      http::response sent;
      try {
        const std::size_t head = co_await asio::async_read_until(
            connection, asio::dynamic_buffer(received, http::longest_head), "\r\n\r\n", asio::use_awaitable);
        http::parsed parsed = http::parse_head(received.substr(0, head));
        received.erase(0, head);
        goes_on = parsed.request && parsed.request->keep_alive;
        if (parsed.request) {
          http::request& asked = *parsed.request;
          if (received.size() < asked.body_size) {
            const std::size_t missing = asked.body_size - received.size();
            co_await asio::async_read(connection, asio::dynamic_buffer(received), asio::transfer_exactly(missing),
                                      asio::use_awaitable);
          }
          asked.body = received.substr(0, asked.body_size);
          received.erase(0, asked.body_size);
          sent = co_await answer(std::move(asked));
        } else {
          sent.status = parsed.status;
        }
      } catch (const asio::system_error& error) {
        if (error.code() != asio::error::not_found) co_return;  // the client is gone
        sent.status = 431;                                      // the head does not fit into the buffer
        goes_on = false;
      } catch (const std::exception& error) {  // of an actor
        sent.status = 500;
        sent.body = error.what();
      }
      const std::string text = http::to_text(sent, goes_on);
      co_await asio::async_write(connection, asio::buffer(text), asio::use_awaitable);
    }
    // Closing a connection with unread input resets it, and the client may lose the answer.
    connection.shutdown(tcp::socket::shutdown_send);
    for (std::array<char, 4096> rest;;) co_await connection.async_read_some(asio::buffer(rest), asio::use_awaitable);
  }

  asio::awaitable<void> listen(tcp::acceptor& acceptor) {
    while (acceptor.is_open()) {
      tcp::socket connection = co_await acceptor.async_accept(asio::use_awaitable);
      const auto executor = connection.get_executor();
      asio::co_spawn(executor, serve(std::move(connection)), [](const std::exception_ptr&) {});  // the client is gone
    }
  }

 private:
  vicar::actor_proxy<counter> counter_ = vicar::start<counter>().proxy();
  vicar::actor_proxy<archive> archive_;
  vicar::actor_proxy<printer> printer_ = vicar::start<printer>().proxy();
};

int main(int count, char** arguments) {
  const auto port = static_cast<unsigned short>(count > 1 ? std::atoi(arguments[1]) : 0);
  asio::io_context loop;
  tcp::acceptor acceptor{loop, {asio::ip::address_v4::loopback(), port}};
  fmt::print("http://127.0.0.1:{}\n", acceptor.local_endpoint().port());
  std::fflush(stdout);

  server actors{count > 2 ? arguments[2] : ""};
  asio::co_spawn(loop, actors.listen(acceptor), [](const std::exception_ptr&) {});
  asio::signal_set signals{loop, SIGINT, SIGTERM};
  signals.async_wait([&](const asio::error_code&, int) { loop.stop(); });
  loop.run();
  vicar::registry::stop_all();  // their last answers go to the loop, which has to be there
}
