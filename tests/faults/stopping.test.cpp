// SPDX-License-Identifier: BSL-1.0
// Actors stop themselves, each other or all actors from every possible place, and arguments do so when they are
// destroyed.
#include <array>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/faults.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"

namespace registry = vicar::registry;
using support::log_capture;
using support::started;
using vicar::any_actor_ref;

namespace {

/// The places from which an actor acts on itself or on others.
enum class place { constructor, start, method, deferred, message, stop, failure, destructor };
constexpr std::array places{place::constructor, place::start, place::method,  place::deferred,
                            place::message,     place::stop,  place::failure, place::destructor};

struct other {
  int seven() { return 7; }
};

/// Runs `what` once, at one place.
class agent {
 public:
  using deed = std::function<void(agent&)>;

  agent(place where, deed what) : where_{where}, what_{std::move(what)} { reach(place::constructor); }
  ~agent() { reach(place::destructor); }
  agent(const agent&) = delete;
  agent& operator=(const agent&) = delete;

  void on_start() { reach(place::start); }
  void on_stop() { reach(place::stop); }
  void on_failure(std::exception_ptr) { reach(place::failure); }
  void on_receive(int) { reach(place::message); }
  void call() { reach(place::method); }
  void defer() { reach(place::deferred); }
  void fail() { throw 7; }

 private:
  void reach(place here) {
    if (here != where_) return;
    ++support::faults.stops;
    what_(*this);
  }
  place where_;
  deed what_;
};

/// Brings an agent to the place where it acts, and to its end; checks that all actors have ended then.
void run_agent(place where, agent::deed what) {
  const log_capture log{vicar::log_level::off};
  const auto ref = vicar::start<agent>(where, std::move(what));
  vicar::future<void> called;
  try {
    if (where == place::method) called = ref.call(&agent::call);
    if (where == place::deferred) ref.defer(&agent::defer);
    if (where == place::message) ref.tell(1);
    if (where == place::failure) ref.defer(&agent::fail);
  } catch (const vicar::actor_dead_error&) {  // it has ended already
  }
  ref.stop().wait();
  if (where == place::method) CHECK(called.ready());
  CHECK_FALSE(ref.is_alive());
}

TEST_CASE("an actor stops itself anywhere") {
  for (const place where : places) {
    vicar::future<bool> stopped;
    run_agent(where, [&](agent& me) { stopped = vicar::self(me).stop(); });
    CHECK(stopped.get());
    CHECK(registry::get_all().empty());
  }
}

TEST_CASE("an actor stops another one anywhere, and waits for it") {
  for (const place where : places) {
    const auto victim = vicar::start<other>();
    bool stopped = false;
    run_agent(where, [&](agent&) { stopped = victim.stop().get(); });
    CHECK(stopped);
    CHECK(registry::get_all().empty());
  }
}

TEST_CASE("an actor stops all anywhere, and waits for the others") {
  for (const place where : places) {
    const auto first = vicar::start<other>();
    const auto second = vicar::start<other>();
    std::size_t stopped = 0;
    std::size_t expected = 3;
    run_agent(where, [&](agent&) { stopped = registry::stop_all().size(); });
    if (where == place::constructor) expected = 2;  // it is not registered yet
    CHECK(stopped == expected);
    CHECK_FALSE(first.is_alive());
    CHECK_FALSE(second.is_alive());
    CHECK(registry::get_all().empty());
  }
}

TEST_CASE("an actor starts another one anywhere, and both end") {
  for (const place where : places) {
    int seven = 0;
    run_agent(where, [&](agent&) {
      const auto child = vicar::start<other>();
      seven = child.call(&other::seven).get();
      child.stop().wait();
    });
    CHECK(seven == 7);
    CHECK(registry::get_all().empty());
  }
}

TEST_CASE("an actor sends messages to itself anywhere: they are handled or answered") {
  for (const place where : places) {
    vicar::future<void> answer;
    run_agent(where, [&](agent& me) {
      answer = vicar::self(me).call([](agent&) {});
      try {
        vicar::self(me).defer([](agent&) {});
      } catch (const vicar::actor_dead_error&) {
      }
    });
    CHECK(answer.ready());
    CHECK(registry::get_all().empty());
  }
}

TEST_CASE("an actor that waits for its own end gets a deadlock_error anywhere, and ends") {
  for (const place where : places) {
    std::string text;
    run_agent(where, [&](agent& me) {
      const auto stopped = vicar::self(me).stop();
      text = support::error_text<vicar::deadlock_error>([&] { return stopped.get(); });
    });
    CHECK(text == support::containing("vicar: ", "agent"));
    CHECK(registry::get_all().empty());
  }
}

/// The meeting point of two actors that stop each other.
struct arena {
  std::array<std::optional<any_actor_ref>, 2> both;
  std::atomic<int> met{0};  ///< publishes `both`
  std::atomic<int> outcomes{0};
};

/// Stops its opponent from the same place as the opponent does, and waits for its end.
class duellist {
 public:
  duellist(place where, arena& ground, std::size_t side) : where_{where}, arena_{ground}, opponent_{1 - side} {
    arena_.both[side] = vicar::self(*this);
  }
  ~duellist() { reach(place::destructor); }
  duellist(const duellist&) = delete;
  duellist& operator=(const duellist&) = delete;

