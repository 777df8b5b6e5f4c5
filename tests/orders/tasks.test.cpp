// SPDX-License-Identifier: BSL-1.0
// Calls that are coroutines, and continuations: where they may be suspended, and what comes in meanwhile.
#include <vicar/task.hpp>

#include <chrono>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <vicar/actor.hpp>
#include <vicar/actor_ref.hpp>
#include <vicar/compose.hpp>
#include <vicar/error.hpp>
#include <vicar/explore.hpp>
#include <vicar/future.hpp>
#include <vicar/options.hpp>
#include <vicar/world.hpp>

#include "support/catch.hpp"
#include "support/every_order.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/require.hpp"

using support::containing;
using support::every_order;
using support::require;
using outcomes = std::set<std::string>;

namespace {

/// What is left of coroutines.
struct traces {
  int frames = 0;     ///< that exist
  int misplaced = 0;  ///< frames that were destroyed on another thread, or after `on_stop`
  bool stopped = false;
};

/// A local variable of a coroutine.
class local {
 public:
  explicit local(traces& left) : left_{left}, thread_{std::this_thread::get_id()} { ++left_.frames; }
  ~local() {
    if (left_.stopped || std::this_thread::get_id() != thread_) ++left_.misplaced;
    --left_.frames;
  }
  local(const local&) = delete;
  local& operator=(const local&) = delete;

 private:
  traces& left_;
  const std::thread::id thread_;
};

struct source {
  int answer() { return 1; }
};

class asker {
 public:
  explicit asker(traces& left) : left_{&left} {}
  void on_stop() { left_->stopped = true; }

  vicar::task<int> ask(vicar::actor_ref<source> other) {
    const local outer{*left_};
    co_return co_await inner(std::move(other));
  }

 private:
  vicar::task<int> inner(vicar::actor_ref<source> other) {
    const local variable{*left_};
    co_return co_await other.call<&source::answer>();
  }
  traces* left_;
};

/// How a call ended.
std::string ended(const vicar::future<int>& answer) {
  try {
    return std::to_string(answer.get());
  } catch (const vicar::actor_dead_error& dead) {
    const bool suspended = std::string{dead.what()}.find("was suspended by co_await") != std::string::npos;
    return suspended ? "suspended" : "refused";
  }
}

}  // namespace

TEST_CASE("a call that awaits something is answered, refused, or dropped by a stop, and its frames are destroyed") {
  CHECK(every_order([](vicar::world& world) {
          traces left;
          const auto other = vicar::start<source>();
          const auto ref = vicar::start<asker>(left);
          world.run();
          std::string answer;
          {
            const auto caller = world.spawn("caller", [&] { answer = ended(ref.call<&asker::ask>(other)); });
            const auto stopper = world.spawn("stopper", [&] { require(ref.stop().get(), "it had stopped before"); });
          }
          require(left.frames == 0, "a frame is left");
          require(left.misplaced == 0, "a frame was destroyed on another thread, or late");
          require(ref.stats().processed == (answer == "1" ? 1 : 0), "another number of messages");
          return answer;
        }) == outcomes{"1", "refused", "suspended"});
}

TEST_CASE("a deferred call that awaits something is handled, refused, or dropped by a stop") {
  CHECK(every_order([](vicar::world& world) {
          traces left;
          const auto other = vicar::start<source>();
          const auto ref = vicar::start<asker>(left);
          world.run();
          bool refused = false;
          {
            const auto caller = world.spawn("caller", [&] { refused = !ref.try_defer<&asker::ask>(other); });
            const auto stopper = world.spawn("stopper", [&] { ref.stop().get(); });
          }
          require(left.frames == 0, "a frame is left");
          require(left.misplaced == 0, "a frame was destroyed on another thread, or late");
          const vicar::actor_stats stats = ref.stats();
          require(stats.suspended == 0, "a call is suspended in an actor that has ended");
          return std::to_string(stats.processed) + std::to_string(stats.dropped) + (refused ? " refused" : "");
        }) == outcomes{"00 refused", "01", "10"});
}

namespace {

class node {
 public:
  using ref = vicar::actor_ref<node>;

