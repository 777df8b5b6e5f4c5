// SPDX-License-Identifier: BSL-1.0
// What explorations of orders cost and find: runs until each strategy finds some bugs, schedules a second, and the
// number of orders of small programs. `orders bugs`, `orders speed`, `orders count`, or all of them.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <vicar/clock.hpp>
#include <vicar/explore.hpp>
#include <vicar/vicar.hpp>

#include "support/order_bugs.hpp"

namespace {

using namespace std::chrono_literals;
using vicar::strategy;

void repeat_on_threads(void (*body)()) {
  const vicar::detail::stopwatch time;
  std::size_t runs = 0;
  std::size_t failures = 0;
  for (; time.seconds() < 3; ++runs) {
    try {
      body();
    } catch (const std::exception&) {
      ++failures;
    }
  }
  fmt::print("  {:<12} {} of {} runs fail\n", "threads", failures, runs);
}

void find(std::string_view name, void (*body)()) {
  struct variant {
    const char* name;
    strategy how;
    std::size_t depth;
  };
  constexpr std::uint64_t seeds = 15;
  fmt::print("{}\n", name);
  repeat_on_threads(body);
  for (const variant& each :
       {variant{"mixed", strategy::mixed, 0}, variant{"random", strategy::random, 0},
        variant{"pct 2", strategy::pct, 2}, variant{"pct 3", strategy::pct, 3}, variant{"pct 5", strategy::pct, 5},
        variant{"sampling", strategy::sampling, 0}, variant{"exhaustive", strategy::exhaustive, 0}}) {
    std::vector<std::size_t> needed;
    std::size_t missed = 0;
    std::size_t sum = 0;
    double seconds = 0;
    const bool once = each.how == strategy::exhaustive;
    for (std::uint64_t seed = 1; seed <= (once ? 1 : seeds); ++seed) {
      const vicar::exploration found = vicar::try_explore(
          {.runs = once ? 20'000U : 2'000U, .how = each.how, .seed = seed * 7919, .depth = each.depth, .shrink = false},
          [body](vicar::world&) { body(); });
      if (found.failure.empty()) ++missed;
      needed.push_back(found.runs);
      sum += found.runs;
      seconds += found.seconds;
    }
    std::sort(needed.begin(), needed.end());
    fmt::print("  {:<12} median {:>5}, mean {:>7.1f}, most {:>5}; missed {} of {}; {:.0f} runs a second\n", each.name,
               needed[needed.size() / 2], static_cast<double>(sum) / static_cast<double>(needed.size()), needed.back(),
               missed, needed.size(), static_cast<double>(sum) / seconds);
  }
}

void find_all() {
  find("lost update", [] { support::withdraw_twice(0); });
  find("lost update, 10 round trips between", [] { support::withdraw_twice(10); });
  find("cycle of three, over two timeouts of 20 ms", &support::close_a_cycle);
  find("cycle of three, over relays of 8 and 16 hops", &support::close_a_cycle_late);
  find("a cancellation that overtakes a charge", &support::cancel_a_charge);
}

class echo {
 public:
  int say(int value) { return value; }
};

class poller {
 public:
  explicit poller(vicar::actor_ref<echo> target) : target_{std::move(target)} {}
  int poll_for(std::chrono::seconds time) {
    int polls = 0;
    for (const auto end = vicar::clock::now() + time; vicar::clock::now() < end; ++polls) {
      target_.call<&echo::say>(1).get(100ms);
      vicar::sleep_for(1s);
    }
    return polls;
  }

 private:
  vicar::actor_ref<echo> target_;
};

void measure_speed() {
  for (const int calls : {1, 4, 16, 64}) {
    const vicar::exploration found =
        vicar::try_explore({.runs = 5000, .how = strategy::random, .slack = 0s}, [calls](vicar::world&) {
          const auto one = vicar::start<echo>();
          const auto other = vicar::start<echo>();
          for (int i = 0; i < calls; ++i) {
            const auto first = one.call<&echo::say>(i);
            const auto second = other.call<&echo::say>(i);
            support::require(first.get() + second.get() == 2 * i, "wrong");
          }
        });
    const auto runs = static_cast<double>(found.runs);
    fmt::print("2 actors, 2 x {:>2} calls: {:>6.0f} schedules a second; {:.1f} choices and {:.1f} switches in each\n",
               calls, runs / found.seconds, static_cast<double>(found.steps) / runs,
               static_cast<double>(found.switches) / runs);
  }
  int polls = 0;
  const vicar::exploration hour =
      vicar::try_explore({.runs = 1, .how = strategy::usual, .slack = 0s}, [&polls](vicar::world& world) {
        const auto answer = vicar::start<poller>(vicar::start<echo>()).call<&poller::poll_for>(3600s);
        world.advance(1h);
        polls = answer.get();
      });
  fmt::print("an hour of {} polls, twice: {:.3f} s\n", polls, hour.seconds);
}

class sink {
 public:
  void put(int) {}
};
class source {
 public:
  explicit source(vicar::actor_ref<sink> target) : target_{std::move(target)} {}
  void send(int count) {
    for (int i = 0; i < count; ++i) target_.defer<&sink::put>(i);
  }

 private:
  vicar::actor_ref<sink> target_;
};

void count_of(std::string_view name, const vicar::explorer::body_type& body) {
  fmt::print("{:<36}", name);
  for (const strategy how : {strategy::every, strategy::exhaustive}) {
    const vicar::exploration found = vicar::try_explore({.runs = 1'000'000, .how = how, .slack = 0s}, body);
    fmt::print(" {} {} ({} runs, {:.2f} s{});", how == strategy::every ? "every" : "reduced",
               found.runs - found.redundant, found.runs, found.seconds, found.complete ? "" : ", not complete");
  }
  fmt::print("\n");
}
/// Threads of the world that send some messages each to some of the sinks.
void count_threads(std::string_view name, std::size_t threads, std::size_t messages, std::size_t sinks) {
  count_of(name, [=](vicar::world& world) {
    std::vector<vicar::actor_ref<sink>> all;
    for (std::size_t i = 0; i < sinks; ++i) all.push_back(vicar::start<sink>());
    world.run();
    std::vector<vicar::world::thread> senders;
    for (std::size_t i = 0; i < threads; ++i) {
      senders.push_back(world.spawn("sender", [&all, messages] {
        for (std::size_t k = 0; k < messages; ++k) all[k % all.size()].defer<&sink::put>(1);
      }));
    }
    world.run();
  });
}
void count_all() {
  count_threads("2 threads, 1 message to 1 actor", 2, 1, 1);
  count_threads("2 threads, 2 messages to 1 actor", 2, 2, 1);
  count_threads("2 threads, 1 message to each of 2", 2, 2, 2);
  count_threads("3 threads, 1 message to 1 actor", 3, 1, 1);
  count_of("3 actors, 8 messages", [](vicar::world& world) {
    const auto target = vicar::start<sink>();
    const auto one = vicar::start<source>(target);
    const auto other = vicar::start<source>(target);
    world.run();
    one.defer<&source::send>(3);
    other.defer<&source::send>(3);
    world.run();
  });
}

}  // namespace

int main(int argc, char* argv[]) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // also into a file
  vicar::set_log_level(vicar::log_level::off);
  const std::string_view only = argc > 1 ? argv[1] : "";
  if (only.empty() || only == "bugs") find_all();
  if (only.empty() || only == "speed") measure_speed();
  if (only.empty() || only == "count") count_all();
}
