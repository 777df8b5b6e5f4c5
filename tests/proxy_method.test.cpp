// SPDX-License-Identifier: BSL-1.0
#include <vicar/proxy_method.hpp>

#include <chrono>
#include <concepts>
#include <exception>
#include <functional>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/tracked.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::log_capture;
using support::started;
using support::tally;
using support::thrown_by;
using support::tracked;
using vicar::actor_dead_error;
using vicar::future;

namespace {

class worker {
 public:
  int add(int a, int b) { return a + b; }
  int add(int a) { return a + 1; }
  std::string join(const std::string& a, const std::string& b = "b") { return a + b; }
  template <class T>
  std::size_t size_of(const T&) {
    return sizeof(T);
  }
  int fallible(int value, bool fails) {
    if (fails) throw std::domain_error{"as told"};
    return value;
  }
  void fail(std::exception_ptr failure) { std::rethrow_exception(failure); }
  std::unique_ptr<int> pass(std::unique_ptr<int> value) { return value; }
  int take(tracked&& value, int plus = 0) { return value.value + plus; }
  void raise(int& counter) { ++counter; }
  void note(int value) { notes.push_back(value); }
  std::vector<int> all() const { return notes; }
  std::thread::id thread() const { return std::this_thread::get_id(); }
  void hold(std::latch& entered, std::latch& open) {
    entered.count_down();
    open.wait();
  }
  int sum(const std::vector<int>& values, int start = 0) {
    for (const int each : values) start += each;
    return start;
  }
  static int fixed(int value = 3) { return value; }

  std::vector<int> notes;
};

}  // namespace

VICAR_PROXY(worker, add, join, size_of, fallible, fail, pass, take, raise, note, all, thread, hold, sum, fixed)

TEST_CASE("a method is called by name on the actor's thread") {
  const started<worker> actor;
  CHECK(actor.proxy->add(1, 2).get() == 3);
  CHECK(actor.proxy->add(1).get() == 2);
  CHECK(actor.proxy->thread().get() != std::this_thread::get_id());
  CHECK(actor.proxy->thread().get() == actor.proxy.call(&worker::thread).get());
  STATIC_REQUIRE(std::same_as<decltype(actor.proxy->add(1)), future<int>>);
}

TEST_CASE("arguments are converted as in a direct call") {
  const started<worker> actor;
  CHECK(actor.proxy->join("a").get() == "ab");
  CHECK(actor.proxy->join("a", std::string{"c"}).get() == "ac");
  CHECK(actor.proxy->add(short{1}, 'b').get() == 1 + 'b');
  CHECK(actor.proxy->size_of(std::string{}).get() == sizeof(std::string));
  CHECK(actor.proxy->sum(std::vector{1, 2}).get() == 3);
  CHECK(actor.proxy->sum(std::vector{1, 2}, 10).get() == 13);
  CHECK(actor.proxy->fixed().get() == 3);
  CHECK(actor.proxy->fixed(4).get() == 4);
}

namespace {
// The explicit constructors are better matches for an int, and a direct call ignores them.
struct amount {
  amount(long) {}  // NOLINT(google-explicit-constructor): converts
  explicit amount(int) : by_explicit{true} {}
  bool by_explicit = false;
};
struct measure {
  explicit operator double() const { return 1; }
  operator float() const { return 2; }  // NOLINT(google-explicit-constructor): converts
};
struct cashier {
  bool by_explicit(amount given) { return given.by_explicit; }
  bool by_explicit_reference(const amount& given) { return given.by_explicit; }
  double converted(double given) { return given; }
  void on_receive(const amount& given) { last = given; }
  amount last{0L};
};
}  // namespace
VICAR_PROXY(cashier, by_explicit, by_explicit_reference, converted, last)

namespace {
struct printer {
  std::string print(fmt::string_view text) { return {text.data(), text.size()}; }
};
}  // namespace
VICAR_PROXY(printer, print)

TEST_CASE("a text passed to a view of another library is kept in the message") {
  const started<printer> actor;
  std::latch door{1};
  actor.ref.defer([&](printer&) { door.wait(); });
  char text[] = "text";
  const char* const pointer = text;
  const vicar::future<std::string> of_array = actor.proxy->print(text);
  const vicar::future<std::string> of_pointer = actor.proxy->print(pointer);
  text[0] = 'n';
  door.count_down();
  CHECK(of_array.get() == "text");
  CHECK(of_pointer.get() == "text");
}

TEST_CASE("an argument is not converted by an explicit constructor") {
  const started<cashier> actor;
  CHECK_FALSE(cashier{}.by_explicit(5));
  CHECK_FALSE(actor.proxy->by_explicit(5).get());
  CHECK_FALSE(actor.proxy->by_explicit_reference(5).get());
  CHECK_FALSE(actor.proxy.call(&cashier::by_explicit, 5).get());
  CHECK_FALSE(actor.proxy.call<&cashier::by_explicit>(5).get());
  CHECK_FALSE(actor.proxy.call([](cashier&, amount given) { return given.by_explicit; }, 5).get());
  CHECK(cashier{}.converted(measure{}) == 2);
  CHECK(actor.proxy->converted(measure{}).get() == 2);
  actor.proxy->last = 5;
  CHECK_FALSE(actor.proxy->last.get().by_explicit);
  actor.ref.tell(5);
  CHECK_FALSE(actor.proxy->last.get().by_explicit);
}

