// SPDX-License-Identifier: BSL-1.0
// Actors that call each other at random, beside a table of their own of who waits for whom: what vicar calls a deadlock
// is one, and what is one does not stay.
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/log_capture.hpp"
#include "support/threads.hpp"

namespace {

using namespace std::chrono_literals;

/// One thing that a wait needs: something that `whom` has to do.
struct needed {
  std::function<std::uint64_t()> whom;  ///< its number; 0 if that is nobody yet, or no actor
  std::function<bool()> pending;
};
using needs = std::vector<needed>;

/// The numbers of the actors whose code runs on this thread: one, and those whose constructors it is in.
thread_local std::vector<std::uint64_t> running_here;

struct counts {
  std::uint64_t circles = 0;       ///< waits that were refused, rightly
  std::uint64_t long_circles = 0;  ///< those of more than two actors
  std::uint64_t room = 0;          ///< those for room
  std::uint64_t values = 0;        ///< those for the value of a future that another one makes
  std::uint64_t waits = 0;
  std::vector<std::string> wrong;
};

enum class reason { reply, room, value };

/// The truth: every wait without a limit is in here from just before it begins until it has ended.
class wait_table {
 public:
  /// Waits by `wait()`, and judges the `deadlock_error` if that is what it throws.
  template <class Wait>
  auto waiting(reason why, needs all, Wait wait) {
    begin(std::move(all));
    struct ends {
      wait_table& table;
      ~ends() { table.end(); }
    } at_the_end{*this};
    try {
      return wait();
    } catch (const vicar::deadlock_error& error) {
      judge(why, error.what());
      throw;
    }
  }

  counts result() const {
    const std::lock_guard lock{mutex_};
    return counts_;
  }
  std::uint64_t moves() const {
    const std::lock_guard lock{mutex_};
    return moves_;
  }

  /// The actors that are in circles now, with whom each waits for.
  std::string circles() const {
    const std::lock_guard lock{mutex_};
    std::string text;
    for (const auto& [who, all] : waits_) {
      if (length_of_circle(who) == 0) continue;
      text += fmt::format("{} waits for", who);
      for (const needed& each : all) text += fmt::format(" {}{}", each.whom(), each.pending() ? "" : " (has come)");
      text += '\n';
    }
    return text;
  }

 private:
  void begin(needs all) {
    const std::lock_guard lock{mutex_};
    ++moves_;
    ++counts_.waits;
    for (const std::uint64_t each : running_here) waits_[each] = all;
  }
  void end() {
    const std::lock_guard lock{mutex_};
    ++moves_;
    for (const std::uint64_t each : running_here) waits_.erase(each);
  }

  /// A `deadlock_error` while the wait still needs something is vicar's refusal; otherwise it is what the other one
  /// answered.
  void judge(reason why, const char* text) {
    const std::lock_guard lock{mutex_};
    const needs& mine = waits_.at(running_here.back());
    bool still_needs = false;
    for (const needed& each : mine) still_needs = still_needs || each.pending();
    if (!still_needs) return;
    std::size_t shortest = 0;
    for (const std::uint64_t each : running_here) {
      const std::size_t length = length_of_circle(each);
      if (length != 0 && (shortest == 0 || length < shortest)) shortest = length;
    }
    if (shortest == 0) {
      counts_.wrong.push_back(fmt::format("actor {} was told: {}", running_here.back(), text));
      return;
    }
    ++counts_.circles;
    if (shortest > 2) ++counts_.long_circles;
    if (why == reason::room) ++counts_.room;
    if (why == reason::value) ++counts_.values;
  }

  /// How many steps lead back to `who` over things that are still needed; 0 if none do. Actors on one thread wait
  /// together, and each has an entry of its own.
  std::size_t length_of_circle(std::uint64_t who) const {
    std::set<std::uint64_t> seen;
    std::vector<std::uint64_t> now{who};
    for (std::size_t steps = 1; !now.empty(); ++steps) {
      std::vector<std::uint64_t> next;
      for (const std::uint64_t one : now) {
        const auto found = waits_.find(one);
        if (found == waits_.end()) continue;
        for (const needed& each : found->second) {
          if (!each.pending()) continue;
          const std::uint64_t whom = each.whom();
          if (whom == who) return steps;
          if (whom != 0 && seen.insert(whom).second) next.push_back(whom);
        }
      }
      now = std::move(next);
    }
    return 0;
  }

