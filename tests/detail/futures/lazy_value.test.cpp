// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/futures/lazy_value.hpp>

#include <atomic>
#include <cstddef>
#include <latch>
#include <vector>

#include "support/catch.hpp"
#include "support/future_parts.hpp"
#include "support/threads.hpp"

using support::counted_waiter;
using support::joined_thread;
using support::on_threads;
using vicar::detail::future_state;
using vicar::detail::future_state_base;
using vicar::detail::lazy_value;
using vicar::detail::time_limit;
using vicar::detail::waiter;

namespace {

using held = support::held_state<int>;

struct counts {
  std::atomic<int> makings{0};
  std::atomic<int> drops{0};
  std::atomic<int> disposals{0};
};

/// A lazy value that counts what is done with it. The test keeps its source alive, if there is one.
class scripted final : public lazy_value {
 public:
  scripted(future_state<int>& state, counts& seen) : lazy_value{{}}, state_{state}, seen_{seen} {}
  scripted(future_state<int>& state, counts& seen, future_state<int>& source)
      : lazy_value{{&source_, 1}}, state_{state}, seen_{seen}, source_{&source} {}
  ~scripted() override { ++seen_.disposals; }

 private:
  void make(const time_limit&) override {
    ++seen_.makings;
    state_.store([] { return 31; });
  }
  void drop_inputs() noexcept override { ++seen_.drops; }

  future_state<int>& state_;
  counts& seen_;
  future_state_base* source_ = nullptr;
};

}  // namespace

TEST_CASE("a lazy value is ready when its source is, and computed by await only") {
  counts seen;
  const held source;
  {
    const held state;
    CHECK(state->claim());
    state->set_lazy(new scripted(*state, seen, *source));
    CHECK_FALSE(state->ready());
    CHECK(state->await(time_limit{0.0}) == &*source);
    CHECK(state->await_ready(time_limit{0.0}) == &*source);
    source.answer(1);
    CHECK(state->ready());
    CHECK_FALSE(state->published());
    CHECK(state->await_ready({}) == nullptr);
    CHECK(seen.makings == 0);
    CHECK(seen.drops == 0);
    CHECK(state->await({}) == nullptr);
    CHECK(state->published());
    CHECK(state->await({}) == nullptr);
    CHECK(seen.makings == 1);
    CHECK(seen.drops == 1);
    CHECK(state->value() == 31);
    CHECK(seen.disposals == 0);
  }
  CHECK(seen.drops == 1);
  CHECK(seen.disposals == 1);
}

TEST_CASE("an unread lazy value is destroyed with its state without being computed") {
  counts seen;
  const held source;
  {
    const held state;
    CHECK(state->claim());
    state->set_lazy(new scripted(*state, seen, *source));
  }
  CHECK(seen.makings == 0);
  CHECK(seen.disposals == 1);
}

TEST_CASE("held inputs are dropped by the last thread that leaves, and cannot be held again") {
  counts seen;
  const held source;
  source.answer(1);
  const held state;
  CHECK(state->claim());
  auto* const lazy = new scripted(*state, seen, *source);
  state->set_lazy(lazy);
  CHECK(lazy->hold());
  CHECK(lazy->hold());
  CHECK(state->await({}) == nullptr);
  CHECK(seen.drops == 0);
  lazy->leave();
  CHECK(lazy->hold());
  lazy->leave();
  CHECK(seen.drops == 0);
  lazy->leave();
  CHECK(seen.drops == 1);
  CHECK_FALSE(lazy->hold());
  CHECK(seen.drops == 1);
}

TEST_CASE("threads that await and poll at the same time drop the inputs once") {
  for (int round = 0; round < 300; ++round) {
    counts seen;
    const held source;
    {
      const held state;
      CHECK(state->claim());
      state->set_lazy(new scripted(*state, seen, *source));
      std::atomic<int> sum{0};
      on_threads(4, [&](std::size_t index) {
        if (index == 0) source.answer(1);
        if (index == 1) static_cast<void>(state->ready());
        if (state->await({}) == nullptr) sum += state->value();
      });
      CHECK(sum == 4 * 31);
      CHECK(seen.drops == 1);
    }
    CHECK(seen.makings == 1);
    CHECK(seen.disposals == 1);
  }
}

TEST_CASE("a long chain of sources is awaited without recursion") {
  constexpr std::size_t links = 100'000;
  counts seen;
  std::vector<held> states(links);
  for (std::size_t i = 1; i < links; ++i) {
    CHECK(states[i]->claim());
    states[i]->set_lazy(new scripted(*states[i], seen, *states[i - 1]));
  }
  const held& last = states.back();
  CHECK_FALSE(last->ready());
  CHECK(last->await_ready(time_limit{0.0}) == &*states.front());
  states.front().answer(0);
  CHECK(last->ready());
  CHECK(last->await_ready({}) == nullptr);
  CHECK(seen.makings == 0);
  CHECK(last->await({}) == nullptr);
  CHECK(seen.makings == links - 1);
  CHECK(seen.drops == links - 1);
}

TEST_CASE("a lazy value is computed once for many waiters, also if it is set while they sleep") {
  for (int round = 0; round < 200; ++round) {
    counts seen;
    const held state;
    CHECK(state->claim());
    std::latch begun{2};
    std::atomic<int> sum{0};
    {
      const joined_thread setter{[&] {
        begun.wait();
        state->set_lazy(new scripted(*state, seen));
      }};
      on_threads(2, [&](std::size_t) {
        begun.count_down();
        if (state->await({}) == nullptr) sum += state->value();
      });
    }
    CHECK(seen.makings == 1);
    CHECK(seen.drops == 1);
    CHECK(sum == 62);
  }
}

TEST_CASE("a waiter runs when a lazy value is stored, since it has to look at what that is computed from") {
  counts seen;
  const held state;
  CHECK(state->claim());
  counted_waiter before;
  state->attach(before);
  CHECK(before.runs == 0);
  state->set_lazy(new scripted(*state, seen));
  CHECK(before.runs == 1);
  counted_waiter later;
  state->attach(later);
  CHECK(later.runs == 1);
  CHECK(state->await({}) == nullptr);
  CHECK(before.runs == 1);
  CHECK(later.runs == 1);
}
