// SPDX-License-Identifier: BSL-1.0
#include <vicar/options.hpp>

#include <functional>
#include <latch>
#include <limits>
#include <string>
#include <thread>
#include <type_traits>

#include <vicar/stop_token.hpp>
#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/started.hpp"
#include "support/threads.hpp"

using support::containing;
using support::error_text;
using support::started;

namespace {

class plain {
 public:
  int one() const { return 1; }
};

class optioned {
 public:
  static constexpr vicar::options actor_options{
      .name = "of-the-class", .mailbox_capacity = 1, .on_overflow = vicar::overflow::fail};
  void hold(std::latch& entered, std::latch& open) {
    entered.count_down();
    open.wait();
  }
  int one() const { return 1; }
};

}  // namespace

TEST_CASE("by default, options are unbounded and blocking, without a name, and no daemon") {
  constexpr vicar::options chosen;
  STATIC_REQUIRE(chosen.name.empty());
  STATIC_REQUIRE(chosen.mailbox_capacity == vicar::unbounded);
  STATIC_REQUIRE(chosen.on_overflow == vicar::overflow::block);
  STATIC_REQUIRE_FALSE(chosen.daemon);
  STATIC_REQUIRE_FALSE(chosen.thread.own);
  STATIC_REQUIRE(vicar::options{.thread = vicar::own_thread}.thread.own);
  STATIC_REQUIRE(vicar::unbounded == std::numeric_limits<std::size_t>::max());
  STATIC_REQUIRE(std::is_aggregate_v<vicar::options>);
}

TEST_CASE("the name of an actor is its own, or its class and a running number") {
  std::string wanted = "wanted";
  const started<plain> named{vicar::options{.name = wanted}};
  wanted = "changed";
  CHECK(named.ref.name() == "wanted");
  const started<plain> first;
  const started<plain> second;
  CHECK(first.ref.name() == containing("plain-"));
  CHECK(first.ref.name() != second.ref.name());
}

TEST_CASE("options of the class apply unless start gets others, which replace them as a whole") {
  std::latch entered{1};
  std::latch open{1};
  std::latch other_entered{1};
  std::latch other_open{1};
  const started<optioned> by_class;
  CHECK(by_class.ref.name() == "of-the-class");
  by_class->defer(&optioned::hold, std::ref(entered), std::ref(open));
  entered.wait();
  by_class->defer(&optioned::one);
  CHECK_THROWS_AS(by_class->defer(&optioned::one), vicar::mailbox_full_error);
  open.count_down();

  const started<optioned> by_call{vicar::options{.name = "of-the-call"}};
  CHECK(by_call.ref.name() == "of-the-call");
  by_call->defer(&optioned::hold, std::ref(other_entered), std::ref(other_open));
  other_entered.wait();
  by_call->defer(&optioned::one);
  by_call->defer(&optioned::one);
  CHECK(by_call.ref.stats().mailbox_depth == 2);
  other_open.count_down();
}

TEST_CASE("a capacity of zero is refused") {
  CHECK(error_text<vicar::error>([] { return vicar::start<plain>(vicar::options{.mailbox_capacity = 0}); }) ==
        containing("vicar: ", "plain", "mailbox_capacity of 0", "vicar::unbounded"));
}

TEST_CASE("stats begin with zero") {
  constexpr vicar::actor_stats none{};
  STATIC_REQUIRE(none.mailbox_depth == 0);
  STATIC_REQUIRE(none.processed == 0);
  STATIC_REQUIRE(none.failed == 0);
  STATIC_REQUIRE(none.dropped == 0);
  STATIC_REQUIRE(none.running_member.empty());
}

TEST_CASE("a stop token reports whether its source was stopped") {
  const vicar::stop_token none;
  CHECK_FALSE(none.stop_possible());
  CHECK_FALSE(none.stop_requested());
  vicar::stop_source source;
  const vicar::stop_token token = source.get_token();
  const vicar::stop_token copy = token;
  CHECK(token.stop_possible());
  CHECK_FALSE(token.stop_requested());
  CHECK(source.request_stop());
  CHECK(token.stop_requested());
  CHECK(copy.stop_requested());
  CHECK_FALSE(source.request_stop());
}

TEST_CASE("a stop token outlives its source and ends a loop on another thread") {
  vicar::stop_token token;
  {
    vicar::stop_source source;
    token = source.get_token();
    bool ended = false;
    {
      const support::joined_thread working{[&] {
        while (!token.stop_requested()) std::this_thread::yield();
        ended = true;
      }};
      source.request_stop();
    }
    CHECK(ended);
  }
  CHECK(token.stop_requested());
}
