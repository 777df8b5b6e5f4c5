// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/futures/state.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <latch>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#if VICAR_HAS_FORK
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include <vicar/detail/futures/handle.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/future_parts.hpp"
#include "support/threads.hpp"
#include "support/tracked.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::counted_waiter;
using support::error_text;
using support::fixed;
using support::held_state;
using support::joined_thread;
using support::on_threads;
using support::tally;
using support::tracked;
using vicar::detail::future_state;
using vicar::detail::future_state_base;
using vicar::detail::time_limit;
using vicar::detail::waiter;

TEST_CASE("a state goes from pending to ready once") {
  const held_state<int> state;
  CHECK_FALSE(state->published());
  CHECK_FALSE(state->ready());
  state->store([] { return 5; });
  CHECK_FALSE(state->ready());
  state->publish();
  CHECK(state->published());
  CHECK(state->ready());
  CHECK(state->value() == 5);
  CHECK(state->error() == nullptr);
}

TEST_CASE("one producer holds the claim until it releases it") {
  const held_state<int> state;
  CHECK(state->claim());
  CHECK_FALSE(state->claim());
  state->unclaim();
  CHECK(state->claim());
  state->store([] { return 1; });
  state->publish();
  CHECK_FALSE(state->claim());
}

TEST_CASE("a published reply needs no claim and cannot be claimed any more") {
  const held_state<int> state;
  state->store([] { return 1; });
  state->publish();
  CHECK_FALSE(state->claim());
}

TEST_CASE("exactly one of many producers gets the claim") {
  for (int round = 0; round < 300; ++round) {
    const held_state<int> state;
    std::atomic<int> winners{0};
    on_threads(3, [&](std::size_t) {
      if (state->claim()) ++winners;
    });
    CHECK(winners == 1);
  }
}

TEST_CASE("the only consumer may move the value out, whether the producer has a handle or not") {
  held_state<int> state;
  SECTION("with a producer") {}
  SECTION("without") { state.drop_producer(); }
  state->add_consumer();
  CHECK_FALSE(state->move_out());
  state->drop_consumer();
  CHECK(state->move_out());
  CHECK(state->move_out());
}

TEST_CASE("the producer adds consumers until the value is moved out") {
  const held_state<int> state;
  CHECK(state->offer_consumer());
  CHECK_FALSE(state->move_out());
  state->drop_consumer();
  CHECK(state->move_out());
  CHECK_FALSE(state->offer_consumer());
}

TEST_CASE("moving the value out and adding a consumer exclude each other, and a refusal is not counted") {
  for (int round = 0; round < 1000; ++round) {
    const held_state<int> state;
    std::array<bool, 2> won{};
    on_threads(2, [&](std::size_t index) { won[index] = index == 0 ? state->move_out() : state->offer_consumer(); });
    REQUIRE(won[0] != won[1]);
    if (won[1]) state->drop_consumer();
  }
}

