// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <latch>
#include <memory>
#include <new>
#include <optional>
#include <semaphore>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/failing_new.hpp"
#include "support/future_parts.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/threads.hpp"
#include "support/tracked.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::fixed;
using support::joined_thread;
using support::log_capture;
using support::on_threads;
using support::own_failure;
using support::started;
using support::tally;
using support::throwing_tracked;
using support::thrown_by;
using support::tracked;
using vicar::actor_dead_error;
using vicar::actor_proxy;
using vicar::actor_ref;
using vicar::future;

namespace {

struct left_base {
  int left = 1;
  int left_times(int factor) { return left * factor; }
};
struct right_base {
  int right = 2;
  int right_times(int factor) { return right * factor; }
};

struct alignas(128) over_aligned {
  int value = 0;
  bool in_place() const { return reinterpret_cast<std::uintptr_t>(this) % alignof(over_aligned) == 0; }
};

struct large {
  std::array<unsigned char, 6000> bytes{};
};

int triple(int value) { return value * 3; }
int size_of_array(const int* array) { return array[0] + array[1]; }

class calculator : public left_base, public right_base {
 public:
  int add(int a, int b) { return a + b; }
  int constant() const noexcept { return 42; }
  int lvalue_only(int value) & { return value + 1; }
  static int twice(int value) { return 2 * value; }
  void remember(int value) { remembered = value; }
  const std::string& text() const { return text_; }
  std::thread::id thread() const { return std::this_thread::get_id(); }
  int overloaded(int) { return 1; }
  int overloaded(const std::string&) { return 2; }
  template <class T>
  std::size_t size(T) {
    return sizeof(T);
  }

  std::unique_ptr<int> pass(std::unique_ptr<int> value) { return value; }
  int look(const std::unique_ptr<int>& value) { return *value; }
  fixed make_fixed(int value) { return fixed{value}; }
  int& reference() { return remembered; }
  void raise(int& counter) { ++counter; }
  bool aligned(over_aligned value) { return value.in_place() && value.value == 5; }
  over_aligned give_aligned() { return {6}; }
  unsigned sum(const large& value) {
    unsigned total = 0;
    for (const unsigned char each : value.bytes) total += each;
    return total;
  }
  large echo(large value) { return value; }
  int apply(int (*function)(int), int value) { return function(value); }
  std::string_view::size_type length(std::string text) { return text.size(); }

  int take(tracked value) { return value.value; }
  int take_reference(const tracked& value) { return value.value; }
  int take_rvalue(tracked&& value) { return value.value; }
  int take_throwing(const throwing_tracked& value) { return value.value; }
  tracked give(tracked value) { return value; }
  throwing_tracked give_throwing(throwing_tracked& source) { return std::move(source); }

  int fail_with(std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
    return 0;
  }
  void fail_own() { throw own_failure{7}; }
  void fail_int() { throw 13; }

  void hold(std::latch& entered, std::latch& open) {
    entered.count_down();
    open.wait();
  }

  int remembered = 0;
  const int unchanging = 3;
  std::array<int, 3> numbers{1, 2, 3};
  int matrix[2][2] = {{1, 2}, {3, 4}};
  std::vector<std::string> words;
  std::unique_ptr<int> owned;

 private:
  std::string text_ = "text";
};

class quiet {
 public:
  void ping() { ++pings; }
  int pings = 0;
};

static_assert(std::is_copy_constructible_v<actor_proxy<calculator>> &&
              std::is_nothrow_move_constructible_v<actor_proxy<calculator>>);
static_assert(!std::is_convertible_v<actor_ref<calculator>, actor_proxy<calculator>>);
static_assert(!std::is_convertible_v<actor_proxy<left_base>, actor_proxy<calculator>>);

}  // namespace

TEST_CASE("call sends a member function pointer and returns a future of its result") {
  const started<calculator> actor;
  CHECK(actor->call(&calculator::add, 2, 3).get() == 5);
  CHECK(actor->call(&calculator::constant).get() == 42);
  CHECK(actor->call(&calculator::lvalue_only, 1).get() == 2);
  CHECK(actor->call(&calculator::left_times, 5).get() == 5);
  CHECK(actor->call(&calculator::right_times, 5).get() == 10);
  CHECK(actor->call(&right_base::right_times, 6).get() == 12);
  actor->call(&calculator::remember, 8).get();
  CHECK(actor->call(&calculator::remembered).get() == 8);
}

TEST_CASE("call sends a constant member pointer") {
  const started<calculator> actor;
  CHECK(actor->call<&calculator::add>(2, 3).get() == 5);
  CHECK(actor->call<&calculator::constant>().get() == 42);
  CHECK(actor->call<&calculator::lvalue_only>(1).get() == 2);
  CHECK(actor->call<&calculator::right_times>(5).get() == 10);
  CHECK(actor->call<&calculator::twice>(4).get() == 8);
  CHECK(actor->call<&calculator::size<double>>(1.0).get() == sizeof(double));
}

