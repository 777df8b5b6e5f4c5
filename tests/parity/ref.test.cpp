// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <any>
#include <atomic>
#include <chrono>
#include <concepts>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::joined_thread;
using support::log_capture;
using support::started;

struct berth {
  int ships = 0;
};
template <>
inline constexpr bool vicar::enable_traversable<berth> = true;

struct harbour {
  std::unique_ptr<berth> empty_quay;

  int on_receive(int ships) { return ships + 1; }
  /// Handles no other message until the tide comes.
  int on_receive(vicar::future<void> tide) {
    tide.get();
    return 7;
  }
  void work_until(vicar::promise<void> begun, vicar::future<void> tide) const {
    begun.set_value();
    tide.get();
  }
  int wait_for_itself() { return vicar::self(*this).ask(1).get(); }
  void close_all() { throw vicar::stop_all_actors{}; }
};

/// Records every object that it is told.
struct customs {
  std::vector<std::string> declared;

  void on_receive(int object) { declared.push_back(fmt::format("int {}", object)); }
  void on_receive(double object) { declared.push_back(fmt::format("double {}", object)); }
  void on_receive(const std::string& object) { declared.push_back("string " + object); }
  void on_receive(const std::tuple<int, std::string>& object) {
    declared.push_back(fmt::format("tuple {} {}", std::get<0>(object), std::get<1>(object)));
  }
  void on_receive(const std::vector<int>& object) { declared.push_back(fmt::format("vector of {}", object.size())); }
  void on_receive(const std::runtime_error& object) { declared.push_back(fmt::format("exception {}", object.what())); }
  void on_receive(std::unique_ptr<int> object) { declared.push_back(fmt::format("pointer to {}", *object)); }
};

TEST_CASE("a ref is printed in angle brackets, as a ref, with class name and URN") {
  const started<harbour> actor;
  const std::string expected = "<actor_ref for harbour (" + actor.ref.urn() + ")>";
  CHECK(actor.ref.urn() == containing("urn:uuid:"));
  CHECK(fmt::format("{}", actor.ref) == expected);
  CHECK(fmt::format("{}", vicar::any_actor_ref{actor.ref}) == expected);
  std::ostringstream stream;
  stream << actor.ref;
  CHECK(stream.str() == expected);
}

TEST_CASE("the plain form of a ref is class name and URN, and every error text about an actor has it") {
  const log_capture log{vicar::log_level::off};
  const auto ref = vicar::start<harbour>();
  const std::string title = fmt::format("{:s}", ref);
  CHECK(title == "harbour (" + ref.urn() + ")");
  CHECK(fmt::format("{:s}", vicar::any_actor_ref{ref}) == title);
  SECTION("of waiting") {
    CHECK(error_text<vicar::deadlock_error>([&] { ref.call<&harbour::wait_for_itself>().get(); }) == containing(title));
    vicar::promise<void> tide;
    const auto busy = ref.ask(tide.get_future());
    CHECK(error_text<vicar::timeout_error>([&] { busy.get(0s); }) == containing(title));
    tide.set_value();
  }
  SECTION("of a message that does not fit") {
    CHECK(error_text<vicar::unhandled_message_error>([&] { vicar::any_actor_ref{ref}.ask(1).get(); }) ==
          containing(title));
    CHECK(error_text<vicar::null_step_error>([&] { ref.proxy().at(&harbour::empty_quay).get(&berth::ships).get(); }) ==
          containing(title));
  }
  SECTION("of a full mailbox") {
    const started<harbour> small{vicar::options{.mailbox_capacity = 1, .on_overflow = vicar::overflow::fail}};
    const std::string small_title = fmt::format("{:s}", small.ref);
    vicar::promise<void> begun;
    vicar::promise<void> tide;
    const auto has_begun = begun.get_future();
    small.ref.defer<&harbour::work_until>(std::move(begun), tide.get_future());
    has_begun.get();
    small.ref.tell(1);
    CHECK(error_text<vicar::mailbox_full_error>([&] { small.ref.tell(2); }) == containing(small_title));
    CHECK(error_text<vicar::mailbox_full_error>([&] { small.ref.ask(2).get(); }) == containing(small_title));
    tide.set_value();
  }
  SECTION("of an actor that stops") {
    vicar::promise<void> tide;
    const auto busy = ref.ask(tide.get_future());
    const auto stopping = ref.call<&harbour::close_all>();
    const auto late = ref.ask(1);
    tide.set_value();
    CHECK(error_text<vicar::actor_dead_error>([&] { stopping.get(); }) == containing(title));
    CHECK(error_text<vicar::actor_dead_error>([&] { late.get(); }) == containing(title));
  }
  ref.stop().wait();
  CHECK(error_text<vicar::actor_dead_error>([&] { ref.tell(1); }) == containing(title));
  CHECK(error_text<vicar::actor_dead_error>([&] { ref.ask(1).get(); }) == containing(title));
  CHECK(error_text<vicar::actor_dead_error>([&] { ref.proxy(); }) == containing(title));
}

