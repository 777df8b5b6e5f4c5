// SPDX-License-Identifier: BSL-1.0
// The server of http_server.cpp with callbacks instead of coroutines, in short: one thread, and answers from actors.
//
//   http_callbacks [port [file]]   0, the default, is any free port; it is printed
//
//   GET /count                     how often this was asked
//   GET /file                      the file's text; if it cannot be read, the actor's exception as status 500
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include <fmt/core.h>
#include <asio.hpp>

#include <vicar/asio.hpp>
#include <vicar/vicar.hpp>

#include "http.hpp"
#include "http_actors.hpp"

using asio::ip::tcp;

struct actors {
  vicar::actor_proxy<counter> visits;
  vicar::actor_proxy<archive> files;
};

/// One connection. It lives as long as an operation of it is pending.
class session : public std::enable_shared_from_this<session> {
 public:
  session(tcp::socket connection, const actors& all) : connection_{std::move(connection)}, actors_{all} {}

  void read() {
    asio::async_read_until(connection_, asio::dynamic_buffer(received_, http::longest_head), "\r\n\r\n",
                           [me = shared_from_this()](const asio::error_code& failed, std::size_t head) {
                             if (!failed) return me->answer(head);
                             me->keep_alive_ = false;
                             if (failed == asio::error::not_found) me->write({431, {}});  // it does not fit
                           });
  }

 private:
  void answer(std::size_t head) {
    const http::parsed parsed = http::parse_head(received_.substr(0, head));
    received_.erase(0, head);
    keep_alive_ = parsed.request && parsed.request->keep_alive && parsed.request->body_size == 0;
    if (!parsed.request) return write({parsed.status, {}});
    if (parsed.request->method != "GET") return write({405, {}});
    if (parsed.request->target == "/count") {
      ask(actors_.visits->next());
    } else if (parsed.request->target == "/file") {
      ask(actors_.files->read());
    } else {
      write({404, {}});
    }
  }

  /// The handler runs in the loop, when the actor has answered.
  template <class T>
  void ask(vicar::future<T> answer) {
    vicar::async_wait(
        std::move(answer),
        asio::bind_executor(connection_.get_executor(), [me = shared_from_this()](vicar::future<T> ready) {
          try {
            me->write({200, fmt::format("{}", std::move(ready).get())});
          } catch (const std::exception& error) {
            me->write({500, error.what()});
          }
        }));
  }

  void write(const http::response& sent) {
    text_ = http::to_text(sent, keep_alive_);
    asio::async_write(connection_, asio::buffer(text_),
                      [me = shared_from_this()](const asio::error_code& failed, std::size_t) {
                        if (failed) return;
                        if (me->keep_alive_) return me->read();
                        asio::error_code gone;
                        if (!me->connection_.shutdown(tcp::socket::shutdown_send, gone)) me->drain();
                      });
  }

  /// Closing a connection with unread input resets it, and the client may lose the answer.
  void drain() {
    connection_.async_read_some(asio::buffer(rest_),
                                [me = shared_from_this()](const asio::error_code& failed, std::size_t) {
                                  if (!failed) me->drain();
                                });
  }

  tcp::socket connection_;
  const actors& actors_;
  std::string received_;
  std::string text_;
  std::array<char, 4096> rest_;
  bool keep_alive_ = true;
};

class listener {
 public:
  listener(asio::io_context& loop, unsigned short port, std::string path)
      : actors_{vicar::start<counter>().proxy(), vicar::start<archive>(std::move(path)).proxy()},
        acceptor_{loop, {asio::ip::address_v4::loopback(), port}} {}

  unsigned short port() const { return acceptor_.local_endpoint().port(); }
  void accept() {
    acceptor_.async_accept([this](const asio::error_code& failed, tcp::socket connection) {
      if (failed) return;
      std::make_shared<session>(std::move(connection), actors_)->read();
      accept();
    });
  }

 private:
  actors actors_;
  tcp::acceptor acceptor_;
};

int main(int count, char** arguments) {
  asio::io_context loop;
  listener web{loop, static_cast<unsigned short>(count > 1 ? std::atoi(arguments[1]) : 0),
               count > 2 ? arguments[2] : ""};
  fmt::print("http://127.0.0.1:{}\n", web.port());
  std::fflush(stdout);
  web.accept();
  asio::signal_set signals{loop, SIGINT, SIGTERM};
  signals.async_wait([&](const asio::error_code&, int) { loop.stop(); });
  loop.run();
  vicar::registry::stop_all();  // their last answers go to the loop, which has to be there
}