TEST_CASE("call picks an overload with overload") {
  const started<calculator> actor;
  CHECK(actor->call(vicar::overload<int>(&calculator::overloaded), 1).get() == 1);
  CHECK(actor->call(vicar::overload<const std::string&>(&calculator::overloaded), "text").get() == 2);
  CHECK(actor->call<vicar::overload<int>(&calculator::overloaded)>(1).get() == 1);
}

TEST_CASE("call sends any function that takes the object first") {
  const started<calculator> actor;
  CHECK(actor->call([](calculator& object) { return object.add(1, 1); }).get() == 2);
  CHECK(actor->call([](calculator& object, int more) { return object.left + more; }, 4).get() == 5);
  CHECK(actor->call([](left_base& object) { return object.left; }).get() == 1);
  CHECK(actor->call([](auto& object, auto... values) { return (object.left + ... + values); }, 1, 2, 3).get() == 7);
  CHECK(actor->call(std::function<int(calculator&)>{[](calculator&) { return 3; }}).get() == 3);
  CHECK(actor->call([count = 0](calculator&) mutable { return ++count; }).get() == 1);
  CHECK(actor->call([kept = std::make_unique<int>(9)](calculator&) { return *kept; }).get() == 9);
}

TEST_CASE("messages run on the actor's thread, one after another, in the order of sending") {
  const started<calculator> actor;
  const std::thread::id its_own = actor->call(&calculator::thread).get();
  CHECK(its_own != std::this_thread::get_id());
  CHECK(actor->call<&calculator::thread>().get() == its_own);
  for (int i = 0; i < 100; ++i) {
    actor->defer([](calculator& object, int number) { object.words.push_back(std::to_string(number)); }, i);
  }
  const std::vector<std::string> words = actor->get(&calculator::words).get();
  REQUIRE(words.size() == 100);
  for (std::size_t i = 0; i < words.size(); ++i) CHECK(words[i] == std::to_string(i));
}

TEST_CASE("defer sends for the effect alone") {
  const started<calculator> actor;
  actor->defer(&calculator::remember, 1);
  CHECK(actor->get(&calculator::remembered).get() == 1);
  actor->defer<&calculator::remember>(2);
  CHECK(actor->get(&calculator::remembered).get() == 2);
  actor->defer([](calculator& object) { object.remembered = 3; });
  CHECK(actor->get(&calculator::remembered).get() == 3);
  actor->defer<&calculator::twice>(4);
  STATIC_REQUIRE(std::is_void_v<decltype(actor->defer(&calculator::add, 1, 2))>);
  CHECK(actor->call(&calculator::add, 1, 1).get() == 2);
}

TEST_CASE("get and set copy and assign fields on the actor's thread") {
  const started<calculator> actor;
  actor->set(&calculator::remembered, 5).get();
  CHECK(actor->get(&calculator::remembered).get() == 5);
  actor->set<&calculator::remembered>(6).get();
  CHECK(actor->get<&calculator::remembered>().get() == 6);
  CHECK(actor->get(&calculator::unchanging).get() == 3);
  CHECK(actor->get(&calculator::right).get() == 2);
  actor->set(&right_base::right, 20).get();
  CHECK(actor->get<&right_base::right>().get() == 20);
  CHECK(actor->get(&calculator::numbers).get() == std::array{1, 2, 3});
  CHECK(actor->get(&calculator::matrix).get() == std::array{std::array{1, 2}, std::array{3, 4}});
  actor->set(&calculator::words, {"brace", "list"}).get();
  CHECK(actor->get(&calculator::words).get() == std::vector<std::string>{"brace", "list"});
  actor->set<&calculator::words>({"one"}).get();
  CHECK(actor->get(&calculator::words).get() == std::vector<std::string>{"one"});
  actor->set(&calculator::owned, std::make_unique<int>(4)).get();
  CHECK(actor->call([](calculator& object) { return *object.owned; }).get() == 4);
  STATIC_REQUIRE(std::is_same_v<decltype(actor->get(&calculator::unchanging)), future<int>>);
  STATIC_REQUIRE(std::is_same_v<decltype(actor->set(&calculator::remembered, 1)), future<void>>);
}

TEST_CASE("a reference does the same as a proxy") {
  const started<calculator> actor;
  CHECK(actor.ref.call(&calculator::add, 2, 3).get() == 5);
  CHECK(actor.ref.call<&calculator::add>(2, 3).get() == 5);
  actor.ref.defer(&calculator::remember, 1);
  CHECK(actor.ref.get(&calculator::remembered).get() == 1);
  actor.ref.set<&calculator::remembered>(2).get();
  CHECK(actor.ref.get<&calculator::remembered>().get() == 2);
}