TEST_CASE("defer calls a method for its effect, in the order of sending") {
  const started<worker> actor;
  for (int i = 0; i < 10; ++i) actor.proxy->note.defer(i);
  CHECK(actor.proxy->all().get() == std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  actor.proxy->join.defer("default argument");
  STATIC_REQUIRE(std::is_void_v<decltype(actor.proxy->note.defer(1))>);
}

TEST_CASE("move-only arguments and results work by name") {
  const started<worker> actor;
  CHECK(*actor.proxy->pass(std::make_unique<int>(5)).get() == 5);
  actor.proxy->pass.defer(std::make_unique<int>(5));
  tally counts;
  CHECK(actor.proxy->take(tracked{counts, 1}).get() == 1);
  CHECK(actor.proxy->take(tracked{counts, 1}, 2).get() == 3);
  CHECK(counts.copies == 0);
  const tracked value{counts, 6};
  CHECK(actor.proxy->take(value).get() == 6);
  CHECK(counts.copies == 1);
}

TEST_CASE("std::ref shares an argument by name") {
  const started<worker> actor;
  int counter = 0;
  actor.proxy->raise(std::ref(counter)).get();
  CHECK(counter == 1);
}

TEST_CASE("a copy that throws reaches the caller by name") {
  const started<worker> actor;
  tally counts;
  const tracked value{counts, 6};
  counts.copy_throws = true;
  CHECK(error_text<std::runtime_error>([&] { return actor.proxy->take(value); }) == "the copy failed");
  CHECK(error_text<std::runtime_error>([&] { actor.proxy->take.defer(value); }) == "the copy failed");
  CHECK(counts.alive == 1);
  CHECK(actor.proxy->add(1).get() == 2);
}

TEST_CASE("an exception comes back as the same object, and the next call works") {
  const started<worker> actor;
  const std::exception_ptr failure = std::make_exception_ptr(std::out_of_range{"far"});
  CHECK(thrown_by([&] { actor.proxy->fail(failure).get(); }) == failure);
  CHECK(error_text<std::domain_error>([&] { return actor.proxy->fallible(1, true).get(); }) == "as told");
  CHECK(actor.proxy->fallible(1, false).get() == 1);
}

TEST_CASE("errors have the name of the method, overloaded or not") {
  std::latch entered{1};
  std::latch open{1};
  const started<worker> actor;
  actor.proxy->hold.defer(std::ref(entered), std::ref(open));
  entered.wait();
  const auto late = [&](auto answer) { return error_text<vicar::timeout_error>([&] { return answer.get(0s); }); };
  CHECK(late(actor.proxy->sum(std::vector{1}, 2)) == containing("did not answer sum ", "has been running hold"));
  CHECK(late(actor.proxy->add(1)) == containing("did not answer add "));
  CHECK(late(actor.proxy->join("a")) == containing("did not answer join "));
  CHECK(late(actor.proxy->size_of(1)) == containing("did not answer size_of "));
  CHECK(late(actor.proxy->fixed(1)) == containing("did not answer fixed "));
  CHECK(late(actor.proxy->fixed()) == containing("did not answer fixed "));
  open.count_down();
}

TEST_CASE("a method of a dead actor throws actor_dead_error with its name") {
  const vicar::actor_proxy<worker> proxy = vicar::start<worker>().proxy();
  CHECK(proxy.stop().get());
  const std::string urn = proxy.ref().urn();
  CHECK(error_text<actor_dead_error>([&] { return proxy->add(1).get(); }) ==
        containing("vicar: ", "worker", urn, "add"));
  CHECK(error_text<actor_dead_error>([&] { return proxy->sum(std::vector{1}, 1).get(); }) == containing("sum"));
  CHECK(error_text<actor_dead_error>([&] { proxy->note.defer(1); }) == containing("worker", urn, "note"));
}

TEST_CASE("a deferred exception ends the actor and is logged with the method's name") {
  const log_capture log{vicar::log_level::error};
  const started<worker> actor;
  actor.proxy->fallible.defer(1, true);
  CHECK_THROWS_AS(actor.proxy->add(1).get(), actor_dead_error);
  REQUIRE(log.lines().size() == 1);
  CHECK(log.lines()[0].message == containing("worker", actor.ref.urn(), "fallible"));
  CHECK(log.lines()[0].exception == "as told");
}

TEST_CASE("a method that waits for its own actor gets a deadlock_error with the method's name") {
  const started<worker> actor;
  const auto answer = actor.proxy.call([proxy = actor.proxy](worker&) { return proxy->sum(std::vector{1}, 1).get(); });
  CHECK(error_text<vicar::deadlock_error>([&] { return answer.get(); }) ==
        containing("worker", actor.ref.urn(), "sum"));
}
