// SPDX-License-Identifier: BSL-1.0
// Exceptions of every kind from every place where user code runs.
#include <any>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/testing.hpp>
#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/faults.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/tracked.hpp"

namespace registry = vicar::registry;
using support::log_capture;
using support::started;
using support::tally;
using vicar::future;
using vicar::log_level;

namespace {

/// Its copy constructor throws; it is copied where it is caught by value, and vicar never copies it.
struct uncopyable_in_fact {
  uncopyable_in_fact() = default;
  uncopyable_in_fact(const uncopyable_in_fact&) { throw std::logic_error{"an exception was copied"}; }
  uncopyable_in_fact(uncopyable_in_fact&&) noexcept {}
  uncopyable_in_fact& operator=(const uncopyable_in_fact&) = delete;
  ~uncopyable_in_fact() = default;
};
/// Its destructor sends a message, and throws and catches an exception.
struct busy_at_its_end {
  explicit busy_at_its_end(const vicar::any_actor_ref& to) : target{to} {}
  busy_at_its_end(const busy_at_its_end&) = default;
  busy_at_its_end& operator=(const busy_at_its_end&) = delete;
  ~busy_at_its_end() {
    try {
      target.tell(1);
      throw 7;
    } catch (...) {
    }
  }
  vicar::any_actor_ref target;
};
class empty_error : public std::exception {};

/// Throws one of these by its number.
constexpr int kinds = 9;
[[noreturn]] void throw_kind(int kind) {
  ++support::faults.exceptions;
  switch (kind) {
    case 0:
      throw 7;
    case 1:
      throw nullptr;
    case 2:
      throw "text";
    case 3:
      throw uncopyable_in_fact{};
    case 4:
      throw std::make_unique<int>(7);
    case 5:
      throw empty_error{};
    case 6:
      throw std::bad_alloc{};
    case 7:
      throw &throw_kind;
    default:
      throw std::runtime_error{"an ordinary one"};
  }
}
/// Whether `failure` is of that kind.
bool is_kind(int kind, const std::exception_ptr& failure) {
  if (!failure) return false;
  try {
    std::rethrow_exception(failure);
  } catch (int number) {
    return kind == 0 && number == 7;
  } catch (std::nullptr_t) {
    return kind == 1;
  } catch (const char* text) {
    return kind == 2 && std::string{text} == "text";
  } catch (const uncopyable_in_fact&) {
    return kind == 3;
  } catch (const std::unique_ptr<int>& number) {
    return kind == 4 && *number == 7;
  } catch (const empty_error&) {
    return kind == 5;
  } catch (const std::bad_alloc&) {
    return kind == 6;
  } catch (void (*function)(int)) {
    return kind == 7 && function == &throw_kind;
  } catch (const std::runtime_error& error) {
    return kind == 8 && error.what() == std::string{"an ordinary one"};
  } catch (...) {
    return false;
  }
}
template <class Action>
bool throws_kind(int kind, Action action) {
  return is_kind(kind, support::thrown_by(action));
}

/// Throws on a given copy or move.
struct fragile {
  int kind = 0;
  int copies_left = 1000;
  int moves_left = 1000;

  fragile() = default;
  fragile(int which, int copies, int moves) : kind{which}, copies_left{copies}, moves_left{moves} {}
  fragile(const fragile& other) : kind{other.kind}, copies_left{other.copies_left - 1}, moves_left{other.moves_left} {
    if (copies_left < 0) throw_kind(kind);
  }
  fragile(fragile&& other) : kind{other.kind}, copies_left{other.copies_left}, moves_left{other.moves_left - 1} {
    if (moves_left < 0) throw_kind(kind);
  }
  fragile& operator=(const fragile& other) { throw_kind(other.kind); }
  ~fragile() = default;
};

class workshop {
 public:
  using receives = vicar::messages<int>;

  int count() const { return 7; }
  void fail(int kind) { throw_kind(kind); }
  void take(fragile) {}
  void take_reference(const fragile&) {}
  fragile give(int kind, int moves) const { return {kind, 1000, moves}; }
  const fragile& give_reference() const { return kept; }
  void keep(int kind, int copies) { std::construct_at(&kept, kind, copies, 1000); }
  void on_receive(int kind) { throw_kind(kind); }
  fragile on_receive(const std::string&) const { return {0, 0, 1000}; }
  std::any on_receive(const std::any&) const { throw_kind(0); }

  fragile kept;
  std::function<void(int)> function = throw_kind;
};

}  // namespace

