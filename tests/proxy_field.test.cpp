// SPDX-License-Identifier: BSL-1.0
#include <vicar/proxy_field.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <concepts>
#include <exception>
#include <functional>
#include <latch>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

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

/// Throws when it is assigned a negative number or copied while it is one.
struct touchy {
  touchy() = default;
  touchy(const touchy& other) : value{other.value} {
    if (value == 99) throw std::domain_error{"unreadable"};
  }
  touchy& operator=(const touchy& other) = default;
  touchy& operator=(int number) {
    if (number < 0) throw std::domain_error{"negative"};
    value = number;
    return *this;
  }
  int value = 0;
};

class store {
 public:
  void hold(std::latch& entered, std::latch& open) {
    entered.count_down();
    open.wait();
  }

  int number = 1;
  const int unchanging = 2;
  std::string text = "text";
  std::vector<std::string> words;
  std::optional<int> maybe;
  std::array<int, 2> pair{1, 2};
  int row[3] = {1, 2, 3};
  std::unique_ptr<int> owned;
  std::atomic<int> counter{5};
  touchy fragile;
  std::vector<tracked> kept;
  std::optional<tracked> single;
  static inline double common = 1.5;
  static inline int shared_row[2] = {7, 8};
  char buffer[200'000] = "begin";
  std::function<int(int)> function = [](int value) { return value * 2; };
  std::function<std::unique_ptr<int>(std::unique_ptr<int>)> mover = [](std::unique_ptr<int> value) { return value; };
  std::function<std::thread::id()> where = [] { return std::this_thread::get_id(); };
  std::function<void()> nothing;

  int get_level() const { return level_; }
  void set_level(int level) {
    if (level > 10) throw std::length_error{"too loud"};
    level_ = level;
  }
  int failing_getter() const { throw std::length_error{"no level"}; }
  std::unique_ptr<int> give() { return std::make_unique<int>(level_); }
  bool accept(std::unique_ptr<int> level) {
    level_ = *level;
    return true;
  }
  std::thread::id thread() const { return std::this_thread::get_id(); }

 private:
  int level_ = 3;
};

}  // namespace

VICAR_PROXY(store, hold, number, unchanging, text, words, maybe, pair, row, owned, counter, fragile, kept, single,
            common, shared_row, buffer, function, mover, where, nothing, VICAR_PROPERTY(level, get_level, set_level),
            VICAR_PROPERTY(only_read, get_level), VICAR_PROPERTY(broken, failing_getter),
            VICAR_PROPERTY(handed, give, accept), VICAR_PROPERTY(its_thread, thread))

TEST_CASE("a field is read in four ways") {
  const started<store> actor;
  const auto& proxy = actor.proxy;
  CHECK(proxy->number.get() == 1);
  CHECK(proxy->number.get(1h) == 1);
  CHECK(proxy->number.read().get() == 1);
  const future<int> converted = proxy->number;
  CHECK(converted.get() == 1);
  STATIC_REQUIRE(std::same_as<decltype(proxy->number.get()), int>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->text.read()), future<std::string>>);
  STATIC_REQUIRE(std::same_as<decltype(proxy->row.get()), std::array<int, 3>>);
}

TEST_CASE("a read returns a copy of that moment") {
  const started<store> actor;
  const std::string before = actor.proxy->text.get();
  const future<std::string> asked = actor.proxy->text;
  actor.proxy->text = "other";
  CHECK(before == "text");
  CHECK(asked.get() == "text");
  CHECK(actor.proxy->text.get() == "other");
}

TEST_CASE("a field is written in two ways") {
  const started<store> actor;
  const auto& proxy = actor.proxy;
  proxy->number = 10;
  CHECK(proxy->number.get() == 10);
  const future<void> done = proxy->number.set(11);
  done.get();
  CHECK(proxy->number.get() == 11);
  STATIC_REQUIRE(std::is_void_v<decltype(proxy->number = 1)>);
}

TEST_CASE("writes and reads of one sender keep their order") {
  const started<store> actor;
  std::vector<future<int>> read;
  for (int i = 0; i < 50; ++i) {
    static_cast<void>(actor.proxy->number.set(i));
    read.push_back(actor.proxy->number);
  }
  for (int i = 0; i < 50; ++i) CHECK(read[static_cast<std::size_t>(i)].get() == i);
}