  int leaf() const { return 1; }
  /// Blocks on a call of `other` that awaits a call of `third`, perhaps not before that is suspended.
  std::string block(const ref& other, const ref& third, vicar::world* world) {
    const auto answer = other.call<&node::await_leaf>(third);
    world->point();
    try {
      return answer.get();
    } catch (const vicar::deadlock_error&) {
      return "get";
    }
  }
  vicar::task<std::string> await_leaf(ref other) {
    std::string found = "answered";
    try {
      co_await other.call<&node::leaf>();
    } catch (const vicar::deadlock_error&) {
      found = "co_await";
    }
    co_return found;
  }
  int block_on_leaf(const ref& other) { return other.call<&node::leaf>().get(); }
  /// Blocks on a call of `other` that awaits `first`, and then a call of this actor.
  std::string block_on_two(const ref& other, const vicar::future<int>& first, vicar::world* world) {
    const auto answer = other.call<&node::await_two>(first, vicar::self(*this));
    world->point();
    try {
      return answer.get();
    } catch (const vicar::deadlock_error&) {
      return "get";
    }
  }
  vicar::task<std::string> await_two(vicar::future<int> first, ref other) {
    const auto both = vicar::when_all(std::move(first), other.call<&node::leaf>());
    std::string found = "answered";
    try {
      co_await both;
    } catch (const vicar::deadlock_error&) {
      found = "co_await";
    }
    co_return found;
  }
};

}  // namespace

TEST_CASE("a get whose answer awaits the caller: in each order, the get or the co_await throws") {
  CHECK(every_order([](vicar::world& world) {
          const auto first = vicar::start<node>();
          const auto second = vicar::start<node>();
          world.run();
          const auto answer = first.call<&node::block>(second, first, &world);
          std::string found = answer.get();
          require(first.call<&node::leaf>().get() == 1, "the first actor does not answer");
          require(second.call<&node::leaf>().get() == 1, "the second actor does not answer");
          return found;
        }) == outcomes{"co_await", "get"});
}

TEST_CASE("a get whose answer awaits the caller after something else: in each order, one of the two throws") {
  CHECK(every_order([](vicar::world& world) {
          const auto first = vicar::start<node>();
          const auto second = vicar::start<node>();
          world.run();
          vicar::promise<int> value;
          const auto setter = world.spawn("setter", [&] { value.set_value(1); });
          const auto answer = first.call<&node::block_on_two>(second, value.get_future(), &world);
          return answer.get();
        }) == outcomes{"co_await", "get"});
}

TEST_CASE("a get whose answer awaits a third actor, which waits for the second one itself, is not a cycle") {
  CHECK(every_order([](vicar::world& world) {
          const auto first = vicar::start<node>();
          const auto second = vicar::start<node>();
          const auto third = vicar::start<node>();
          world.run();
          const auto answer = first.call<&node::block>(second, third, &world);
          const auto meanwhile = third.call<&node::block_on_leaf>(second);
          require(meanwhile.get() == 1, "the third actor has no answer");
          return answer.get();
        }) == outcomes{"answered"});
}

namespace {

/// Writes down what happens to it.
class diary {
 public:
  void note(const std::string& what) { text_ += what; }
  std::string text() const { return text_; }

  vicar::task<> await(vicar::future<int> given, std::string name) {
    co_await given;
    note(name);
  }
  vicar::task<int> ask(vicar::actor_ref<source> other) {
    note("<");
    const int answer = co_await other.call<&source::answer>();
    note(">");
    co_return answer;
  }

 private:
  std::string text_;
};
struct secretive_diary : diary {
  static constexpr vicar::options actor_options{.interleaving = false};
};

/// Sends something before it answers.
struct reporter {
  vicar::task<int> work(vicar::future<void> allowed, vicar::actor_ref<diary> to) {
    co_await allowed;
    to.defer<&diary::note>("p");
    co_return 1;
  }
};

}  // namespace