TEST_CASE("method binds the actor and one of its methods") {
  const started<calculator> actor;
  const auto add = actor->method<&calculator::add>();
  const auto copy = add;
  CHECK(copy(3, 4).get() == 7);
  actor->method<&calculator::remember>().defer(9);
  CHECK(actor->get(&calculator::remembered).get() == 9);
}

TEST_CASE("arguments are decayed and kept by value") {
  std::latch entered{1};
  std::latch open{1};
  const started<calculator> actor;
  actor->defer(&calculator::hold, std::ref(entered), std::ref(open));
  entered.wait();
  std::string text = "before";
  int number = 1;
  const auto length = actor->call(&calculator::length, text);
  const auto sum = actor->call(&calculator::add, number, number);
  text = "changed afterwards";
  number = 100;
  open.count_down();
  CHECK(length.get() == 6);
  CHECK(sum.get() == 2);
}

TEST_CASE("std::ref shares an argument") {
  const started<calculator> actor;
  int counter = 0;
  actor->call(&calculator::raise, std::ref(counter)).get();
  actor->call<&calculator::raise>(std::ref(counter)).get();
  CHECK(counter == 2);
  tally counts;
  const tracked value{counts, 4};
  CHECK(actor->call(&calculator::take_reference, std::cref(value)).get() == 4);
  CHECK(counts.copies == 0);
  CHECK(counts.moves == 0);
}

TEST_CASE("literals, arrays and functions decay to pointers") {
  const started<calculator> actor;
  CHECK(actor->call(&calculator::length, "literal").get() == 7);
  static const int array[2] = {3, 4};
  CHECK(actor->call([](calculator&, const int* values) { return size_of_array(values); }, array).get() == 7);
  CHECK(actor->call(&calculator::apply, triple, 5).get() == 15);
  CHECK(actor->call<&calculator::apply>(&triple, 5).get() == 15);
}

TEST_CASE("move-only types may be arguments and results") {
  const started<calculator> actor;
  auto answer = actor->call(&calculator::pass, std::make_unique<int>(6));
  CHECK(*std::move(answer).get() == 6);
  CHECK(*actor->call<&calculator::pass>(std::make_unique<int>(7)).get() == 7);
  CHECK(actor->call(&calculator::look, std::make_unique<int>(8)).get() == 8);
  actor->defer(&calculator::pass, std::make_unique<int>(9));
  CHECK(actor->call(&calculator::constant).get() == 42);
}

TEST_CASE("a result that can be neither copied nor moved is read in place") {
  const started<calculator> actor;
  const future<fixed> answer = actor->call(&calculator::make_fixed, 5);
  CHECK(answer.get().value == 5);
  CHECK(actor->call<&calculator::make_fixed>(6).map([](const fixed& made) { return made.value; }).get() == 6);
}

TEST_CASE("a result that is a reference is copied on the actor's thread") {
  const started<calculator> actor;
  const auto answer = actor->call(&calculator::reference);
  STATIC_REQUIRE(std::is_same_v<decltype(answer), const future<int>>);
  CHECK(answer.get() == 0);
  actor->set(&calculator::remembered, 4).get();
  CHECK(answer.get() == 0);
  CHECK(actor->call(&calculator::text).get() == "text");
}

TEST_CASE("an lvalue argument is copied once, an rvalue argument never") {
  const started<calculator> actor;
  tally counts;
  {
    const tracked value{counts, 3};
    CHECK(actor->call(&calculator::take_reference, value).get() == 3);
    CHECK(counts.copies == 1);
    CHECK(actor->call<&calculator::take_reference>(value).get() == 3);
    CHECK(counts.copies == 2);
    CHECK(actor->call([](calculator& object, tracked&& kept) { return object.take_rvalue(std::move(kept)); }, value)
              .get() == 3);
    CHECK(counts.copies == 3);
    actor->defer(&calculator::take, value);
    CHECK(actor->call(&calculator::take_rvalue, tracked{counts, 4}).get() == 4);
    CHECK(actor->call(&calculator::take, tracked{counts, 5}).get() == 5);
    CHECK(counts.copies == 4);
  }
  CHECK(counts.alive == 0);
}

TEST_CASE("an argument is moved only a few times, however it is sent") {
  const started<calculator> actor;
  tally counts;
  const auto moves_of = [&](auto send) {
    counts.moves = 0;
    send();
    return counts.moves.load();
  };
  constexpr int sensible = 5;
  CHECK(moves_of([&] { actor->call(&calculator::take_rvalue, tracked{counts}).get(); }) <= sensible);
  CHECK(moves_of([&] { actor->call<&calculator::take_rvalue>(tracked{counts}).get(); }) <= sensible);
  CHECK(moves_of([&] {
          actor->set([]() -> std::unique_ptr<int> calculator::* { return &calculator::owned; }(), nullptr).get();
        }) == 0);
  CHECK(moves_of([&] {
          actor->defer(&calculator::take_rvalue, tracked{counts});
          actor->call(&calculator::constant).get();
        }) <= sensible);
  CHECK(moves_of([&] { static_cast<void>(actor->call(&calculator::give, tracked{counts}).get()); }) <= sensible + 3);
}