TEST_CASE("a value is converted to the field's type") {
  const started<store> actor;
  const auto& proxy = actor.proxy;
  proxy->text = "literal";
  CHECK(proxy->text.get() == "literal");
  proxy->text = 'c';
  CHECK(proxy->text.get() == "c");
  proxy->maybe = 4;
  CHECK(proxy->maybe.get() == 4);
  proxy->maybe = std::nullopt;
  CHECK(proxy->maybe.get() == std::nullopt);
  proxy->counter = 6;
  CHECK(proxy.call([](store& object) { return object.counter.load(); }).get() == 6);
  proxy->fragile = 7;
  CHECK(proxy->fragile.get().value == 7);
}

TEST_CASE("a value may be given in braces") {
  const started<store> actor;
  const auto& proxy = actor.proxy;
  proxy->words = {"one", "two"};
  CHECK(proxy->words.get() == std::vector<std::string>{"one", "two"});
  proxy->words.set({"three"}).get();
  CHECK(proxy->words.get() == std::vector<std::string>{"three"});
  proxy->pair = {3, 4};
  CHECK(proxy->pair.get() == std::array{3, 4});
  proxy->words = {};
  CHECK(proxy->words.get().empty());
}

TEST_CASE("a move-only value is written") {
  const started<store> actor;
  actor.proxy->owned = std::make_unique<int>(8);
  CHECK(actor.proxy.call([](store& object) { return *object.owned; }).get() == 8);
  actor.proxy->owned.set(std::make_unique<int>(9)).get();
  CHECK(actor.proxy.call([](store& object) { return *object.owned; }).get() == 9);
}

TEST_CASE("an rvalue is never copied, an lvalue once") {
  const started<store> actor;
  tally counts;
  actor.proxy->single = tracked{counts, 1};
  CHECK(counts.copies == 0);
  const tracked value{counts, 2};
  actor.proxy->single = value;
  CHECK(counts.copies == 1);
  CHECK(actor.proxy->single.get()->value == 2);
  CHECK(counts.copies == 2);
  actor.proxy->single = std::nullopt;
  CHECK(counts.alive == 1);
}

TEST_CASE("an exception of an assignment reaches the writer as the same object, and the actor lives on") {
  const started<store> actor;
  const auto& proxy = actor.proxy;
  CHECK(error_text<std::domain_error>([&] { proxy->fragile = -1; }) == "negative");
  const future<void> failed = proxy->fragile.set(-2);
  CHECK(error_text<std::domain_error>([&] { failed.get(); }) == "negative");
  CHECK(thrown_by([&] { failed.get(); }) == thrown_by([&] { failed.get(); }));
  CHECK(proxy->fragile.get().value == 0);
  CHECK(actor.ref.stats().failed == 2);
}

TEST_CASE("an exception of a copy reaches the reader, and the actor lives on") {
  const started<store> actor;
  actor.proxy->fragile = 99;
  CHECK(error_text<std::domain_error>([&] { return actor.proxy->fragile.get(); }) == "unreadable");
  actor.proxy->fragile = 1;
  CHECK(actor.proxy->fragile.get().value == 1);
}

TEST_CASE("static and array fields are fields") {
  const started<store> actor;
  CHECK(actor.proxy->common.get() == 1.5);
  actor.proxy->common = 2.5;
  CHECK(store::common == 2.5);
  actor.proxy->common = 1.5;
  CHECK(actor.proxy->row.get() == std::array{1, 2, 3});
  CHECK(actor.proxy->shared_row.get() == std::array{7, 8});
  CHECK(std::string{actor.proxy->buffer.get().data()} == "begin");
  actor.proxy->pair = std::array{5, 6};
  CHECK(actor.proxy->pair.get() == std::array{5, 6});
  CHECK(actor.proxy->unchanging.get() == 2);
}

TEST_CASE("a callable field is called on the actor's thread") {
  const started<store> actor;
  const auto& proxy = actor.proxy;
  CHECK(proxy->function(4).get() == 8);
  CHECK(proxy->where().get() == proxy->its_thread.get());
  CHECK(*proxy->mover(std::make_unique<int>(3)).get() == 3);
  proxy->function = [base = 100](int value) { return base + value; };
  CHECK(proxy->function(4).get() == 104);
  CHECK(proxy->function.get()(5) == 105);
}

