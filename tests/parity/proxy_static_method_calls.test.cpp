// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <concepts>
#include <exception>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"

using support::error_text;
using support::log_capture;
using support::started;
using support::thrown_by;
using vicar::future;
using vicar::promise;

namespace {

class till {
  VICAR_PROXY_MEMBERS(change, put, content, jam, take, content_after_this)

 public:
  int change(int price, int given) const { return given - price; }
  void put(int coins) { content_ += coins; }
  int content() const { return content_; }
  void jam(std::exception_ptr how) { std::rethrow_exception(how); }
  int take(int coins) {
    if (coins > content_) throw std::length_error{"not that much"};
    return content_ -= coins;
  }

  /// Calls itself, and continues before it handles its own call.
  future<int> content_after_this() {
    const future<int> later = vicar::self(*this).proxy()->content();
    content_ += 100;
    return later;
  }

 private:
  int content_ = 0;
};

/// Reports which of its hooks ran.
class watched_till : public till {
 public:
  watched_till(promise<std::exception_ptr>& failure, promise<void>& end) : failure_{failure}, end_{end} {}
  void on_failure(std::exception_ptr failure) { failure_.set_value(std::move(failure)); }
  void on_stop() { end_.set_value(); }

 private:
  promise<std::exception_ptr>& failure_;
  promise<void>& end_;
};

}  // namespace

TEST_CASE("a called method answers with what it returns, however it is named") {
  const started<till> actor;
  CHECK(actor.proxy->change(3, 5).get() == 2);
  CHECK(actor.proxy.call(&till::change, 3, 10).get() == 7);
  CHECK(actor.proxy.call<&till::change>(3, 20).get() == 17);
  STATIC_REQUIRE(std::same_as<decltype(actor.proxy->change(3, 5)), future<int>>);
}

TEST_CASE("what a called method has done to the actor is there when it has answered") {
  const started<till> actor;
  actor.proxy->put(1).get();
  CHECK(actor.proxy->content().get() == 1);
  actor.proxy.call(&till::put, 10).get();
  CHECK(actor.proxy->content().get() == 11);
  actor.proxy.call<&till::put>(100).get();
  CHECK(actor.proxy->content().get() == 111);
}

TEST_CASE("what a deferred method does to the actor is seen by the next call") {
  const started<till> actor;
  actor.proxy->put.defer(1);
  CHECK(actor.proxy->content().get() == 1);
  actor.proxy.defer(&till::put, 10);
  CHECK(actor.proxy->content().get() == 11);
  actor.proxy.defer<&till::put>(100);
  CHECK(actor.proxy->content().get() == 111);
  STATIC_REQUIRE(std::is_void_v<decltype(actor.proxy->put.defer(1))>);
}

TEST_CASE("the exception of a called method is rethrown by its future, with its type and as the same object") {
  promise<std::exception_ptr> failure;
  promise<void> end;
  const started<watched_till> actor{failure, end};
  CHECK(error_text<std::length_error>([&] { return actor.proxy->take(1).get(); }) == "not that much");
  const std::exception_ptr how = std::make_exception_ptr(std::domain_error{"jammed"});
  const future<void> answer = actor.proxy->jam(how);
  CHECK(thrown_by([&] { answer.get(); }) == how);
  CHECK(thrown_by([&] { answer.get(); }) == how);
  CHECK(actor.proxy->content().get() == 0);
  CHECK_FALSE(failure.get_future().ready());
}

TEST_CASE("the exception of a deferred method is handed to on_failure and ends the actor") {
  const log_capture quiet;
  promise<std::exception_ptr> failure;
  promise<void> end;
  const started<watched_till> actor{failure, end};
  const std::exception_ptr how = std::make_exception_ptr(std::domain_error{"jammed"});
  actor.proxy->jam.defer(how);
  const future<int> after = actor.proxy->content();
  actor.ref.stop().wait();
  CHECK_THROWS_AS(after.get(), vicar::actor_dead_error);
  REQUIRE(failure.get_future().ready());
  CHECK(failure.get_future().get() == how);
  CHECK_FALSE(end.get_future().ready());
}

TEST_CASE("an actor puts work into its own future through a proxy of itself") {
  const started<till> actor;
  const future<int> later = actor.proxy->content_after_this();
  CHECK(later.get() == 100);
}