TEST_CASE("is_alive is true while the actor runs and false once it is dead") {
  const auto ref = vicar::start<harbour>();
  CHECK(ref.is_alive());
  ref.stop().get();
  CHECK_FALSE(ref.is_alive());
}

TEST_CASE("stop answers true for a live actor and false for a dead one") {
  const auto ref = vicar::start<harbour>();
  CHECK(ref.stop().get());
  CHECK_FALSE(ref.stop().get());
  CHECK_FALSE(vicar::any_actor_ref{ref}.stop().get());
}

TEST_CASE("tell delivers a message to the on_receive that the class has for its type") {
  const started<customs> actor;
  actor.ref.tell(1);
  actor.ref.tell("one");
  CHECK(actor.ref.get<&customs::declared>().get() == std::vector<std::string>{"int 1", "string one"});
}

TEST_CASE("tell takes any object, also an exception and one that can only be moved") {
  const log_capture log;
  const started<customs> actor;
  actor.ref.tell(123);
  actor.ref.tell(123.5);
  actor.ref.tell(std::string{"text"});
  actor.ref.tell(std::tuple{1, std::string{"two"}});
  actor.ref.tell(std::vector{1, 2, 3});
  actor.ref.tell(std::runtime_error{"only a message"});
  actor.ref.tell(std::make_unique<int>(5));
  CHECK(actor.ref.get<&customs::declared>().get() ==
        std::vector<std::string>{"int 123", "double 123.5", "string text", "tuple 1 two", "vector of 3",
                                 "exception only a message", "pointer to 5"});
  CHECK(log.lines().empty());
}

TEST_CASE("tell to a stopped actor fails and says who was not found") {
  const auto ref = vicar::start<harbour>();
  ref.stop().get();
  const std::string expected = "vicar: harbour (" + ref.urn() + ") is not running";
  CHECK(error_text<vicar::actor_dead_error>([&] { ref.tell(1); }) == containing(expected));
  CHECK(error_text<vicar::actor_dead_error>([&] { vicar::any_actor_ref{ref}.tell(1); }) == containing(expected));
}

TEST_CASE("ask blocks until the reply is there, can time out, and can leave it at a future") {
  const started<harbour> actor;
  vicar::promise<void> tide;
  SECTION("blocks") {
    std::atomic<bool> answered{false};
    int reply = 0;
    support::sleeper caller;
    {
      const joined_thread asking{[&] {
        caller.here();
        reply = actor.ref.ask(tide.get_future()).get();
        answered = true;
      }};
      caller.wait_until_asleep();
      CHECK_FALSE(answered);
      tide.set_value();
    }
    CHECK(reply == 7);
  }
  SECTION("can time out") {
    CHECK(error_text<vicar::timeout_error>([&] { actor.ref.ask(tide.get_future()).get(1ms); }) ==
          containing("harbour (" + actor.ref.urn() + ") did not answer on_receive within 0.001 s"));
    const auto asked = actor.ref.ask(1);
    CHECK(error_text<vicar::timeout_error>([&] { asked.get(0s); }) ==
          containing("did not answer on_receive within 0 s"));
    tide.set_value();
    CHECK(asked.get(1h) == 2);
    CHECK(asked.get(0s) == 2);
  }
  SECTION("can leave it at a future") {
    const auto asked = actor.ref.ask(tide.get_future());
    STATIC_REQUIRE(std::same_as<decltype(asked), const vicar::future<int>>);
    CHECK_FALSE(asked.ready());
    tide.set_value();
    CHECK(asked.get() == 7);
  }
}

TEST_CASE("ask to a stopped actor fails through its future and does not throw itself") {
  const auto ref = vicar::start<harbour>();
  ref.stop().get();
  const std::string expected = "vicar: harbour (" + ref.urn() + ") is not running";
  CHECK(error_text<vicar::actor_dead_error>([&] { ref.ask(1).get(); }) == containing(expected));

  vicar::future<int> asked;
  CHECK_NOTHROW(asked = ref.ask(1));
  CHECK(asked.ready());
  CHECK(error_text<vicar::actor_dead_error>([&] { asked.get(); }) == containing(expected));
  CHECK(error_text<vicar::actor_dead_error>([&] { asked.get(0s); }) == containing(expected));

  vicar::future<std::any> untyped;
  CHECK_NOTHROW(untyped = vicar::any_actor_ref{ref}.ask(1));
  CHECK(error_text<vicar::actor_dead_error>([&] { untyped.get(); }) == containing(expected));
}