TEST_CASE("the arguments are destroyed before the future is ready") {
  const started<calculator> actor;
  for (int round = 0; round < 200; ++round) {
    tally counts;
    const auto answer = actor->call(&calculator::take_reference, tracked{counts});
    CHECK(answer.get() == 0);
    CHECK(counts.alive == 0);
  }
}

TEST_CASE("a copy that throws reaches the caller, and the actor lives on") {
  const started<calculator> actor;
  tally counts;
  {
    const tracked value{counts, 3};
    counts.copy_throws = true;
    CHECK(error_text<std::runtime_error>([&] { return actor->call(&calculator::take, value); }) == "the copy failed");
    CHECK(error_text<std::runtime_error>([&] { return actor->call<&calculator::take>(value); }) == "the copy failed");
    CHECK(error_text<std::runtime_error>([&] { actor->defer(&calculator::take, value); }) == "the copy failed");
    CHECK(error_text<std::runtime_error>([&] { actor->defer<&calculator::take>(value); }) == "the copy failed");
    const throwing_tracked other{counts, 3};
    CHECK(error_text<std::runtime_error>([&] { return actor->call(&calculator::take_throwing, other); }) ==
          "the copy failed");
    CHECK(counts.alive == 2);
  }
  CHECK(counts.alive == 0);
  CHECK(actor->call(&calculator::add, 1, 1).get() == 2);
  CHECK(actor.ref.stats().processed == 1);
}

TEST_CASE("an argument whose move may throw is carried, and a move that throws reaches the caller") {
  const started<calculator> actor;
  tally counts;
  CHECK(actor->call(&calculator::take_throwing, throwing_tracked{counts, 6}).get() == 6);
  CHECK(counts.copies == 0);
  counts.move_throws = true;
  CHECK(error_text<std::runtime_error>(
            [&] { return actor->call(&calculator::take_throwing, throwing_tracked{counts, 6}); }) == "the move failed");
  CHECK(error_text<std::runtime_error>(
            [&] { actor->defer(&calculator::take_throwing, throwing_tracked{counts, 6}); }) == "the move failed");
  CHECK(counts.alive == 0);
  CHECK(actor->call(&calculator::add, 1, 1).get() == 2);
}

TEST_CASE("a result whose move throws becomes the future's exception") {
  const started<calculator> actor;
  tally counts;
  throwing_tracked source{counts, 6};
  counts.move_throws = true;
  const auto answer = actor->call(&calculator::give_throwing, std::ref(source));
  CHECK(error_text<std::runtime_error>([&] { return answer.get().value; }) == "the move failed");
  CHECK(counts.alive == 1);
  counts.move_throws = false;
  CHECK(actor->call(&calculator::give_throwing, std::ref(source)).get().value == 6);
}

TEST_CASE("over-aligned arguments and results lie where they have to") {
  const started<calculator> actor;
  for (int i = 0; i < 20; ++i) {
    CHECK(actor->call(&calculator::aligned, over_aligned{5}).get());
    actor->defer(&calculator::aligned, over_aligned{5});
    const auto answer = actor->call(&calculator::give_aligned);
    CHECK(answer.get().in_place());
    CHECK(answer.get().value == 6);
  }
}

TEST_CASE("large arguments and results arrive whole") {
  const started<calculator> actor;
  large value;
  value.bytes.fill(1);
  value.bytes.back() = 100;
  for (int i = 0; i < 20; ++i) {
    CHECK(actor->call(&calculator::sum, value).get() == 5999 + 100);
    CHECK(actor->call(&calculator::echo, value).get().bytes == value.bytes);
    actor->defer(&calculator::sum, value);
  }
}

TEST_CASE("a failed allocation reaches the caller, and nothing is lost") {
  const started<calculator> actor;
  CHECK(actor->call(&calculator::sum, large{}).get() == 0);
  tally counts;
  const auto attempt = [&](auto send) {
    long failures = 0;
    for (const bool lasting : {false, true}) {
      support::joined_thread fresh{[&] {  // a thread without pooled memory of earlier replies
        for (long successes = 0;; ++successes, ++failures) {
          const support::failing_allocation fault{successes, lasting};
          try {
            send();
            if (!fault.happened()) return;
          } catch (const std::bad_alloc&) {
          }
        }
      }};
      fresh.join();
    }
    return failures;
  };
  CHECK(attempt([&] { static_cast<void>(actor.ref.call(&calculator::take, tracked{counts})); }) > 0);
  CHECK(attempt([&] { static_cast<void>(actor.ref.call(&calculator::sum, large{})); }) > 0);
  CHECK(attempt([&] { actor.ref.defer(&calculator::sum, large{}); }) > 0);
  CHECK(attempt([&] { static_cast<void>(actor.ref.get(&calculator::remembered)); }) > 0);
  CHECK(attempt([&] { static_cast<void>(actor_proxy<calculator>{actor.ref}); }) > 0);
  CHECK(actor->call(&calculator::add, 1, 1).get() == 2);
  CHECK(counts.alive == 0);
}

