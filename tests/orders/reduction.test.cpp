// SPDX-License-Identifier: BSL-1.0
// Small random programs in every order, with and without the reduction of the exhaustive search: both have to see the
// same. And what real threads do has to be among it.
#include <vicar/detail/world/exhaustive.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/actor.hpp>
#include <vicar/detail/world/choice.hpp>
#include <vicar/error.hpp>
#include <vicar/explore.hpp>
#include <vicar/registry.hpp>

#include "support/catch.hpp"
#include "support/log_capture.hpp"

using namespace std::chrono_literals;

namespace {

class node {
 public:
  explicit node(std::vector<vicar::actor_ref<node>> next) : next_{std::move(next)} {}
  int mark(char by) {
    seen_ += by;
    return static_cast<int>(seen_.size());
  }
  void relay(char by) {
    seen_ += by;
    try {
      if (!next_.empty()) next_.front().defer<&node::mark>(static_cast<char>(by - 32));
    } catch (const vicar::actor_dead_error&) {
      seen_ += '!';
    }
  }
  std::string seen() { return seen_; }

 private:
  std::vector<vicar::actor_ref<node>> next_;
  std::string seen_;
};

enum class operation : std::size_t { mark, relay, ask, stop, poll, limited, alive, attempt, list, count };
using program = std::array<std::vector<std::pair<operation, std::size_t>>, 2>;

/// Starts both threads by `start(function)`, which returns what joins the thread. Returns what can be seen.
std::string run(const program& what, std::size_t capacity, const std::function<void()>& settle,
                const std::function<std::function<void()>(std::function<void()>)>& start) {
  const auto last = vicar::start<node>({.mailbox_capacity = capacity}, std::vector<vicar::actor_ref<node>>{});
  const auto first = vicar::start<node>({.mailbox_capacity = capacity}, std::vector<vicar::actor_ref<node>>{last});
  const std::array<vicar::actor_ref<node>, 2> nodes{first, last};
  settle();
  std::array<std::string, 2> heard;
  std::vector<std::function<void()>> joins;
  for (std::size_t t = 0; t < 2; ++t) {
    joins.push_back(start([&, t] {
      char letter = static_cast<char>('a' + 5 * t);
      for (const auto& [each, target] : what[t]) {
        const vicar::actor_ref<node>& to = nodes[target];
        try {
          switch (each) {
            case operation::mark:
              to.defer<&node::mark>(letter);
              break;
            case operation::relay:
              to.defer<&node::relay>(letter);
              break;
            case operation::ask:
              heard[t] += std::to_string(to.call<&node::mark>(letter).get());
              break;
            case operation::stop:
              static_cast<void>(to.stop());
              break;
            case operation::poll:
              heard[t] += to.call<&node::mark>(letter).ready() ? 'r' : 'n';
              break;
            case operation::limited:
              heard[t] += to.call<&node::mark>(letter).wait_for(1ms) ? 'i' : 'o';
              break;
            case operation::alive:
              heard[t] += to.is_alive() ? '+' : '-';
              break;
            case operation::attempt:
              heard[t] += to.try_defer<&node::mark>(letter) ? 'y' : 'f';
              break;
            case operation::list:
              heard[t] += std::to_string(vicar::registry::get_by_class<node>().size());
              break;
            default:
              break;
          }
        } catch (const vicar::actor_dead_error&) {
          heard[t] += 'x';
        }
        ++letter;
      }
    }));
  }
  for (const auto& join : joins) join();
  settle();
  std::string outcome = heard[0] + '|' + heard[1] + '|';
  for (const auto& each : nodes) {
    try {
      outcome += each.call<&node::seen>().get() + '/';
    } catch (const vicar::actor_dead_error&) {
      outcome += "gone/";
    }
  }
  for (const auto& each : nodes) each.stop().get();
  return outcome;
}

std::set<std::string> outcomes_of(const program& what, std::size_t capacity, vicar::strategy how, bool& complete) {
  std::set<std::string> seen;
  const vicar::exploration found = vicar::try_explore({.runs = 1500, .how = how}, [&](vicar::world& world) {
    seen.insert(run(
        what, capacity, [&] { world.run(); },
        [&](std::function<void()> function) -> std::function<void()> {
          auto thread = std::make_shared<vicar::world::thread>(world.spawn("thread", std::move(function)));
          return [thread] { thread->join(); };
        }));
  });
  CHECK(found.failure == "");
  CHECK(found.uncontrolled == "");
  complete = found.complete;
  return seen;
}

std::string run_on_threads(const program& what, std::size_t capacity) {
  return run(
      what, capacity, [] {},
      [](std::function<void()> function) -> std::function<void()> {
        auto thread = std::make_shared<std::thread>(std::move(function));
        return [thread] { thread->join(); };
      });
}

program random_program(vicar::detail::random_numbers& numbers) {
  program what;
  for (auto& each : what) {
    const std::size_t length = 1 + numbers.below(2);
    for (std::size_t i = 0; i < length; ++i) {
      const auto next = static_cast<operation>(numbers.below(static_cast<std::size_t>(operation::count)));
      each.emplace_back(next, numbers.below(2));
    }
  }
  return what;
}

}  // namespace