  void on_start() { reach(place::start); }
  void on_stop() { reach(place::stop); }
  void on_failure(std::exception_ptr) { reach(place::failure); }
  void on_receive(int) { reach(place::message); }
  void call() { reach(place::method); }
  void defer() { reach(place::deferred); }
  void fail() { throw 7; }

 private:
  void reach(place here) {
    if (here != where_) return;
    ++arena_.met;
    while (arena_.met < 2) std::this_thread::yield();
    ++support::faults.stops;
    try {
      arena_.both[opponent_]->stop().get();
      arena_.outcomes += 1;
    } catch (const vicar::deadlock_error&) {
      arena_.outcomes += 10;
    }
  }
  place where_;
  arena& arena_;
  std::size_t opponent_;
};

TEST_CASE("two actors that stop each other at the same time and wait for that both end") {
  const log_capture log{vicar::log_level::off};
  for (const place where : places) {
    if (where == place::constructor) continue;  // they run in succession, on one thread
    for (int round = 0; round < 20; ++round) {
      arena ground;
      std::vector<vicar::actor_ref<duellist>> both;
      for (const std::size_t side : {0U, 1U}) both.push_back(vicar::start<duellist>(where, ground, side));
      std::vector<vicar::future<void>> called;
      for (const auto& each : both) {
        if (where == place::method) called.push_back(each.call(&duellist::call));
        if (where == place::deferred) each.defer(&duellist::defer);
        if (where == place::message) each.tell(1);
        if (where == place::failure) each.defer(&duellist::fail);
      }
      std::vector<vicar::future<bool>> over;
      for (const auto& each : both) over.push_back(each.stop());
      for (const auto& each : over) each.wait();
      for (const auto& each : called) CHECK_NOTHROW(each.get());
      // One got a deadlock_error; its end then released the other one.
      CHECK(ground.outcomes == 11);
      CHECK(registry::get_all().empty());
    }
  }
}

/// Acts in its destructor, unless it was moved from.
class parting {
 public:
  explicit parting(std::function<void()> what) : what_{std::make_unique<std::function<void()>>(std::move(what))} {}
  parting(parting&&) noexcept = default;
  parting& operator=(parting&&) noexcept = default;
  ~parting() {
    if (!what_) return;
    ++support::faults.stops;
    (*what_)();
  }