TEST_CASE("an exception reaches the caller as the same object, and the actor lives on") {
  const started<calculator> actor;
  const std::exception_ptr failure = std::make_exception_ptr(std::out_of_range{"far"});
  const auto answer = actor->call(&calculator::fail_with, failure);
  CHECK(thrown_by([&] { return answer.get(); }) == failure);
  CHECK(thrown_by([&] { return answer.get(); }) == failure);
  CHECK(thrown_by([&] { return actor->call<&calculator::fail_with>(failure).get(); }) == failure);
  CHECK(actor.ref.is_alive());
  CHECK(actor->call(&calculator::add, 1, 1).get() == 2);
  CHECK(actor.ref.stats().failed == 2);
}

TEST_CASE("an exception that is not a std::exception reaches the caller") {
  const started<calculator> actor;
  const auto own = actor->call(&calculator::fail_own);
  const auto code = [&] {
    try {
      own.get();
    } catch (const own_failure& caught) {
      return caught.code;
    }
    return 0;
  };
  CHECK(code() == 7);
  const auto number = actor->call(&calculator::fail_int);
  CHECK_THROWS_AS(number.get(), int);
  CHECK(actor->call(&calculator::add, 1, 1).get() == 2);
}

TEST_CASE("an exception that is returned to a caller is logged with the actor and the member") {
  const log_capture log{vicar::log_level::info};
  const started<calculator> actor{vicar::options{.name = "exact"}};
  CHECK_THROWS(actor->call<&calculator::fail_with>(std::make_exception_ptr(std::out_of_range{"far"})).get());
  bool found = false;
  for (const log_capture::line& each : log.lines()) {
    if (each.level != vicar::log_level::info) continue;
    found = true;
    CHECK(each.actor == "exact");
    CHECK(each.exception == "far");
    CHECK(each.message == containing("calculator", actor.ref.urn(), "fail_with"));
  }
  CHECK(found);
}

TEST_CASE("an exception of a deferred message ends the actor and is logged with the member") {
  const log_capture log{vicar::log_level::error};
  const started<calculator> actor;
  actor->defer<&calculator::fail_own>();
  const auto after = actor->call(&calculator::add, 1, 2);
  CHECK_THROWS_AS(after.get(), actor_dead_error);
  CHECK_FALSE(actor.ref.is_alive());
  REQUIRE(log.lines().size() == 1);
  CHECK(log.lines()[0].message == containing("Unhandled exception", "calculator", actor.ref.urn(), "fail_own"));
}

TEST_CASE("a timeout_error names the actor, the member, the running member and the mailbox depth") {
  std::latch entered{1};
  std::latch open{1};
  const started<calculator> actor;
  actor->defer<&calculator::hold>(std::ref(entered), std::ref(open));
  entered.wait();
  const auto answer = actor->call<&calculator::add>(1, 2);
  const std::string text = error_text<vicar::timeout_error>([&] { return answer.get(3ms); });
  CHECK(text == containing("vicar: ", "calculator (urn:uuid:", actor.ref.urn(), "did not answer add within 0.003 s",
                           "has been running hold", "1 message waits"));
  actor->defer<&calculator::add>(1, 2);
  CHECK(error_text<vicar::timeout_error>([&] { return answer.get(0s); }) == containing("2 messages wait"));
  open.count_down();
  CHECK(answer.get() == 3);
}

TEST_CASE("a proxy of a dead actor is refused") {
  const actor_ref<calculator> ref = vicar::start<calculator>();
  CHECK(ref.stop().get());
  CHECK(error_text<actor_dead_error>([&] { return actor_proxy<calculator>{ref}; }) ==
        containing("vicar: ", "calculator", ref.urn(), "is not running, so it cannot have a proxy"));
  CHECK(error_text<actor_dead_error>([&] { return ref.proxy(); }) == containing(ref.urn()));
}

