// SPDX-License-Identifier: BSL-1.0
// Every call gets exactly one reply, whatever happens to the actor meanwhile.
#include <atomic>
#include <cstdint>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/log_capture.hpp"

namespace {

struct counter {
  std::atomic<std::uint64_t>* handled;
  explicit counter(std::atomic<std::uint64_t>* total) : handled{total} {}

  std::uint64_t count(std::uint64_t value) {
    handled->fetch_add(1);
    return value;
  }
  std::string text(std::string value) {
    handled->fetch_add(1);
    return value;
  }
  void fail() { throw 1; }
  void stop_everything() { throw vicar::stop_all_actors{}; }
};

struct tally {
  std::uint64_t values = 0;
  std::uint64_t dead = 0;
  std::uint64_t full = 0;
  std::uint64_t wrong = 0;

  template <class T>
  void take(const vicar::future<T>& answer, const T& expected) {
    try {
      ++(answer.get() == expected ? values : wrong);
    } catch (const vicar::actor_dead_error&) {
      ++dead;
    } catch (const vicar::mailbox_full_error&) {
      ++full;
    } catch (...) {
      ++wrong;
    }
  }
};

enum class finish { stop, fail, stop_all };

/// Several producers call one actor while it is brought to an end; returns the replies.
tally run_round(unsigned seed, finish how, const vicar::options& chosen, std::uint64_t& handled) {
  constexpr int producers = 3;
  constexpr std::uint64_t questions = 400;
  std::atomic<std::uint64_t> total{0};
  auto ref = vicar::start<counter>(chosen, &total);
  std::latch ready{producers + 1};
  std::vector<tally> tallies(producers);
  std::vector<std::thread> threads;
  for (int p = 0; p < producers; ++p) {
    threads.emplace_back([&, p] {
      std::vector<vicar::future<std::uint64_t>> numbers;
      std::vector<vicar::future<std::string>> texts;
      ready.arrive_and_wait();
      for (std::uint64_t i = 0; i < questions; ++i) {
        if (i % 7 == 0)
          texts.push_back(ref.call<&counter::text>(std::string(40, 'x') + std::to_string(i)));
        else
          numbers.push_back(ref.call<&counter::count>(i));
      }
      tally& mine = tallies[static_cast<std::size_t>(p)];
      std::size_t number = 0;
      std::size_t text = 0;
      for (std::uint64_t i = 0; i < questions; ++i) {
        if (i % 7 == 0)
          mine.take(texts[text++], std::string(40, 'x') + std::to_string(i));
        else
          mine.take(numbers[number++], i);
      }
    });
  }
  ready.arrive_and_wait();
  for (volatile unsigned spin = 0; spin < seed * 37U % 20000U;) spin = spin + 1;
  try {
    switch (how) {
      case finish::stop:
        break;
      case finish::fail:
        ref.defer<&counter::fail>();
        break;
      case finish::stop_all:
        ref.defer<&counter::stop_everything>();
        break;
    }
  } catch (const vicar::error&) {  // the mailbox is full: the actor is stopped below
  }
  auto stopped = ref.stop();
  for (auto& each : threads) each.join();
  stopped.get();
  handled = total;
  tally sum;
  for (const tally& each : tallies) {
    sum.values += each.values;
    sum.dead += each.dead;
    sum.full += each.full;
    sum.wrong += each.wrong;
  }
  CHECK(sum.values + sum.dead + sum.full + sum.wrong == producers * questions);
  return sum;
}

void run_rounds(const vicar::options& chosen) {
  const support::log_capture quiet{vicar::log_level::off};
  for (unsigned seed = 0; seed < 150; ++seed) {
    const finish how = seed % 3 == 0 ? finish::stop : seed % 3 == 1 ? finish::fail : finish::stop_all;
    std::uint64_t handled = 0;
    const tally sum = run_round(seed, how, chosen, handled);
    CHECK(sum.wrong == 0);
    CHECK(sum.values == handled);
  }
}

}  // namespace

TEST_CASE("every call is answered once while the actor is stopped, fails, or stops them all") { run_rounds({}); }

TEST_CASE("every call is answered once if senders wait for space") { run_rounds({.mailbox_capacity = 3}); }

TEST_CASE("every call is answered once if a full mailbox refuses") {
  run_rounds({.mailbox_capacity = 3, .on_overflow = vicar::overflow::fail});
  run_rounds({.mailbox_capacity = 3, .on_overflow = vicar::overflow::drop});
  run_rounds({.mailbox_capacity = 3, .on_overflow = vicar::overflow::drop_oldest});
}

TEST_CASE("every stop request is answered while several race") {
  for (int round = 0; round < 300; ++round) {
    std::atomic<std::uint64_t> total{0};
    auto ref = vicar::start<counter>(&total);
    std::latch ready{4};
    std::atomic<int> was_alive{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        ready.arrive_and_wait();
        if (ref.stop().get()) ++was_alive;
        if (ref.stop().get()) was_alive += 100;
      });
    }
    for (auto& each : threads) each.join();
    REQUIRE(was_alive >= 1);
    REQUIRE(was_alive <= 4);
  }
}

TEST_CASE("actors call each other along a ring while others start and stop") {
  struct link {
    std::vector<vicar::actor_ref<link>> next;
    void connect(vicar::actor_ref<link> to) { next.push_back(std::move(to)); }
    int pass(int hops) { return hops == 0 ? 0 : 1 + next.front().call(&link::pass, hops - 1).get(); }
  };
  std::vector<vicar::actor_ref<link>> ring;
  for (int i = 0; i < 16; ++i) ring.push_back(vicar::start<link>());
  for (std::size_t i = 0; i < ring.size(); ++i) ring[i].call(&link::connect, ring[(i + 1) % ring.size()]).get();
  for (int round = 0; round < 200; ++round) {
    auto passing = ring[0].call(&link::pass, 15);
    auto passer_by = vicar::start<link>();
    CHECK(passing.get() == 15);
    passer_by.stop().get();
  }
  vicar::registry::stop_all();
}