TEST_CASE("continuations of one future run in the order attached, whenever it is ready") {
  CHECK(every_order([](vicar::world& world) {
          const auto ref = vicar::start<diary>();
          world.run();
          vicar::promise<int> value;
          const vicar::future<int> given = value.get_future();
          const auto setter = world.spawn("setter", [&] { value.set_value(1); });
          const auto other = world.spawn("other", [&] { ref.defer<&diary::note>("m"); });
          const auto first = given.then(ref, [](diary& it, int) { it.note("a"); });
          const auto second = given.then(ref, [](diary& it, int) { it.note("b"); });
          second.get();
          require(first.ready(), "the second is ready, and the first is not");
          world.run();
          return ref.call<&diary::text>().get();
        }) == outcomes{"abm", "amb", "mab"});
}

TEST_CASE("coroutines that await one answer continue in order, after what was sent before the answer") {
  CHECK(every_order([](vicar::world& world) {
          vicar::promise<void> allow;
          const auto ref = vicar::start<diary>();
          const auto worker = vicar::start<reporter>();
          const auto answer = worker.call<&reporter::work>(allow.get_future(), ref);
          ref.defer<&diary::await>(answer, "1");
          ref.defer<&diary::await>(answer, "2");
          world.run();  // both are suspended
          {
            const auto other = world.spawn("other", [&] { ref.defer<&diary::note>("m"); });
            allow.set_value();
          }
          world.run();
          return ref.call<&diary::text>().get();
        }) == outcomes{"mp12", "pm12", "p1m2", "p12m"});
}

TEST_CASE("a mailbox that drops its oldest message drops no resumption, and refuses nothing because of one") {
  CHECK(every_order([](vicar::world& world) {
          const auto ref = vicar::start<diary>({.mailbox_capacity = 1, .on_overflow = vicar::overflow::drop_oldest});
          vicar::promise<int> value;
          ref.defer<&diary::await>(value.get_future(), "r");
          world.run();  // it is suspended
          {
            const auto setter = world.spawn("setter", [&] { value.set_value(1); });
            for (const char* const each : {"1", "2"}) ref.defer<&diary::note>(each);
          }
          world.run();
          return ref.call<&diary::text>().get();
        }) == outcomes{"12r", "1r2", "2r", "r12", "r2"});
}

namespace {

template <class Diary>
std::string interrupted(vicar::world& world) {
  const auto other = vicar::start<source>();
  const auto ref = vicar::start<Diary>();
  world.run();
  {
    const auto caller = world.spawn("caller", [&] { ref.template call<&diary::ask>(other).get(); });
    const auto sender = world.spawn("sender", [&] { ref.template defer<&diary::note>("m"); });
  }
  return ref.template call<&diary::text>().get();
}

}  // namespace

TEST_CASE("other messages come in while a coroutine awaits something, unless interleaving is off") {
  CHECK(every_order(&interrupted<diary>) == outcomes{"<>m", "<m>", "m<>"});
  CHECK(every_order(&interrupted<secretive_diary>) == outcomes{"<>m", "m<>"});
}

TEST_CASE("a schedule replays a failure between a suspension and its end, and its trace says what was handled") {
  const support::log_capture quiet;
  const vicar::call_site here = vicar::call_site::here();
  const auto body = [](vicar::world& world) {
    const auto other = vicar::start<source>({.name = "source"});
    const auto ref = vicar::start<diary>({.name = "diary"});
    {
      const auto caller = world.spawn("caller", [&] {
        const auto answer = ref.call<&diary::ask>(other);
        answer.then(ref, [](diary& it, int) { it.note("t"); }).get();
      });
      const auto sender = world.spawn("sender", [&] { ref.defer<&diary::note>("m"); });
    }
    require(ref.call<&diary::text>().get() != "<m>t", "interrupted");
  };
  const vicar::exploration found = vicar::try_explore({.runs = 300}, body, here);
  CHECK(found.failure ==
        containing("interrupted", "diary            handles then from caller", "handles a resumption from source"));
  REQUIRE_FALSE(found.schedule.empty());
  setenv("VICAR_SCHEDULE", found.schedule.c_str(), 1);
  const vicar::exploration again = vicar::try_explore({.runs = 300}, body, here);
  unsetenv("VICAR_SCHEDULE");
  CHECK(again.runs == 1);
  CHECK(again.failure == containing("interrupted"));
  CHECK(again.uncontrolled == "");
}