TEST_CASE("a proxy outlives its actor and says that it is dead") {
  actor_proxy<calculator> proxy = vicar::start<calculator>().proxy();
  CHECK(proxy.stop().get());
  CHECK_FALSE(proxy.ref().is_alive());
  CHECK(proxy.ref().class_name() == containing("calculator"));
  const std::string urn = proxy.ref().urn();
  const auto answer = proxy.call<&calculator::add>(1, 2);
  CHECK(answer.ready());
  CHECK(error_text<actor_dead_error>([&] { return answer.get(); }) ==
        containing("vicar: ", "calculator", urn, "add", "is not running", "was not delivered"));
  CHECK(error_text<actor_dead_error>([&] { return proxy.call(&calculator::add, 1, 2).get(); }) == containing(urn));
  CHECK(error_text<actor_dead_error>([&] { proxy.defer<&calculator::remember>(1); }) == containing(urn, "remember"));
  CHECK(error_text<actor_dead_error>([&] { return proxy.get<&calculator::remembered>().get(); }) ==
        containing("remembered"));
  CHECK(error_text<actor_dead_error>([&] { proxy.set<&calculator::remembered>(1).get(); }) == containing("remembered"));
  CHECK_FALSE(proxy.stop().get());
}

TEST_CASE("calls made before the actor stopped are answered, later ones are refused") {
  const actor_proxy<calculator> proxy = vicar::start<calculator>().proxy();
  std::latch entered{1};
  std::latch open{1};
  proxy.defer(&calculator::hold, std::ref(entered), std::ref(open));
  entered.wait();
  const auto before = proxy.call<&calculator::add>(1, 2);
  const auto stopped = proxy.stop();
  const auto after = proxy.call<&calculator::add>(3, 4);
  open.count_down();
  CHECK(before.get() == 3);
  CHECK(stopped.get());
  CHECK(error_text<actor_dead_error>([&] { return after.get(); }) ==
        containing("calculator", proxy.ref().urn(), "add", "stopped before"));
}

TEST_CASE("the arguments of a message that is never handled are destroyed") {
  tally counts;
  std::latch entered{1};
  std::latch open{1};
  {
    const actor_proxy<calculator> proxy = vicar::start<calculator>().proxy();
    proxy.defer(&calculator::hold, std::ref(entered), std::ref(open));
    entered.wait();
    const auto stopped = proxy.stop();
    const auto unanswered = proxy.call(&calculator::take, tracked{counts});
    proxy.defer(&calculator::take, tracked{counts});
    CHECK(counts.alive == 2);
    open.count_down();
    CHECK(stopped.get());
    CHECK(counts.alive == 0);
    CHECK_THROWS_AS(unanswered.get(), actor_dead_error);
    CHECK_THROWS_AS(proxy.defer(&calculator::take, tracked{counts}), actor_dead_error);
    CHECK_THROWS_AS(proxy.call(&calculator::take, tracked{counts}).get(), actor_dead_error);
  }
  CHECK(counts.alive == 0);
}

TEST_CASE("a proxy converts to proxies of its bases, which see their own part of the object") {
  const started<calculator> actor;
  const actor_proxy<left_base> left = actor.proxy;
  const actor_proxy<right_base> right = actor.proxy;
  CHECK(left.call(&left_base::left_times, 3).get() == 3);
  CHECK(right.call(&right_base::right_times, 3).get() == 6);
  right.set(&right_base::right, 30).get();
  CHECK(actor->get(&calculator::right).get() == 30);
  CHECK(left == actor.proxy);
  CHECK(left == right);
  CHECK(std::hash<actor_proxy<left_base>>{}(left) == std::hash<actor_proxy<calculator>>{}(actor.proxy));
  const actor_ref<right_base> ref = right.ref();
  CHECK(ref.get(&right_base::right).get() == 30);
}

TEST_CASE("a proxy of a dead actor still converts") {
  const actor_proxy<calculator> proxy = vicar::start<calculator>().proxy();
  CHECK(proxy.stop().get());
  const actor_proxy<right_base> right = proxy;
  CHECK_THROWS_AS(right.call(&right_base::right_times, 3).get(), actor_dead_error);
}

TEST_CASE("proxies of the same actor are equal and have equal hashes") {
  const started<calculator> first;
  const started<calculator> other;
  const actor_proxy<calculator> same{first.ref};
  CHECK(first.proxy == same);
  CHECK(first.proxy != other.proxy);
  const std::unordered_set<actor_proxy<calculator>> set{first.proxy, same, other.proxy, actor_proxy{first.ref}};
  CHECK(set.size() == 2);
  CHECK(set.count(same) == 1);
}

TEST_CASE("a proxy is printed with class and URN") {
  const started<calculator> actor;
  const std::string title = fmt::format("{} ({})", actor.ref.class_name(), actor.ref.urn());
  CHECK(title == containing("calculator (urn:uuid:"));
  CHECK(fmt::format("{}", actor.proxy) == "<actor_proxy for " + title + ">");
  CHECK(fmt::format("{:s}", actor.proxy) == title);
  std::ostringstream out;
  out << actor.proxy;
  CHECK(out.str() == "<actor_proxy for " + title + ">");
}