VICAR_PROXY(workshop, count, fail, take, take_reference, give, give_reference, keep, kept, function)

namespace {

TEST_CASE("an exception of any kind reaches the caller, and the actor lives on") {
  const auto kind = GENERATE(range(0, kinds));
  const log_capture log{log_level::info};
  const started<workshop> actor;
  CHECK(throws_kind(kind, [&] { actor.ref.call(&workshop::fail, kind).get(); }));
  CHECK(throws_kind(kind, [&] { actor.proxy->fail(kind).get(); }));
  CHECK(throws_kind(kind, [&] { actor.ref.call([kind](workshop&) { throw_kind(kind); }).get(); }));
  CHECK(throws_kind(kind, [&] { actor.ref.ask(kind).get(); }));
  CHECK(throws_kind(kind, [&] { vicar::any_actor_ref{actor.ref}.ask(kind).get(); }));
  CHECK(throws_kind(kind, [&] { actor.proxy->function(kind).get(); }));
  const auto kept = actor.ref.call(&workshop::fail, kind);
  const std::exception_ptr first = support::thrown_by([&] { kept.get(); });
  CHECK(support::thrown_by([&] { kept.get(); }) == first);
  CHECK(actor->call(&workshop::count).get() == 7);
  CHECK(actor.ref.stats().failed == 7);
  CHECK(log.lines().size() == 7);
}

TEST_CASE("an exception of any kind from a move or a copy reaches the sender or the reader") {
  const auto kind = GENERATE(range(0, kinds));
  const started<workshop> actor;
  const fragile never_copied{kind, 0, 1000};
  // On the caller's side.
  CHECK(throws_kind(kind, [&] { actor.proxy->take(never_copied); }));
  CHECK(throws_kind(kind, [&] { actor.proxy->take.defer(never_copied); }));
  CHECK(throws_kind(kind, [&] { actor.ref.call(&workshop::take_reference, never_copied); }));
  CHECK(actor.ref.stats().processed == 0);
  // From each move, into the mailbox or out of it: in the call or in its future.
  int sent = 0;
  for (int moves = 0;; ++moves) {
    const std::exception_ptr thrown = support::thrown_by([&] { actor.proxy->take(fragile{kind, 1000, moves}).get(); });
    if (!thrown) break;
    CHECK(is_kind(kind, thrown));
    CHECK(actor->call(&workshop::count).get() == 7);
    ++sent;
  }
  CHECK(sent >= 2);
  // Results: moved or copied into the future, and out of it.
  CHECK(throws_kind(kind, [&] { static_cast<void>(actor.proxy->give(kind, 0).get()); }));
  actor.proxy->keep(kind, 0).get();
  CHECK(throws_kind(kind, [&] { actor.proxy->give_reference().map([](const fragile&) {}).get(); }));
  CHECK(throws_kind(kind, [&] { actor.proxy->kept.read().map([](const fragile&) {}).get(); }));
  actor.proxy->keep(kind, 1).get();
  const auto held = actor.proxy->kept.read();
  auto again = held;
  CHECK(throws_kind(kind, [&] { static_cast<void>(std::move(again).get()); }));
  CHECK(again == held);
  // Assignments.
  CHECK(throws_kind(kind, [&] { actor.proxy->kept.set(fragile{kind, 1000, 1000}).get(); }));
  CHECK(actor->call(&workshop::count).get() == 7);
}

TEST_CASE("an exception of any kind from a deferred call ends the actor and reaches on_failure") {
  struct patient {
    std::exception_ptr& reported;
    void fail(int kind) { throw_kind(kind); }
    void on_receive(int kind) { throw_kind(kind); }
    void on_failure(std::exception_ptr failure) { reported = std::move(failure); }
  };
  const auto kind = GENERATE(range(0, kinds));
  const bool by_message = GENERATE(false, true);
  const log_capture log;
  std::exception_ptr reported;
  const auto ref = vicar::start<patient>(reported);
  if (by_message)
    ref.tell(kind);
  else
    ref.defer(&patient::fail, kind);
  ref.stop().wait();
  CHECK(is_kind(kind, reported));
  CHECK(log.lines().size() == 1);
}

/// Throws in one of its hooks.
class moody {
 public:
  enum class place { constructor, start, stop, failure, destructor };

