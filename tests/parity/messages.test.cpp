// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <concepts>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <fmt/core.h>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"

using support::containing;
using support::log_capture;
using support::started;

struct parcel {};

struct depot {
  using receives = vicar::messages<int>;
  int crates = 10;

  int add(int more) { return crates += more; }
  void lose() { throw std::runtime_error{"lost"}; }
  void on_receive(int) { lose(); }
};

// The operations of a reference are those of its proxy.
TEST_CASE("messages for call, read and write are sent without a proxy, with an answer or without") {
  const log_capture log;
  const auto ref = vicar::start<depot>();
  SECTION("with an answer") {
    const auto by_name = ref.call<&depot::add>(1);
    const auto by_pointer = ref.call(&depot::add, 2);
    const auto by_function = ref.call([](depot& self, int more) { return self.add(more); }, 3);
    STATIC_REQUIRE(std::same_as<decltype(by_name), const vicar::future<int>>);
    STATIC_REQUIRE(std::same_as<decltype(by_pointer), const vicar::future<int>>);
    STATIC_REQUIRE(std::same_as<decltype(by_function), const vicar::future<int>>);
    CHECK(by_name.get() == 11);
    CHECK(by_pointer.get() == 13);
    CHECK(by_function.get() == 16);

    STATIC_REQUIRE(std::same_as<decltype(ref.get<&depot::crates>()), vicar::future<int>>);
    CHECK(ref.get<&depot::crates>().get() == 16);
    CHECK(ref.get(&depot::crates).get() == 16);

    STATIC_REQUIRE(std::same_as<decltype(ref.set<&depot::crates>(20)), vicar::future<void>>);
    ref.set<&depot::crates>(20).get();
    CHECK(ref.get<&depot::crates>().get() == 20);
    ref.set(&depot::crates, 30).get();
    CHECK(ref.get<&depot::crates>().get() == 30);
  }
  SECTION("without an answer") {
    ref.defer<&depot::add>(1);
    ref.defer(&depot::add, 2);
    ref.defer([](depot& self, int more) { self.add(more); }, 3);
    STATIC_REQUIRE(std::is_void_v<decltype(ref.defer<&depot::add>(1))>);
    CHECK(ref.get<&depot::crates>().get() == 16);

    ref.get<&depot::crates>();
    ref.set<&depot::crates>(20);
    CHECK(ref.get<&depot::crates>().get() == 20);
    ref.set(&depot::crates, 30);
    CHECK(ref.get<&depot::crates>().get() == 30);
  }
  CHECK(ref.stop().get());
  CHECK(log.lines().empty());
}

TEST_CASE("a message has a printable form in the log: its member, or its type") {
  const log_capture log{vicar::log_level::info};
  const started<depot> actor;
  const std::string title = fmt::format("{:s}", actor.ref);
  SECTION("of a member known when it is compiled: its name") {
    CHECK_THROWS_AS(actor.ref.call<&depot::lose>().get(), std::runtime_error);
    REQUIRE(log.lines().size() == 1);
    CHECK(log.lines()[0].message == "Exception returned from " + title + " to caller: lose threw:");
  }
  SECTION("of a member pointer without a registered name: its class, parameters and result") {
    CHECK_THROWS_AS(actor.ref.call(&depot::lose).get(), std::runtime_error);
    REQUIRE(log.lines().size() == 1);
    CHECK(log.lines()[0].message ==
          containing("Exception returned from " + title + " to caller: ", "depot::(", " -> void threw:"));
  }
  SECTION("of a deferred call: its name") {
    actor.ref.defer<&depot::lose>();
    actor.ref.stop().wait();
    REQUIRE(log.lines().size() == 1);
    CHECK(log.lines()[0].message == "Unhandled exception in " + title + ": lose threw:");
  }
  SECTION("of a message for on_receive: that") {
    CHECK_THROWS_AS(vicar::any_actor_ref{actor.ref}.ask(1).get(), std::runtime_error);
    REQUIRE(log.lines().size() == 1);
    CHECK(log.lines()[0].message == "Exception returned from " + title + " to caller: on_receive threw:");
  }
  SECTION("of a message that nobody takes: its type") {
    CHECK_THROWS_AS(vicar::any_actor_ref{actor.ref}.ask(parcel{}).get(), vicar::unhandled_message_error);
    REQUIRE_FALSE(log.lines().empty());
    CHECK(log.lines()[0].message == "Unexpected message received by " + title + ": parcel");
  }
}