TEST_CASE("a copy of a proxy is as good as the first") {
  std::optional<actor_proxy<calculator>> first = vicar::start<calculator>().proxy();
  actor_proxy<calculator> second = *first;
  first.reset();
  CHECK(second.call(&calculator::add, 1, 2).get() == 3);
  const actor_proxy<calculator> third = std::move(second);
  CHECK(third.call(&calculator::add, 1, 2).get() == 3);
  second = third;
  CHECK(second == third);
  CHECK(third.stop().get());
}

TEST_CASE("a proxy may be used by several threads at once") {
  const started<quiet> actor;
  on_threads(4, [&](std::size_t index) {
    for (int i = 0; i < 500; ++i) {
      if (index % 2 == 0)
        actor->defer(&quiet::ping);
      else
        actor->call<&quiet::ping>().get();
    }
  });
  CHECK(actor->get(&quiet::pings).get() == 2000);
}

TEST_CASE("an actor that waits for itself gets a deadlock_error that names the member") {
  const started<quiet> actor;
  const auto answer = actor->call([](quiet& object) { return vicar::self(object).call<&quiet::ping>().get(), 1; });
  CHECK(error_text<vicar::deadlock_error>([&] { return answer.get(); }) ==
        containing("vicar: ", "quiet", actor.ref.urn(), "ping"));
  CHECK(actor->get(&quiet::pings).get() == 1);
}

TEST_CASE("a full mailbox refuses the call and says so with the member's name") {
  const auto fill = [](vicar::overflow policy, auto checks) {
    std::latch entered{1};
    std::latch open{1};
    const started<calculator> actor{vicar::options{.mailbox_capacity = 1, .on_overflow = policy}};
    actor->defer(&calculator::hold, std::ref(entered), std::ref(open));
    entered.wait();
    const auto first = actor->call<&calculator::add>(1, 1);
    const auto second = actor->call<&calculator::twice>(2);
    CHECK(error_text<vicar::mailbox_full_error>([&] { return second.get(); }) ==
          containing("vicar: ", "calculator", actor.ref.urn(), "twice", "full"));
    checks(actor);
    open.count_down();
    CHECK(first.get() == 2);
  };
  SECTION("by failing") {
    fill(vicar::overflow::fail, [](const started<calculator>& actor) {
      CHECK(error_text<vicar::mailbox_full_error>([&] { actor->defer<&calculator::remember>(3); }) ==
            containing("remember"));
      CHECK(actor.ref.stats().dropped == 0);
    });
  }
  SECTION("by dropping") {
    fill(vicar::overflow::drop, [](const started<calculator>& actor) {
      actor->defer<&calculator::remember>(3);
      CHECK(actor.ref.stats().dropped == 2);
    });
  }
}

namespace {
struct labelled {
  int listed(int x) { return x; }
  int other(int x) { return x; }
  int count = 0;
};
}  // namespace

VICAR_PROXY(labelled, listed, count)

TEST_CASE("a registered member called by pointer appears in texts by name, any other by its parameters") {
  const auto proxy = vicar::start<labelled>().proxy();
  proxy.stop().get();
  const auto text_for = [](const auto& answer) {
    return support::error_text<vicar::actor_dead_error>([&] { answer.get(); });
  };
  CHECK(text_for(proxy.call(&labelled::listed, 1)) == containing(", listed was not delivered"));
  CHECK(text_for(proxy.ref().call(&labelled::listed, 1)) == containing(", listed was not delivered"));
  CHECK(text_for(proxy.get(&labelled::count)) == containing(", count was not delivered"));
  CHECK(text_for(proxy.set(&labelled::count, 1)) == containing(", count was not delivered"));
  CHECK(text_for(proxy.call(&labelled::other, 1)) == containing("labelled::(int) -> int was not delivered"));
  CHECK(support::error_text<vicar::actor_dead_error>([&] { proxy.defer(&labelled::listed, 1); }) ==
        containing(", listed was not delivered"));
}

namespace {
struct listed_base {
  int inherited(int x) const { return x; }
  int position = 0;
};
struct listed_kinds : listed_base {
  int plain(int x) noexcept { return x; }
  int overloaded(int x) { return x; }
  int overloaded(int x) const { return x + 1; }
  double overloaded(double x) { return x; }
  template <class Number>
  Number twice(Number x) {
    return x + x;
  }
  int private_calls() const { return calls_; }
  static int of(listed_kinds& self, int x) { return self.plain(x); }
  int value = 0;
  VICAR_PROXY_MEMBERS(plain, overloaded, twice, hidden, calls_, of, value)

  static constexpr auto hidden_pointer() { return &listed_kinds::hidden; }
  static constexpr auto calls_pointer() { return &listed_kinds::calls_; }

 private:
  int hidden(int x) { return x; }
  int calls_ = 0;
};
struct unlisted_child : listed_base {
  void own() {}
};
struct holder {
  vicar::traversable<listed_kinds> part;
};
}  // namespace