  moody(place where, int kind, tally& counts) : where_{where}, kind_{kind}, counted_{counts} {
    throw_at(place::constructor);
  }
  ~moody() noexcept(false) { throw_at(place::destructor); }
  moody(const moody&) = delete;
  moody& operator=(const moody&) = delete;
  void on_start() { throw_at(place::start); }
  void on_stop() { throw_at(place::stop); }
  void on_failure(std::exception_ptr) { throw_at(place::failure); }
  void fail() { throw 1; }
  int seven() { return 7; }

 private:
  void throw_at(place here) const {
    if (here == where_) throw_kind(kind_);
  }
  place where_;
  int kind_;
  support::tracked counted_;
};

TEST_CASE("an exception of any kind from the constructor reaches the caller, and no actor is left") {
  const auto kind = GENERATE(range(0, kinds));
  tally counts;
  CHECK(throws_kind(kind, [&] { vicar::start<moody>(moody::place::constructor, kind, counts); }));
  CHECK(counts.alive == 0);
  CHECK(registry::get_all().empty());
}

TEST_CASE("an exception of any kind from a hook or the destructor is logged, and the actor has ended") {
  using place = moody::place;
  const auto kind = GENERATE(range(0, kinds));
  const auto where = GENERATE(place::start, place::stop, place::failure, place::destructor);
  const log_capture log;
  tally counts;
  const auto ref = vicar::start<moody>(where, kind, counts);
  if (where == place::failure) ref.defer(&moody::fail);
  const bool was_there = ref.stop().get();
  if (where == place::stop || where == place::destructor) CHECK(was_there);  // otherwise it may have ended by itself
  CHECK_FALSE(ref.is_alive());
  CHECK(counts.alive == 0);
  CHECK(log.lines().size() == (where == place::failure ? 2U : 1U));
  CHECK_THROWS_AS(ref.call(&moody::seven).get(), vicar::actor_dead_error);
  CHECK(registry::get_all().empty());
}

TEST_CASE("an exception of any kind from a function of a future is stored in the future") {
  const auto kind = GENERATE(range(0, kinds));
  const future<std::vector<int>> source = vicar::make_ready_future(std::vector<int>{1, 2, 3});
  const auto fails = [kind](const auto&...) -> int { throw_kind(kind); };
  const auto keeps = [kind](const auto& made) {
    CHECK(throws_kind(kind, [&] { static_cast<void>(made.get()); }));
    CHECK(throws_kind(kind, [&] { static_cast<void>(made.get()); }));
    CHECK(throws_kind(kind, [&] { static_cast<void>(made.map([](const auto&) {}).get()); }));
    CHECK(throws_kind(kind, [&] { static_cast<void>(vicar::get_all(std::vector{made})); }));
    CHECK(throws_kind(kind, [&] { static_cast<void>(made.join(made).get()); }));
  };
  keeps(source.map(fails));
  keeps(source.filter(fails));
  keeps(source.reduce(fails));
  keeps(source.reduce(fails, 0));
  keeps(future<int>::from_hook(fails));
  const auto failed = vicar::make_failed_future<int>(support::thrown_by([kind] { throw_kind(kind); }));
  keeps(failed);
  vicar::promise<int> mine;
  const auto theirs = mine.get_future();
  mine.set_exception(support::thrown_by([kind] { throw_kind(kind); }));
  keeps(theirs);
  CHECK(source.get().size() == 3);
}

TEST_CASE("an exception of any kind from the log sink loses its line and nothing else") {
  const auto kind = GENERATE(range(0, kinds + 1));
  const log_capture restores{log_level::debug};
  vicar::set_log_sink([kind](const vicar::log_record&) {
    if (kind == kinds) throw vicar::stop_all_actors{};
    throw_kind(kind);
  });
  const started<workshop> actor;
  const started<workshop> bystander;
  CHECK_THROWS(actor->call(&workshop::fail, 0).get());
  CHECK(actor->call(&workshop::count).get() == 7);
  CHECK(bystander->call(&workshop::count).get() == 7);
}

TEST_CASE("an exception of any kind from the dead letter handler is logged, and all are answered") {
  const auto kind = GENERATE(range(0, kinds));
  const log_capture log;
  vicar::set_dead_letter_handler([kind](const vicar::dead_letter&) { throw_kind(kind); });
  const auto ref = vicar::start<workshop>();
  const auto last = ref.call([](workshop& me) {
    const auto stopped = vicar::self(me).stop();
    return vicar::self(me).call(&workshop::count);
  });
  CHECK_THROWS_AS(last.get(), vicar::actor_dead_error);
  ref.stop().wait();
  CHECK(log.lines().size() == 1);
  vicar::reset_dead_letter_handler();
}

TEST_CASE("an exception of any kind from a fake's function reaches the caller") {
  const auto kind = GENERATE(range(0, kinds));
  vicar::fake<workshop> fake;
  fake.on<&workshop::count>([kind]() -> int { throw_kind(kind); });
  CHECK(throws_kind(kind, [&] { fake.proxy()->count().get(); }));
  fake.on<&workshop::count>([] { return 8; });
  CHECK(fake.proxy()->count().get() == 8);
}

TEST_CASE("an exception whose destructor sends messages is harmless") {
  const log_capture log{log_level::off};
  const auto target = vicar::start<workshop>();
  {
    const started<workshop> actor;
    const auto asked = actor->call([&](workshop&) { throw busy_at_its_end{target}; });
    CHECK_THROWS_AS(asked.get(), busy_at_its_end);
  }
  const auto ending = vicar::start<workshop>();
  ending.defer([to = vicar::any_actor_ref{ending}](workshop&) { throw busy_at_its_end{to}; });
  ending.stop().wait();
  target.stop().wait();
  CHECK(registry::get_all().empty());
}

/// The places where `stop_all_actors` is thrown on an actor's thread, besides methods and hooks.
struct stops_all {
  stops_all() = default;
  stops_all(const stops_all&) { throw vicar::stop_all_actors{}; }
  stops_all(stops_all&& other) : armed{other.armed} {
    if (armed && vicar::detail::current_actor) throw vicar::stop_all_actors{};
  }
  stops_all& operator=(const stops_all&) { throw vicar::stop_all_actors{}; }
  ~stops_all() = default;
  bool armed = false;
};
class keeper {
 public:
  int seven() { return 7; }
  void take(stops_all) {}
  const stops_all& give() const { return kept; }
  stops_all kept;
};

TEST_CASE(
    "stop_all_actors thrown by code that runs on an actor's thread stops all actors, and the caller is answered") {
  const started<keeper> actor;
  const started<keeper> bystander;
  const auto ends = [&](auto ask) {
    ++support::faults.stops;
    const auto asked = ask();
    CHECK_THROWS_AS(asked.get(), vicar::actor_dead_error);
    while (bystander.ref.is_alive()) std::this_thread::yield();  // until it was stopped
    actor.ref.stop().wait();
    bystander.ref.stop().wait();
    CHECK(registry::get_all().empty());
  };
  stops_all armed;
  armed.armed = true;
  SECTION("in a move into a parameter") {
    ends([&] { return actor.ref.call(&keeper::take, std::move(armed)); });
  }
  SECTION("in the copy of a result") {
    ends([&] { return actor.ref.call(&keeper::give); });
  }
  SECTION("in the copy of a field") {
    ends([&] { return actor.ref.get(&keeper::kept); });
  }
  SECTION("in an assignment") {
    ends([&] {
      return actor.ref.call([](keeper& me) {
        const stops_all other;
        me.kept = other;
      });
    });
  }
  SECTION("in a function of a future that the actor reads") {
    const auto mapped = vicar::make_ready_future(1).map([](int) -> int { throw vicar::stop_all_actors{}; });
    ends([&] { return actor.ref.call([mapped](keeper&) { return mapped.get(); }); });
  }
  SECTION("in an exception of a promise that the actor reads") {
    const auto failed = vicar::make_failed_future<int>(std::make_exception_ptr(vicar::stop_all_actors{}));
    ends([&] { return actor.ref.call([failed](keeper&) { return failed.get(); }); });
  }
}

TEST_CASE("stop_all_actors thrown outside of all actors is an ordinary exception") {
  const started<keeper> bystander;
  const auto passes = [&](auto action) {
    ++support::faults.stops;
    CHECK_THROWS_AS(action(), vicar::stop_all_actors);
    CHECK(bystander->call(&keeper::seven).get() == 7);
  };
  struct refuses {
    refuses() { throw vicar::stop_all_actors{}; }
  };
  passes([] { vicar::start<refuses>(); });
  passes([&] {
    const stops_all lvalue;
    bystander.ref.call([](keeper&, const stops_all&) {}, lvalue);
  });
  passes([] { vicar::make_ready_future(1).map([](int) -> int { throw vicar::stop_all_actors{}; }).get(); });
  passes([] { future<int>::from_hook([](auto) -> int { throw vicar::stop_all_actors{}; }).get(); });
}

}  // namespace