  mutable std::mutex mutex_;
  std::map<std::uint64_t, needs> waits_;
  std::uint64_t moves_ = 0;
  counts counts_;
};

class node;

enum class kind { get, wait, take, limited, defer, join, map, value, stop, child };

struct plan;
using shared_plan = std::shared_ptr<const plan>;

struct action {
  kind what;
  std::size_t target;
  std::size_t other;
  shared_plan there;
  shared_plan at_the_other;
};

/// What an actor does with one message.
struct plan {
  std::vector<action> actions;
};

/// A future that several actors read, and whose value the first of them makes by a plan.
struct shared_value {
  std::atomic<std::uint64_t> maker{0};
  std::atomic<bool> made{false};
  vicar::future<int> value;
};

constexpr std::size_t places = 8;
constexpr std::size_t children = 2;  // places for actors that are made by others
constexpr std::size_t values = 2;

/// Who is there.
class world {
 public:
  struct place {
    std::uint64_t number = 0;
    vicar::actor_ref<node> ref;
    std::size_t capacity = vicar::unbounded;
  };

  explicit world(wait_table& truth) : table{truth} {}

  std::shared_ptr<const place> at(std::size_t index) const {
    const std::lock_guard lock{mutex_};
    return places_[index];
  }
  /// Tells the actor that was there to stop.
  void put(std::size_t index, std::uint64_t number, vicar::actor_ref<node> ref, std::size_t capacity) {
    auto one = std::make_shared<const place>(place{number, std::move(ref), capacity});
    {
      const std::lock_guard lock{mutex_};
      places_[index].swap(one);
    }
    if (one) one->ref.stop();
  }
  std::shared_ptr<shared_value> value(std::size_t index) const {
    const std::lock_guard lock{mutex_};
    return values_[index];
  }
  void put_value(std::size_t index, std::shared_ptr<shared_value> one) {
    const std::lock_guard lock{mutex_};
    values_[index] = std::move(one);
  }

  wait_table& table;
  std::atomic<std::uint64_t> last_number{0};

 private:
  mutable std::mutex mutex_;
  std::array<std::shared_ptr<const place>, places + children> places_;
  std::array<std::shared_ptr<shared_value>, values> values_;
};

std::size_t capacity_of(std::size_t place) { return place % 2 == 0 ? place / 2 % 3 + 1 : vicar::unbounded; }

void follow(world& around, const plan& what);

class node {
 public:
  node(world& around, std::size_t place, const shared_plan& first) : world_{&around}, number_{++around.last_number} {
    const here scope{number_};
    around.put(place, number_, vicar::self(*this), capacity_of(place));
    if (first) follow(around, *first);
  }

  int step(const shared_plan& what) {
    const here scope{number_};
    follow(*world_, *what);
    return 1;
  }

 private:
  struct here {
    explicit here(std::uint64_t number) { running_here.push_back(number); }
    ~here() { running_here.pop_back(); }
    here(const here&) = delete;
    here& operator=(const here&) = delete;
  };

