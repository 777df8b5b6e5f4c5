// SPDX-License-Identifier: BSL-1.0
// Each allocation on an actor's own thread fails in turn: all callers are answered, and the actor runs on or ends
// as it would have done.
#include <exception>
#include <new>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/testing.hpp>
#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/faults.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/tracked.hpp"

namespace registry = vicar::registry;
using support::at_every_allocation_there;
using support::leaves_no_memory;
using support::log_capture;
using support::moment;
using support::started;
using support::tally;
using support::tracked;
using vicar::log_level;

namespace {

const std::string long_text(100, 'x');

/// The outcome of a future.
enum class answer { value, bad_alloc, dead, other };
template <class T>
answer answer_of(const vicar::future<T>& asked) {
  try {
    static_cast<void>(asked.get());
    return answer::value;
  } catch (const std::bad_alloc&) {
    return answer::bad_alloc;
  } catch (const vicar::actor_dead_error&) {
    return answer::dead;
  } catch (...) {
    return answer::other;
  }
}

/// Whether `who` waits for an actor.
template <class T>
bool waits(const vicar::actor_ref<T>& actor) {
  return static_cast<bool>(vicar::detail::wait_edge::from(*vicar::detail::ref_access::handle(actor)).target);
}

class library {
 public:
  const std::vector<std::string>& books(moment when) {
    when.begin();
    return books_;
  }
  std::string lend(moment when) {
    when.begin();
    return books_.front() + "!";
  }
  void wait_for_itself(moment when) {
    const auto answer = vicar::self(*this).call([](library&) {});
    when.begin();
    answer.get();
  }
  void wait_for(const vicar::actor_ref<library>& other, moment when) {
    other.call(&library::wait_back, vicar::self(*this), when).get();
  }
  void wait_back(const vicar::actor_ref<library>& other, moment when) {
    while (!waits(other)) std::this_thread::yield();
    const auto answer = other.call(&library::count);
    when.begin();
    answer.get();
  }
  vicar::actor_ref<library> found(moment when) {
    when.begin();
    return vicar::start<library>();
  }
  std::size_t count() const { return books_.size(); }
  std::string on_receive(const std::string& wanted) { return wanted; }
  using receives = vicar::messages<std::string>;

 private:
  std::vector<std::string> books_{long_text, long_text, long_text};
};

TEST_CASE("a method without memory replies with bad_alloc, and the next one works") {
  leaves_no_memory([] {
    const started<library> actor;
    const auto answers = [&](auto method) {
      at_every_allocation_there([&](moment when) {
        const auto asked = actor.ref.call(method, when);
        asked.wait();
        CHECK(answer_of(asked) == (when.which->happened() ? answer::bad_alloc : answer::value));
        CHECK(actor.ref.is_alive());
      });
      CHECK(actor->call(&library::count).get() == 3);
    };
    answers(&library::books);
    answers(&library::lend);
  });
}

TEST_CASE("an untyped answer without memory is bad_alloc") {
  leaves_no_memory([] {
    const started<library> actor;
    at_every_allocation_there([&](moment when) {
      actor->call([when](library&) { when.begin(); }).get();
      const auto asked = vicar::any_actor_ref{actor.ref}.ask(long_text);
      asked.wait();
      CHECK(answer_of(asked) == (when.which->happened() ? answer::bad_alloc : answer::value));
    });
  });
}

TEST_CASE("an actor that cannot start another one for lack of memory runs on") {
  const started<library> actor;
  at_every_allocation_there([&](moment when) {
    const auto asked = actor->call(&library::found, when);
    asked.wait();
    CHECK(registry::get_all().size() == (when.which->happened() ? 1U : 2U));
    if (answer_of(asked) == answer::value)
      asked.get().stop().wait();
    else
      CHECK(answer_of(asked) == answer::bad_alloc);
  });
}

// If allocations fail after the error was created, only the report of an unread failure is lost.
template <class T>
void check_deadlock_or_no_memory(const vicar::future<T>& asked, const moment& when) {
  if (when.which->happened() && answer_of(asked) == answer::bad_alloc) return;
  CHECK_THROWS_AS(asked.get(), vicar::deadlock_error);
}

TEST_CASE("a wait that would deadlock throws deadlock_error or bad_alloc, and does not hang") {
  const started<library> actor;
  at_every_allocation_there([&](moment when) {
    const auto asked = actor->call(&library::wait_for_itself, when);
    asked.wait();
    check_deadlock_or_no_memory(asked, when);
  });
}

TEST_CASE("closing a cycle of two throws deadlock_error or bad_alloc, and both actors run on") {
  const started<library> first;
  const started<library> second;
  at_every_allocation_there([&](moment when) {
    const auto asked = first->call(&library::wait_for, second.ref, when);
    asked.wait();
    check_deadlock_or_no_memory(asked, when);
    CHECK(first->call(&library::count).get() == 3);
    CHECK(second->call(&library::count).get() == 3);
  });
}

TEST_CASE("an exception that cannot be logged for lack of memory still reaches its caller") {
  leaves_no_memory([] {
    const log_capture log{log_level::info};
    const started<library> actor;
    at_every_allocation_there([&](moment when) {
      const auto asked =
          actor->call([failure = std::make_exception_ptr(std::runtime_error{"it failed"}), when](library&) {
            when.begin();
            std::rethrow_exception(failure);
          });
      CHECK_THROWS_AS(asked.get(), std::runtime_error);
      CHECK(actor->call(&library::count).get() == 3);
    });
  });
}

/// Ends in one of several ways; its allocations fail from then on.
class mortal {
 public:
  enum class ending { stop, fail, start, all };