TEST_CASE("the reduced search sees what the whole search sees, and what real threads do") {
  const support::log_capture quiet;
  std::size_t compared = 0;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    vicar::detail::random_numbers numbers{seed};
    const program what = random_program(numbers);
    const std::size_t capacity = numbers.below(3) == 0 ? 1 : vicar::unbounded;
    bool complete = false;
    const auto reduced = outcomes_of(what, capacity, vicar::strategy::exhaustive, complete);
    if (!complete) continue;
    for (int i = 0; i < 20; ++i) {
      const std::string real = run_on_threads(what, capacity);
      CAPTURE(seed, real, reduced);
      CHECK(reduced.contains(real));
    }
    const auto every = outcomes_of(what, capacity, vicar::strategy::every, complete);
    if (!complete) continue;
    CAPTURE(seed);
    CHECK(reduced == every);
    ++compared;
  }
  CHECK(compared > 8);
}

namespace {

template <class Body>
std::set<std::string> seen_by(vicar::strategy how, Body body) {
  std::set<std::string> seen;
  const support::log_capture quiet;
  const vicar::exploration found =
      vicar::try_explore({.runs = 20'000, .how = how}, [&](vicar::world& world) { seen.insert(body(world)); });
  CHECK(found.failure == "");
  CHECK(found.complete);
  return seen;
}
template <class Body>
void compare(Body body) {
  CHECK(seen_by(vicar::strategy::exhaustive, body) == seen_by(vicar::strategy::every, body));
}

std::string answer_of(const vicar::future<int>& answer) {
  try {
    return std::to_string(answer.get());
  } catch (const vicar::actor_dead_error& dead) {
    return std::string{dead.what()}.find("before") == std::string::npos ? "refused" : "lost";
  } catch (const std::runtime_error&) {
    return "fault";
  }
}

}  // namespace

TEST_CASE("the reduced search sees variables that threads share, at the points beside them") {
  const auto body = [](vicar::world& world) {
    int shared = 0;
    {
      const auto add = [&] {
        const int seen = shared;
        world.point();
        shared = seen + 1;
      };
      const auto one = world.spawn("one", add);
      const auto other = world.spawn("other", add);
    }
    return std::to_string(shared);
  };
  CHECK(seen_by(vicar::strategy::exhaustive, body) == std::set<std::string>{"1", "2"});
  compare(body);
}

TEST_CASE("two polls in a row may both find nothing") {
  const auto seen = seen_by(vicar::strategy::exhaustive, [](vicar::world&) {
    const auto ref = vicar::start<node>(std::vector<vicar::actor_ref<node>>{});
    const auto first = ref.call<&node::mark>('a');
    const auto second = ref.call<&node::mark>('b');
    first.get();
    const bool early = second.ready();
    const bool late = second.ready();
    return std::to_string(early) + std::to_string(late);
  });
  CHECK(seen == std::set<std::string>{"00", "01", "11"});
}

TEST_CASE("the reduced search sees possible faults and kills") {
  compare([](vicar::world& world) {
    const auto ref = vicar::start<node>(std::vector<vicar::actor_ref<node>>{});
    world.run();
    world.fail<&node::relay>(std::runtime_error{"disk"}, vicar::maybe);
    std::string said;
    {
      const auto one = world.spawn("one", [&] { static_cast<void>(ref.try_defer<&node::relay>('a')); });
      const auto other = world.spawn("other", [&] { said = answer_of(ref.call<&node::mark>('b')); });
    }
    return said;
  });
  compare([](vicar::world& world) {
    const auto ref = vicar::start<node>(std::vector<vicar::actor_ref<node>>{});
    world.run();
    std::string said;
    const auto other = world.spawn("other", [&] { said = answer_of(ref.call<&node::mark>('b')); });
    world.point();
    world.kill(ref);
    world.run();
    return said;
  });
}