  world* world_;
  std::uint64_t number_;
};

void start_node(world& around, std::size_t place, const shared_plan& first = nullptr) {
  vicar::start<node>({.name = fmt::format("node-{}", place), .mailbox_capacity = capacity_of(place)}, around, place,
                     first);
}

using place_handle = std::shared_ptr<const world::place>;

needed room_at(const place_handle& place) {
  return {[place] { return place->number; },
          [place] { return place->ref.is_alive() && place->ref.stats().mailbox_depth >= place->capacity; }};
}
template <class T>
needed answer_of(const place_handle& place, const vicar::future<T>& answer) {
  return {[place] { return place->number; }, [answer] { return !answer.ready(); }};
}

template <class Send>
auto send(world& around, const place_handle& place, Send send) {
  if (place->capacity == vicar::unbounded) return send();
  return around.table.waiting(reason::room, {room_at(place)}, send);
}
vicar::future<int> ask(world& around, const place_handle& place, const shared_plan& what) {
  return send(around, place, [&] { return place->ref.call<&node::step>(what); });
}

void perform(world& around, const action& one) {
  const place_handle place = around.at(one.target);
  if (!place) return;
  wait_table& table = around.table;
  switch (one.what) {
    case kind::get: {
      const vicar::future<int> answer = ask(around, place, one.there);
      table.waiting(reason::reply, {answer_of(place, answer)}, [&] { answer.get(); });
      break;
    }
    case kind::wait: {
      const vicar::future<int> answer = ask(around, place, one.there);
      table.waiting(reason::reply, {answer_of(place, answer)}, [&] { answer.wait(); });
      break;
    }
    case kind::take: {
      vicar::future<int> answer = ask(around, place, one.there);
      table.waiting(reason::reply, {answer_of(place, answer)}, [&] { std::move(answer).get(); });
      break;
    }
    case kind::limited:
      ask(around, place, one.there).wait_for(300us);
      break;
    case kind::defer:
      send(around, place, [&] { place->ref.defer<&node::step>(one.there); });
      break;
    case kind::join: {
      const place_handle second = around.at(one.other);
      if (!second) return;
      const vicar::future<int> first_answer = ask(around, place, one.there);
      const vicar::future<int> second_answer = ask(around, second, one.at_the_other);
      const auto both = first_answer.join(second_answer);
      table.waiting(reason::reply, {answer_of(place, first_answer), answer_of(second, second_answer)},
                    [&] { both.get(); });
      break;
    }
    case kind::map: {
      const vicar::future<int> answer = ask(around, place, one.there);
      const auto doubled = answer.map([](int value) { return 2 * value; });
      table.waiting(reason::reply, {answer_of(place, answer)}, [&] { doubled.get(); });
      break;
    }
    case kind::value: {
      const auto shared = around.value(one.other % values);
      table.waiting(reason::value,
                    {{[shared] { return shared->maker.load(); }, [shared] { return !shared->made.load(); }}},
                    [&] { shared->value.get(); });
      break;
    }
    case kind::stop: {
      const vicar::future<bool> answer = place->ref.stop();
      table.waiting(reason::reply, {answer_of(place, answer)}, [&] { answer.get(); });
      break;
    }
    case kind::child: {
      const std::size_t its_place = places + one.other % children;
      start_node(around, its_place, one.there);
      break;
    }
  }
}

void follow(world& around, const plan& what) {
  for (const action& each : what.actions) {
    try {
      perform(around, each);
    } catch (const vicar::error&) {  // judged where it was thrown
    }
  }
}

class planner {
 public:
  explicit planner(std::uint64_t seed) : random_{seed} {}

  shared_plan make(int depth) {
    auto made = std::make_shared<plan>();
    const std::size_t count = depth == 0 ? 0 : below(3) + (depth == deepest ? 1 : 0);
    for (std::size_t i = 0; i < count; ++i) {
      const kind what = choose();
      made->actions.push_back({what, below(places + children), below(places), make(depth - 1),
                               what == kind::join ? make(depth - 1) : nullptr});
    }
    return made;
  }
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>{0, end - 1}(random_); }

  static constexpr int deepest = 4;

 private:
  kind choose() {
    static constexpr std::array<std::pair<kind, std::size_t>, 10> weights{{{kind::get, 30},
                                                                           {kind::wait, 6},
                                                                           {kind::take, 8},
                                                                           {kind::limited, 3},
                                                                           {kind::defer, 30},
                                                                           {kind::join, 8},
                                                                           {kind::map, 5},
                                                                           {kind::value, 6},
                                                                           {kind::stop, 1},
                                                                           {kind::child, 3}}};
    std::size_t drawn = below(100);
    for (const auto& [what, weight] : weights) {
      if (drawn < weight) return what;
      drawn -= weight;
    }
    return kind::get;
  }