  mortal(tally& counts, ending how, moment when, std::binary_semaphore& door)
      : counted_{counts}, how_{how}, when_{when}, door_{door} {}

  void on_start() {
    if (how_ != ending::start) return;
    door_.acquire();
    when_.begin();
    throw std::runtime_error{"no start"};
  }
  void on_stop() {}
  void on_failure(std::exception_ptr) {}

  void end() {
    door_.acquire();
    when_.begin();
    if (how_ == ending::stop) vicar::self(*this).stop();
    if (how_ == ending::fail) throw 7;
    if (how_ == ending::all) throw vicar::stop_all_actors{};
  }
  int seven(const std::string&) const { return 7; }

 private:
  tracked counted_;
  ending how_;
  moment when_;
  std::binary_semaphore& door_;
};

TEST_CASE("an actor that ends without memory answers all callers") {
  const auto how = GENERATE(mortal::ending::fail, mortal::ending::start, mortal::ending::all);
  const auto level = GENERATE(log_level::debug, log_level::off);
  leaves_no_memory([=] {
    const log_capture log{level};
    tally counts;
    at_every_allocation_there([&](moment when) {
      std::binary_semaphore door{0};
      const auto ref = vicar::start<mortal>(counts, how, when, door);
      if (how != mortal::ending::start) ref.defer(&mortal::end);
      std::vector<vicar::future<int>> asked;
      for (int i = 0; i < 3; ++i) asked.push_back(ref.call(&mortal::seven, long_text));
      ref.defer(&mortal::seven, long_text);
      const auto stopped = ref.stop();
      const auto again = ref.stop();
      door.release();
      CHECK(stopped.get());
      CHECK(again.get());
      support::settle();
      for (const auto& each : asked) {
        REQUIRE(each.ready());
        const answer found = answer_of(each);
        CHECK((found == answer::dead || (found == answer::bad_alloc && when.which->happened())));
      }
      CHECK_FALSE(ref.is_alive());
      CHECK(ref.stats().dropped == 4);
      CHECK(counts.alive == 0);
      CHECK(registry::get_all().empty());
      CHECK_FALSE(ref.stop().get());
    });
  });
}

TEST_CASE("a stop of all actors that fails for lack of memory is logged") {
  log_capture log;
  tally counts;
  at_every_allocation_there([&](moment when) {
    std::binary_semaphore door{0};
    const started<library> first;
    const started<library> second;
    const auto ref = vicar::start<mortal>(counts, mortal::ending::all, when, door);
    ref.defer(&mortal::end);
    const auto stopped = ref.stop();
    door.release();
    CHECK(stopped.get());
  });
  const std::size_t complaints = log.count(log_level::error, "Not every actor could be asked to stop:");
  CHECK(complaints > 0);
}

TEST_CASE("on_failure runs without memory") {
  struct careful {
    explicit careful(moment when, int& seen) : when_{when}, failure_seen{seen} {}
    void fail() {
      when_.begin();
      throw 7;
    }
    void on_failure(std::exception_ptr failure) const {
      try {
        std::rethrow_exception(std::move(failure));
      } catch (int number) {
        failure_seen = number;
      }
    }
    moment when_;
    int& failure_seen;
  };
  const log_capture log;
  at_every_allocation_there([&](moment when) {
    int failure_seen = 0;
    const auto ref = vicar::start<careful>(when, failure_seen);
    ref.defer(&careful::fail);
    ref.stop().wait();
    CHECK(failure_seen == 7);
  });
}

TEST_CASE("a dead letter that cannot be described for lack of memory is still counted") {
  const log_capture log;
  vicar::set_dead_letter_handler(
      [](const vicar::dead_letter& letter) { static_cast<void>(std::string{letter.message} + long_text); });
  tally counts;
  at_every_allocation_there([&](moment when) {
    std::binary_semaphore door{0};
    const auto ref = vicar::start<mortal>(counts, mortal::ending::fail, when, door);
    ref.defer(&mortal::end);
    ref.defer(&mortal::seven, long_text);
    const auto stopped = ref.stop();
    door.release();
    CHECK(stopped.get());
    CHECK(ref.stats().dropped == 1);
  });
  vicar::reset_dead_letter_handler();
}

// The last test: some of its actors wait until the end of the program.
TEST_CASE("a wait in a cycle that is only logged lasts, even if the log lacks its line, or throws bad_alloc") {
  long refused = 0;
  long not_logged = 0;
  at_every_allocation_there([&](moment when) {
    const log_capture log;
    const auto ref = vicar::start<library>({.deadlock = vicar::deadlock_policy::log, .daemon = true});
    const auto asked = ref.call(&library::wait_for_itself, when);
    while (!asked.ready() && !waits(ref)) std::this_thread::yield();
    if (asked.ready()) {
      CHECK(answer_of(asked) == answer::bad_alloc);
      CHECK(log.lines().empty());
      CHECK(ref.call(&library::count).get() == 3);
      ref.stop().wait();
      ++refused;
    } else {
      CHECK(log.count(log_level::error, "waits for itself") == (when.which->happened() ? 0U : 1U));
      if (when.which->happened()) ++not_logged;
      registry::unregister(ref);  // it waits forever, and must not be found by later tests
    }
  });
  CHECK(refused > 0);
  CHECK(not_logged > 0);
}

}  // namespace