TEST_CASE("a callable field is deferred") {
  const started<store> actor;
  const auto count = std::make_shared<std::atomic<int>>(0);
  actor.proxy->nothing = [count] { ++*count; };
  actor.proxy->nothing.defer();
  actor.proxy->nothing.defer();
  actor.proxy->nothing().get();
  CHECK(*count == 3);
}

TEST_CASE("an empty callable field replies with its exception") {
  const started<store> actor;
  CHECK_THROWS_AS(actor.proxy->nothing().get(), std::bad_function_call);
  CHECK(actor.proxy->number.get() == 1);
}

TEST_CASE("a deferred callable field that throws ends the actor, and the log names it") {
  const log_capture log{vicar::log_level::error};
  const started<store> actor;
  actor.proxy->nothing.defer();
  CHECK_THROWS_AS(actor.proxy->number.get(), actor_dead_error);
  REQUIRE(log.lines().size() == 1);
  CHECK(log.lines()[0].message == containing("store", actor.ref.urn(), "nothing"));
}

TEST_CASE("a property is read by its getter and written by its setter") {
  const started<store> actor;
  const auto& proxy = actor.proxy;
  CHECK(proxy->level.get() == 3);
  CHECK(proxy->level.get(1h) == 3);
  proxy->level = 4;
  CHECK(proxy->level.read().get() == 4);
  proxy->level.set(5).get();
  const future<int> read = proxy->only_read;
  CHECK(read.get() == 5);
  CHECK(proxy->its_thread.get() != std::this_thread::get_id());
  CHECK(*proxy->handed.get() == 5);
  proxy->handed = std::make_unique<int>(6);
  CHECK(proxy->level.get() == 6);
}

TEST_CASE("an exception of a getter or a setter reaches the caller, and the actor lives on") {
  const started<store> actor;
  CHECK(error_text<std::length_error>([&] { actor.proxy->level = 11; }) == "too loud");
  CHECK(error_text<std::length_error>([&] { return actor.proxy->broken.get(); }) == "no level");
  CHECK(actor.proxy->level.get() == 3);
}

TEST_CASE("the timeout of a read names the field") {
  std::latch entered{1};
  std::latch open{1};
  const started<store> actor;
  actor.proxy->hold.defer(std::ref(entered), std::ref(open));
  entered.wait();
  CHECK(error_text<vicar::timeout_error>([&] { return actor.proxy->number.get(2ms); }) ==
        containing("vicar: ", "store", actor.ref.urn(), "did not answer number", "has been running hold"));
  CHECK(error_text<vicar::timeout_error>([&] { return actor.proxy->level.get(0s); }) ==
        containing("did not answer level"));
  const future<void> written = actor.proxy->number.set(12);
  CHECK(error_text<vicar::timeout_error>([&] { written.get(0s); }) == containing("did not answer number"));
  open.count_down();
  written.get();
  CHECK(actor.proxy->number.get() == 12);
}

TEST_CASE("a field of a dead actor throws actor_dead_error with its name") {
  const vicar::actor_proxy<store> proxy = vicar::start<store>().proxy();
  CHECK(proxy.stop().get());
  const std::string urn = proxy.ref().urn();
  CHECK(error_text<actor_dead_error>([&] { return proxy->number.get(); }) ==
        containing("vicar: ", "store", urn, "number"));
  CHECK(error_text<actor_dead_error>([&] { proxy->number = 1; }) == containing("number"));
  CHECK(error_text<actor_dead_error>([&] { proxy->level = 1; }) == containing("level"));
  CHECK(error_text<actor_dead_error>([&] { return proxy->function(1).get(); }) == containing("function"));
  CHECK(error_text<actor_dead_error>([&] { proxy->function.defer(1); }) == containing("function"));
}

TEST_CASE("an exception of a field is logged with its name") {
  const log_capture log{vicar::log_level::info};
  const started<store> actor;
  CHECK_THROWS(actor.proxy->fragile = -1);
  CHECK(log.count(vicar::log_level::info, "fragile threw") == 1);
}