  std::mt19937_64 random_;
};

/// Ends the process, with what it knows, when nothing has moved for long.
class watchdog {
 public:
  watchdog(const wait_table& table, const std::uint64_t& seed)
      : table_{&table}, seed_{&seed}, thread_{[this] { watch(); }} {}
  ~watchdog() {
    {
      const std::lock_guard lock{mutex_};
      done_ = true;
    }
    ended_.notify_one();
  }
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

 private:
  void watch() {
    std::unique_lock lock{mutex_};
    std::uint64_t before = table_->moves();
    while (!ended_.wait_for(lock, 20s, [this] { return done_; })) {
      const std::uint64_t now = table_->moves();
      if (now == before) give_up();
      before = now;
    }
  }
  [[noreturn]] void give_up() const {
    using table = vicar::detail::cell_table;
    fmt::print(stderr, "Nothing moves; seed {}. Circles:\n{}What vicar sees:\n", *seed_, table_->circles());
    for (const auto& each : table::instance().snapshot(table::which::all)) {
      const auto wait = vicar::detail::wait_edge::from(*each);
      fmt::print(stderr, "{} {} {} mailbox {} waits for {} {}\n", each->name(), each->state(), each->running(),
                 each->depth(), wait.target ? wait.target->name() : "nobody", wait.what);
    }
    std::fflush(stderr);
    std::abort();
  }

  const wait_table* table_;
  const std::uint64_t* seed_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool done_ = false;
  support::joined_thread thread_;
};

/// Gives the actors some plans at once, and comes back when all of them were followed.
void run_round(world& around, std::uint64_t seed) {
  planner plans{seed};
  for (std::size_t i = 0; i < values; ++i) {
    auto shared = std::make_shared<shared_value>();
    shared_plan what = plans.make(2);
    shared->value = vicar::make_ready_future(0).map([&around, what, raw = shared.get()](int) {
      raw->maker = running_here.empty() ? 0 : running_here.back();
      follow(around, *what);
      raw->made = true;
      return 1;
    });
    around.put_value(i, std::move(shared));
  }
  for (std::size_t i = 0; i < places; ++i) {
    const place_handle place = around.at(i);
    if (!place || !place->ref.is_alive()) start_node(around, i);
  }
  std::array<std::vector<std::pair<std::size_t, shared_plan>>, 2> roots;
  for (auto& some : roots) {
    for (int i = 0; i < 5; ++i) some.emplace_back(plans.below(places), plans.make(planner::deepest));
  }
  support::on_threads(roots.size(), [&](std::size_t index) {
    std::vector<vicar::future<int>> answers;
    for (const auto& [place, what] : roots[index]) answers.push_back(around.at(place)->ref.call<&node::step>(what));
    for (const auto& each : answers) each.wait();
  });
}

void run(std::uint64_t first_seed, int rounds) {
  const support::log_capture quiet{vicar::log_level::off};
  wait_table table;
  world around{table};
  std::uint64_t seed = first_seed;
  const watchdog dog{table, seed};
  for (int round = 0; round < rounds; ++round, ++seed) {
    run_round(around, seed);
    const counts so_far = table.result();
    if (!so_far.wrong.empty()) FAIL("seed " << seed << ": " << so_far.wrong.front());
  }
  for (std::size_t i = 0; i < places + children; ++i) {
    if (const place_handle place = around.at(i)) place->ref.stop().wait();
  }
  const counts result = table.result();
  INFO("seeds from " << first_seed << ": " << result.waits << " waits, " << result.circles << " circles, "
                     << result.long_circles << " of more than two, " << result.room << " for room, " << result.values
                     << " for values");
  CHECK(result.wrong.empty());
  CHECK(result.circles > 1000);
  CHECK(result.long_circles > 1000);
  CHECK(result.room > 1000);
  CHECK(result.values > 20);
}

}  // namespace

TEST_CASE("of actors that call each other at random, those in a circle are told, and no others") { run(1, 2000); }