VICAR_PROXY(listed_base, inherited, position)

TEST_CASE("a registered member is named in texts whatever its pointer was converted to") {
  const auto proxy = vicar::start<listed_kinds>().proxy();
  proxy.stop().get();
  const auto named = [](const auto& answer) {
    const std::string text = support::error_text<vicar::actor_dead_error>([&] { answer.get(); });
    const std::size_t begin = text.find("is not running, ") + std::string_view{"is not running, "}.size();
    return text.substr(begin, text.find(" was not delivered") - begin);
  };
  int (listed_kinds::*without_noexcept)(int) = &listed_kinds::plain;
  CHECK(named(proxy.call(without_noexcept, 1)) == "plain");
  CHECK(named(proxy.call(&listed_kinds::plain, 1)) == "plain");
  CHECK(named(proxy.call(vicar::overload<double>(&listed_kinds::overloaded), 1.0)) == "overloaded");
  CHECK(named(proxy.call(static_cast<int (listed_kinds::*)(int)>(&listed_kinds::overloaded), 1)) == "overloaded");
  CHECK(named(proxy.call(static_cast<int (listed_kinds::*)(int) const>(&listed_kinds::overloaded), 1)) == "overloaded");
  CHECK(named(proxy.call(&listed_kinds::twice<int>, 1)) == "twice");
  CHECK(named(proxy.call(listed_kinds::hidden_pointer(), 1)) == "hidden");
  CHECK(named(proxy.get(listed_kinds::calls_pointer())) == "calls_");
  CHECK(named(proxy.call(&listed_kinds::of, 1)) == "of");
  CHECK(named(proxy.call(&listed_kinds::inherited, 1)) == "inherited");
  CHECK(named(proxy.get(&listed_kinds::position)) == "position");
  int listed_kinds::* const converted = &listed_base::position;
  CHECK(named(proxy.call(&listed_kinds::private_calls)).find("listed_kinds::() const -> int") != std::string::npos);
  CHECK(named(proxy.get(converted)).find("listed_kinds::*") != std::string::npos);

  const auto child = vicar::start<unlisted_child>();
  child.stop().get();
  CHECK(named(child.call(&unlisted_child::inherited, 1)) == "inherited");
  CHECK(named(child.call(&unlisted_child::own)).find("unlisted_child::() -> void") != std::string::npos);

  const auto nested = vicar::start<holder>();
  const auto part = nested.proxy().at(&holder::part);
  nested.stop().get();
  CHECK(named(part.call(without_noexcept, 1)) == "plain");
  CHECK(named(part.set(&listed_kinds::value, 1)) == "value");
}

namespace {
struct door_keeper {
  void wait() { door->acquire(); }
  void fail() { throw std::runtime_error{"broken"}; }
  std::counting_semaphore<>* door = nullptr;
  int value = 0;
  VICAR_PROXY_MEMBERS(wait, fail, value)
};
}  // namespace

TEST_CASE("a registered member called by pointer has its name while it runs, in logs and in dead letters") {
  const log_capture log{vicar::log_level::info};
  std::vector<std::string> lost;
  vicar::set_dead_letter_handler([&](const vicar::dead_letter& letter) { lost.emplace_back(letter.message); });
  std::counting_semaphore<> door{0};
  const auto ref = vicar::start<door_keeper>({.mailbox_capacity = 1}, &door);
  const auto dropping = vicar::start<door_keeper>({.mailbox_capacity = 1, .on_overflow = vicar::overflow::drop}, &door);
  const vicar::future<void> waited = ref.call(&door_keeper::wait);
  dropping.defer(&door_keeper::wait);
  while (ref.stats().running_member.empty() || dropping.stats().running_member.empty()) std::this_thread::yield();
  CHECK(ref.stats().running_member == "wait");
  const vicar::future<void> failed = ref.call(&door_keeper::fail);
  CHECK(error_text<vicar::timeout_error>([&] { failed.get(1ms); }) ==
        containing("did not answer fail within", "it has been running wait for"));
  CHECK(error_text<vicar::timeout_error>([&] { ref.get(&door_keeper::value, 1ms); }) ==
        containing("vicar: value never got into the mailbox of"));
  dropping.defer(&door_keeper::wait);
  dropping.defer(&door_keeper::fail);
  CHECK(lost == std::vector<std::string>{"fail"});
  door.release(3);
  waited.get();
  CHECK_THROWS_AS(failed.get(), std::runtime_error);
  CHECK(log.count(vicar::log_level::info, " to caller: fail threw:") == 1);
  ref.defer(&door_keeper::fail);
  ref.stop().wait();
  CHECK(log.count(vicar::log_level::error, ": fail threw:") == 1);
  dropping.stop().wait();
  vicar::reset_dead_letter_handler();
}