 private:
  std::unique_ptr<std::function<void()>> what_;
};
struct recipient {
  int handled = 0;
  void take(const parting&) { ++handled; }
  void fail(const parting&) { throw 7; }
  int count() { return ++handled; }
};

TEST_CASE("an argument stops its own actor where it is destroyed") {
  const auto ref = vicar::start<recipient>();
  const auto done = ref.call(&recipient::take, parting{[ref] { ref.stop(); }});
  done.get();
  while (ref.is_alive()) std::this_thread::yield();
  ref.stop().wait();
  CHECK(registry::get_all().empty());
}

TEST_CASE("an argument sends messages to its own actor where it is destroyed: they are handled") {
  const started<recipient> actor;
  vicar::future<int> answer;
  actor.ref
      .call(&recipient::take, parting{[&] {
        answer = actor.ref.call(&recipient::count);
        actor.ref.defer(&recipient::count);
      }})
      .get();
  CHECK(answer.get() == 2);
  CHECK(actor.ref.call(&recipient::count).get() == 4);
}

TEST_CASE("an argument waits for another actor, or starts and stops one, where it is destroyed") {
  const started<recipient> actor;
  const started<recipient> helper;
  int answer = 0;
  actor.ref.call(&recipient::take, parting{[&] { answer = helper.ref.call(&recipient::count).get(); }}).get();
  CHECK(answer == 1);
  bool stopped = false;
  actor.ref.call(&recipient::take, parting{[&] { stopped = vicar::start<recipient>().stop().get(); }}).get();
  CHECK(stopped);
}

TEST_CASE("an argument that would wait for its own actor where it is destroyed gets a deadlock_error") {
  const started<recipient> actor;
  std::string text;
  actor.ref
      .call(&recipient::take, parting{[&] {
        text = support::error_text<vicar::deadlock_error>([&] { return actor.ref.call(&recipient::count).get(); });
      }})
      .get();
  CHECK(text == support::containing("waits for itself"));
  CHECK(actor->call(&recipient::count).get() == 3);
}

TEST_CASE("an argument stops all actors where it is destroyed, and waits for the others") {
  const auto first = vicar::start<recipient>();
  const auto second = vicar::start<recipient>();
  std::size_t stopped = 0;
  first.call(&recipient::take, parting{[&] { stopped = registry::stop_all().size(); }}).get();
  CHECK(stopped == 2);
  CHECK_FALSE(second.is_alive());
  first.stop().wait();
  CHECK(registry::get_all().empty());
}

TEST_CASE("an argument of an unhandled message may do all this, too") {
  const log_capture log{vicar::log_level::off};
  std::binary_semaphore door{0};
  const started<recipient> helper;
  const auto ref = vicar::start<recipient>();
  ref.defer([&](recipient&) {
    door.acquire();
    throw 7;
  });
  int answer = 0;
  int dead = 0;
  std::optional<bool> stopped;
  vicar::future<bool> late;
  const auto first = ref.call(&recipient::take, parting{[&] { late = ref.stop(); }});
  const auto second = ref.call(&recipient::take, parting{[&] { answer = helper.ref.call(&recipient::count).get(); }});
  ref.defer(&recipient::take, parting{[&] {
    try {
      ref.defer(&recipient::count);
    } catch (const vicar::actor_dead_error&) {
      ++dead;
    }
  }});
  ref.defer(&recipient::take, parting{[&] { stopped = vicar::start<recipient>().stop().get(); }});
  const auto asked = ref.stop();
  door.release();
  CHECK(asked.get());
  CHECK(late.get());
  CHECK_THROWS_AS(first.get(), vicar::actor_dead_error);
  CHECK_THROWS_AS(second.get(), vicar::actor_dead_error);
  CHECK(answer == 1);
  CHECK(dead == 1);
  CHECK(stopped == true);
}

TEST_CASE("an argument holds the last reference to its own actor, wherever it is destroyed") {
  const log_capture log{vicar::log_level::off};
  enum class end { handled, failed, left_over, refused };
  for (const end how : {end::handled, end::failed, end::left_over, end::refused}) {
    for (int round = 0; round < 50; ++round) {
      vicar::future<bool> stopped;
      vicar::future<void> answer;
      {
        auto last = std::make_unique<vicar::actor_ref<recipient>>(vicar::start<recipient>());
        const auto& target = *last;
        if (how != end::left_over && how != end::refused) stopped = vicar::make_ready_future(true);
        if (how == end::left_over) stopped = target.stop();
        if (how == end::refused) {
          stopped = target.stop();
          stopped.wait();
        }
        const auto run = [how](recipient&, const std::unique_ptr<vicar::actor_ref<recipient>>& mine) {
          mine->stop();
          if (how == end::failed) throw 7;
        };
        ++support::faults.stops;
        answer = target.call(run, std::move(last));
      }
      answer.wait();
      CHECK(answer.ready());
      stopped.wait();
      support::settle();
      CHECK(registry::get_all().empty());
    }
  }
}

#if defined(__cpp_lib_jthread)
TEST_CASE("a stop callback stops others, itself, or all, and starts and asks actors") {
  struct with_token : vicar::actor {
    vicar::stop_token token() const { return stop_token(); }
    void fail() { throw 7; }
  };
  const log_capture log{vicar::log_level::off};
  const bool by_failure = GENERATE(false, true);  // in that case it runs on the actor's own thread
  std::binary_semaphore called{0};
  const started<other> bystander;
  const auto ref = vicar::start<with_token>();
  std::vector<vicar::future<bool>> stopped;
  std::size_t all = 0;
  int seven = 0;
  {
    const std::stop_callback call_back{ref.call(&with_token::token).get(), [&] {
                                         called.release();
                                         ++support::faults.stops;
                                         seven = bystander.ref.call(&other::seven).get();
                                         stopped.push_back(ref.stop());
                                         stopped.push_back(vicar::start<other>().stop());
                                         all = registry::stop_all().size();
                                       }};
    if (by_failure) {
      ref.defer(&with_token::fail);
      called.acquire();  // otherwise the request below might call it on this thread
    }
    ref.stop().wait();
  }
  CHECK(seven == 7);
  CHECK(all >= 1);  // the bystander; the other two may have ended by then
  CHECK_FALSE(bystander.ref.is_alive());
  for (const auto& each : stopped) CHECK(each.get());
  CHECK(registry::get_all().empty());
}
#endif

}  // namespace