#if VICAR_HAS_FORK
TEST_CASE("an overflow of the handle count terminates the process instead of freeing too early") {
  const pid_t child = fork();
  if (child == 0) {
    std::set_terminate([] {
      try {
        throw;
      } catch (const vicar::error& too_many) {
        _exit(std::string_view{too_many.what()}.starts_with("vicar: one future has more than 4 million copies") ? 7
                                                                                                                : 8);
      }
    });
    auto* const state = new future_state<int>;
    for (std::uint32_t i = 0; i < std::uint32_t{1} << 24U; ++i) state->add_consumer();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
}
#endif

TEST_CASE("a value is destroyed exactly once, with the state") {
  tally counts;
  {
    held_state<tracked> state;
    state->store([&] { return tracked{counts, 3}; });
    state->publish();
    CHECK(counts.moves == 0);
    state.drop_producer();
    CHECK(counts.alive == 1);
  }
  CHECK(counts.alive == 0);
  {
    const held_state<tracked> never_answered;
  }
  {
    const held_state<tracked> failed;
    failed->store_error(std::make_exception_ptr(1));
    failed->publish();
  }
  CHECK(counts.alive == 0);
}

TEST_CASE("the last handle frees the state, be it the producer's or a consumer's") {
  for (const bool producer_last : {false, true}) {
    tally counts;
    auto* state = new future_state<tracked>;
    state->store([&] { return tracked{counts}; });
    state->publish();
    state->add_consumer();
    state->drop_consumer();
    producer_last ? state->drop_consumer() : state->drop_producer();
    CHECK(counts.alive == 1);
    producer_last ? state->drop_producer() : state->drop_consumer();
    CHECK(counts.alive == 0);
  }
}

TEST_CASE("a value that cannot be moved is built in place") {
  const held_state<fixed> state;
  state->store([] { return fixed{4}; });
  state->publish();
  CHECK(state->value().value == 4);
}

TEST_CASE("an exception of the factory leaves the state pending") {
  const held_state<int> state;
  CHECK_THROWS_AS(state->store([]() -> int { throw std::out_of_range{"far"}; }), std::out_of_range);
  CHECK_FALSE(state->ready());
  const held_state<void> nothing;
  CHECK_THROWS_AS(nothing->store([] { throw std::out_of_range{"far"}; }), std::out_of_range);
  CHECK_FALSE(nothing->ready());
}

TEST_CASE("a waiter that is attached first runs when the state becomes ready") {
  const held_state<void> state;
  counted_waiter next;
  state->attach(next);
  CHECK(next.runs == 0);
  state->store([] {});
  CHECK(next.runs == 0);
  state->publish();
  CHECK(next.runs == 1);
}

TEST_CASE("a waiter that is attached to a ready state runs at once") {
  const held_state<void> state;
  counted_waiter next;
  state->store([] {});
  state->publish();
  state->attach(next);
  CHECK(next.runs == 1);
}

TEST_CASE("a waiter runs exactly once whichever side comes first, and sees the value") {
  struct reading : waiter {
    explicit reading(future_state<std::string>& source) : waiter{&run_it}, state{source} {}
    static void run_it(waiter& self) noexcept {
      auto& whole = static_cast<reading&>(self);
      ++whole.runs;
      whole.seen = whole.state.value();
    }
    future_state<std::string>& state;
    std::atomic<int> runs{0};
    std::string seen;
  };
  for (int round = 0; round < 2000; ++round) {
    held_state<std::string> state;
    reading next{*state};
    on_threads(2, [&](std::size_t index) {
      if (index == 0) {
        state->store([] { return std::string(30, 'r'); });
        state->publish();
      } else {
        state->attach(next);
      }
    });
    REQUIRE(next.runs == 1);
    REQUIRE(next.seen == std::string(30, 'r'));
  }
}

TEST_CASE("all waiters of a state run, in the order in which they were attached") {
  struct recording : waiter {
    recording(int its_number, std::vector<int>& all) : waiter{&run_it}, number{its_number}, runs{all} {}
    static void run_it(waiter& self) noexcept {
      const auto& whole = static_cast<recording&>(self);
      whole.runs.push_back(whole.number);
    }
    int number;
    std::vector<int>& runs;
  };
  std::vector<int> runs;
  recording first{1, runs};
  recording second{2, runs};
  recording third{3, runs};
  held_state<int> state;
  state->attach(first);
  state->attach(second);
  state->store([] { return 1; });
  SECTION("published by a producer that stays") { state->publish(); }
  SECTION("published with the producer's last step") { state.publish_last(); }
  state->attach(third);
  CHECK(runs == std::vector<int>{1, 2, 3});
}

TEST_CASE("each of several waiters runs once, whichever side comes first") {
  for (int round = 0; round < 2000; ++round) {
    const held_state<int> state;
    counted_waiter first;
    counted_waiter second;
    on_threads(3, [&](std::size_t index) {
      if (index == 0) {
        state->store([] { return 1; });
        state->publish();
      } else {
        state->attach(index == 1 ? first : second);
      }
    });
    REQUIRE(first.runs == 1);
    REQUIRE(second.runs == 1);
  }
}

TEST_CASE("await with a timeout returns the state that was not ready") {
  const held_state<int> state;
  CHECK(state->await(time_limit{0s}) == &*state);
  CHECK(state->await(time_limit{2ms}) == &*state);
  CHECK(state->await_ready(time_limit{2ms}) == &*state);
  state->store([] { return 1; });
  state->publish();
  CHECK(state->await(time_limit{0s}) == nullptr);
  CHECK(state->await({}) == nullptr);
  CHECK(state->await_ready({}) == nullptr);
}

TEST_CASE("all sleeping threads are woken, with a timeout and without") {
  for (int round = 0; round < 200; ++round) {
    const held_state<int> state;
    std::latch begun{3};
    std::atomic<int> sum{0};
    {
      const joined_thread producer{[&] {
        begun.wait();
        state->store([] { return 7; });
        state->publish();
      }};
      on_threads(3, [&](std::size_t index) {
        begun.count_down();
        if (state->await(index == 0 ? time_limit{1h} : time_limit{}) == nullptr) sum += state->value();
      });
    }
    CHECK(sum == 21);
  }
}

TEST_CASE("a thread that sleeps in the kernel is woken") {
  for (const bool ready_only : {false, true}) {
    const held_state<int> state;
    support::sleeper waiter;
    bool woken = false;
    {
      const joined_thread waiting{[&] {
        waiter.here();
        woken = (ready_only ? state->await_ready({}) : state->await({})) == nullptr;
      }};
      waiter.wait_until_asleep();
      state->store([] { return 7; });
      state->publish();
    }
    CHECK(woken);
  }
}

TEST_CASE("the timeout_error of a state without a source names the timeout") {
  const held_state<int> state;
  CHECK(error_text<vicar::timeout_error>([&] { await_or_throw(*state, time_limit{1ms}); }) ==
        containing("vicar: no answer within 0.001 s"));
  CHECK(error_text<vicar::timeout_error>([&] { await_or_throw(*state, time_limit{-1s}); }) ==
        containing("no answer within 0 s"));
}
