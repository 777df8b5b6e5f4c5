// SPDX-License-Identifier: BSL-1.0
// Actors that call each other at random, with a table of their waits: every deadlock that vicar reports
// is one, and every real one is reported.
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
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
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/log_capture.hpp"
#include "support/threads.hpp"

namespace {

using namespace std::chrono_literals;

/// The reason of a wait, as vicar's texts name it.
enum reason : unsigned { reply = 1, room = 2, value = 4 };

/// One condition of a wait: something that `whom` has to do.
struct needed {
  unsigned why;                         ///< one reason, or several possible ones
  std::function<std::uint64_t()> whom;  ///< the actor's number; 0 if there is none yet, or it is not an actor
  std::function<bool()> pending;        ///< stays true while that actor does not continue
};
using needs = std::vector<needed>;

struct running {
  std::uint64_t number;
  vicar::any_actor_ref ref;
};
/// The actors whose code runs on this thread: one, and those whose constructors it is in.
thread_local std::vector<running> running_here;

bool runs_here(std::uint64_t number) {
  return std::any_of(running_here.begin(), running_here.end(),
                     [number](const running& each) { return each.number == number; });
}

/// The names of actors, so that the text of an error identifies them.
constexpr std::string_view name_prefix = "node-";
std::string name_of(std::uint64_t number) { return fmt::format("{}{}", name_prefix, number); }
/// The number of the actor named in a part of such a text; 0 if there is none.
std::uint64_t number_in(std::string_view part) {
  const std::size_t name = part.find(name_prefix);
  std::uint64_t number = 0;
  if (name != std::string_view::npos) {
    std::from_chars(part.data() + name + name_prefix.size(), part.data() + part.size(), number);
  }
  return number;
}

struct counts {
  std::uint64_t cycles = 0;        ///< waits that were refused, correctly
  std::uint64_t long_cycles = 0;   ///< cycles of more than two actors
  std::uint64_t room = 0;          ///< cycles with a wait for space
  std::uint64_t values = 0;        ///< cycles with a wait for the value of a future that another actor computes
  std::uint64_t with_timeout = 0;  ///< waits with a timeout that would have been refused without it
  std::uint64_t waits = 0;
  std::vector<std::string> wrong;
};

/// The ground truth: contains every wait without a timeout from just before it begins until it has ended.
class wait_table {
 public:
  /// Calls `wait()`, and checks its `deadlock_error` if it throws one.
  template <class Wait>
  auto waiting(needs all, Wait wait) {
    begin(std::move(all));
    struct ends {
      wait_table& table;
      ~ends() { table.end(); }
    } at_the_end{*this};
    try {
      return wait();
    } catch (const vicar::deadlock_error& error) {
      judge(error.what());
      throw;
    }
  }
  /// The same for a wait with a timeout, which must neither be refused nor cause a refusal.
  template <class Wait>
  void with_timeout(const needed& what, Wait wait) {
    note_limited(what);
    try {
      wait();
    } catch (const vicar::deadlock_error& error) {
      is_wrong("although its wait has a timeout", error.what());
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

  /// The actors that are in cycles now, each with the actors that it waits for.
  std::string cycles() const {
    const std::lock_guard lock{mutex_};
    std::string text;
    for (const auto& [actor, all] : waits_) {
      const bool in_cycle = std::any_of(all.begin(), all.end(), [&, me = actor](const needed& each) {
        return each.pending() && leads_to(each.whom(), [me](std::uint64_t end) { return end == me; });
      });
      if (!in_cycle) continue;
      text += fmt::format("{} waits for", actor);
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
    for (const running& each : running_here) waits_[each.number] = all;
  }
  void end() {
    const std::lock_guard lock{mutex_};
    ++moves_;
    for (const running& each : running_here) waits_.erase(each.number);
  }
  void note_limited(const needed& what) {
    const std::lock_guard lock{mutex_};
    if (what.pending() && leads_to(what.whom(), runs_here)) ++counts_.with_timeout;
  }
  void is_wrong(std::string_view why, std::string_view text) {
    const std::lock_guard lock{mutex_};
    add_wrong(why, text);
  }
  void add_wrong(std::string_view why, std::string_view text) {
    counts_.wrong.push_back(fmt::format("actor {} got an error, {}: {}", running_here.back().number, why, text));
  }

  /// Whatever vicar throws within a message is caught there, so no `deadlock_error` arrives as a reply: this one
  /// refuses this wait. The cycle lasts until this thread continues, so the table contains all that the text says.
  void judge(std::string_view text) {
    const std::lock_guard lock{mutex_};
    const std::vector<hop> path = path_in(text);
    if (path.empty()) return add_wrong("in a text that names no cycle", text);
    for (const hop& each : path) {
      if (!is_needed(each)) return add_wrong(fmt::format("while {} did not wait for {}", each.from, each.to), text);
    }
    if (path.front().from != running_here.back().number) return add_wrong("about another one's wait", text);
    if (!runs_here(path.back().to)) return add_wrong("in a text whose end is not its beginning", text);
    ++counts_.cycles;
    if (path.size() > 2) ++counts_.long_cycles;
    if (path.front().why == room) ++counts_.room;
    if (path.front().why == value) ++counts_.values;
  }

  /// One wait in the text of a `deadlock_error`.
  struct hop {
    std::uint64_t from;
    std::uint64_t to;
    unsigned why;
  };
  std::vector<hop> path_in(std::string_view text) const {
    static constexpr std::string_view beginning = "vicar: deadlock: ";
    static constexpr std::string_view arrow = " → ";
    if (!text.starts_with(beginning)) return path_to_itself(text);
    text = text.substr(beginning.size(), text.rfind("; each waits for the next") - beginning.size());
    std::vector<hop> path;
    std::uint64_t from = number_in(text.substr(0, text.find(arrow)));
    while (text.find(arrow) != std::string_view::npos) {
      text.remove_prefix(text.find(arrow) + arrow.size());
      const std::string_view part = text.substr(0, text.find(arrow));
      const unsigned why = part.starts_with("space for ")                 ? room
                           : part.starts_with("a future's value, which ") ? value
                                                                          : reply;
      path.push_back({from, number_in(part), why});
      from = path.back().to;
    }
    return path;
  }
  /// These texts name the actor by its URN, and the one about a value names none.
  std::vector<hop> path_to_itself(std::string_view text) const {
    const bool of_value = text.starts_with("vicar: a future waits for itself ");
    unsigned why = reply;
    if (of_value) why = value;
    if (text.find(" waits for itself: there is no space for ") != std::string_view::npos) why = room;
    if (text.starts_with("vicar: the constructor of ")) why = reply | room;
    for (const running& each : running_here) {
      const hop candidate{running_here.back().number, each.number, why};
      if (of_value ? is_needed(candidate) : text.find(each.ref.urn()) != std::string_view::npos) return {candidate};
    }
    return {};
  }
  bool is_needed(const hop& candidate) const {
    const auto found = waits_.find(candidate.from);
    if (found == waits_.end()) return false;
    return std::any_of(found->second.begin(), found->second.end(), [&](const needed& each) {
      return (each.why & candidate.why) != 0 && each.whom() == candidate.to && each.pending();
    });
  }

  /// Whether a path from an actor, over pending conditions, leads to one that `is_end`. Actors on one thread
  /// wait together, and each has its own entry.
  template <class IsEnd>
  bool leads_to(std::uint64_t from, IsEnd is_end) const {
    std::set<std::uint64_t> seen;
    std::vector<std::uint64_t> next{from};
    while (!next.empty()) {
      const std::uint64_t actor = next.back();
      next.pop_back();
      if (is_end(actor)) return true;
      const auto found = waits_.find(actor);
      if (found == waits_.end() || !seen.insert(actor).second) continue;
      for (const needed& each : found->second) {
        if (each.pending()) next.push_back(each.whom());
      }
    }
    return false;
  }

  mutable std::mutex mutex_;
  std::map<std::uint64_t, needs> waits_;
  std::uint64_t moves_ = 0;
  counts counts_;
};

class node;

enum class kind {
  get,
  wait,
  take,
  with_timeout,
  defer,
  join,
  get_all,
  map,
  assign,
  inner,
  handed,
  promised,
  shared,
  shared_limited,
  stop,
  child
};

struct plan;
using shared_plan = std::shared_ptr<const plan>;

struct action {
  kind what;
  std::size_t target;
  std::size_t other;
  shared_plan there;
  shared_plan at_the_other;
};

/// The actions of an actor in one message.
struct plan {
  std::vector<action> actions;
};

/// A future that several actors read, and whose value the first of them computes by a plan.
struct shared_value {
  std::atomic<std::uint64_t> maker{0};
  std::atomic<bool> made{false};
  vicar::future<int> value;
};

constexpr std::size_t places = 8;
constexpr std::size_t children = 2;  // slots for actors that are started by others
constexpr std::size_t values = 2;

/// Keeps promises on its own thread, which waits for no actor.
class keeper {
 public:
  keeper() : thread_{[this] { keep(); }} {}
  ~keeper() {
    {
      const std::lock_guard lock{mutex_};
      done_ = true;
    }
    changed_.notify_one();
  }
  keeper(const keeper&) = delete;
  keeper& operator=(const keeper&) = delete;

  vicar::future<int> promised() {
    vicar::promise<int> kept;
    vicar::future<int> answer = kept.get_future();
    {
      const std::lock_guard lock{mutex_};
      open_.push_back(std::move(kept));
    }
    changed_.notify_one();
    return answer;
  }

 private:
  void keep() {
    std::unique_lock lock{mutex_};
    for (;;) {
      changed_.wait(lock, [this] { return done_ || !open_.empty(); });
      if (open_.empty()) return;
      std::vector<vicar::promise<int>> now = std::exchange(open_, {});
      lock.unlock();
      for (vicar::promise<int>& each : now) each.set_value(1);
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<vicar::promise<int>> open_;
  bool done_ = false;
  support::joined_thread thread_;
};

/// Assigned to an actor's member. Its token lives as long as the message.
struct assigned {
  assigned() = default;
  explicit assigned(std::shared_ptr<const void> token) : token_{std::move(token)} {}
  assigned(assigned&&) = default;
  assigned& operator=(assigned&&) noexcept { return *this; }
  ~assigned() = default;

 private:
  std::shared_ptr<const void> token_;
};

/// The current actors.
class world {
 public:
  struct place {
    std::uint64_t number = 0;
    vicar::actor_ref<node> ref;
    std::size_t capacity = vicar::unbounded;
  };

  world(wait_table& truth, keeper& free) : table{truth}, outside{free} {}

  std::shared_ptr<const place> at(std::size_t index) const {
    const std::lock_guard lock{mutex_};
    return places_[index];
  }
  /// Stops the previous actor of the slot.
  void put(std::size_t index, std::uint64_t number, vicar::actor_ref<node> ref, std::size_t capacity) {
    auto entry = std::make_shared<const place>(place{number, std::move(ref), capacity});
    {
      const std::lock_guard lock{mutex_};
      places_[index].swap(entry);
    }
    if (entry) entry->ref.stop();
  }
  std::shared_ptr<shared_value> value(std::size_t index) const {
    const std::lock_guard lock{mutex_};
    return values_[index];
  }
  void put_value(std::size_t index, std::shared_ptr<shared_value> shared) {
    const std::lock_guard lock{mutex_};
    values_[index] = std::move(shared);
  }

  wait_table& table;
  keeper& outside;
  std::atomic<std::uint64_t> last_number{0};

 private:
  mutable std::mutex mutex_;
  std::array<std::shared_ptr<const place>, places + children> places_;
  std::array<std::shared_ptr<shared_value>, values> values_;
};

std::size_t capacity_of(std::size_t place) { return place % 2 == 0 ? place / 2 % 3 + 1 : vicar::unbounded; }

void follow(world& around, const plan& what);

using place_handle = std::shared_ptr<const world::place>;

needed room_at(const place_handle& place) {
  return {room, [place] { return place->number; },
          [place] { return place->ref.is_alive() && place->ref.stats().mailbox_depth >= place->capacity; }};
}
template <class T>
needed answer_of(const place_handle& place, const vicar::future<T>& answer) {
  return {reply, [place] { return place->number; }, [answer] { return !answer.ready(); }};
}
/// Space or the handling: a message needs the one and then the other. Its contents move with it, also when it is
/// refused.
needed room_or_answer(const place_handle& place, const std::weak_ptr<const void>& carried) {
  const needed for_room = room_at(place);
  return {room | reply, for_room.whom,
          [no_room = for_room.pending, carried] { return !carried.expired() || no_room(); }};
}
needed kept_promise(const vicar::future<int>& answer) {
  return {reply, [] { return std::uint64_t{0}; }, [answer] { return !answer.ready(); }};
}
needed value_of(const std::shared_ptr<shared_value>& shared) {
  return {value, [shared] { return shared->maker.load(); }, [shared] { return !shared->made.load(); }};
}

template <class Send>
auto send(world& around, const place_handle& place, Send send) {
  if (place->capacity == vicar::unbounded) return send();
  return around.table.waiting({room_at(place)}, send);
}
vicar::future<int> ask(world& around, const place_handle& place, const shared_plan& what);

class node {
 public:
  node(world& around, std::uint64_t number, std::size_t place, const shared_plan& first)
      : world_{&around}, number_{number} {
    const here scope{*this};
    around.put(place, number_, vicar::self(*this), capacity_of(place));
    if (first) follow(around, *first);
  }

  int step(const shared_plan& what) {
    const here scope{*this};
    follow(*world_, *what);
    return 1;
  }
  /// Calls another actor, and returns before its reply; with a value if it could not call.
  vicar::future<int> hand_on(const place_handle& to, const shared_plan& what) {
    const here scope{*this};
    try {
      return ask(*world_, to, what);
    } catch (const vicar::error&) {  // checked where it was thrown
      return vicar::make_ready_future(1);
    }
  }
  int read(const place_handle& place, const vicar::future<int>& answer) {
    const here scope{*this};
    try {
      world_->table.waiting({answer_of(place, answer)}, [&] { answer.get(); });
    } catch (const vicar::error&) {  // as above
    }
    return 1;
  }

  assigned member;
  VICAR_PROXY_MEMBERS(member)

 private:
  struct here {
    explicit here(node& actor) { running_here.push_back({actor.number_, vicar::self(actor)}); }
    ~here() { running_here.pop_back(); }
    here(const here&) = delete;
    here& operator=(const here&) = delete;
  };

  world* world_;
  std::uint64_t number_;
};

void start_node(world& around, std::size_t place, const shared_plan& first = nullptr) {
  const std::uint64_t number = ++around.last_number;
  vicar::start<node>({.name = name_of(number), .mailbox_capacity = capacity_of(place)}, around, number, place, first);
}

vicar::future<int> ask(world& around, const place_handle& place, const shared_plan& what) {
  return send(around, place, [&] { return place->ref.call<&node::step>(what); });
}

void perform(world& around, const action& current) {
  const place_handle place = around.at(current.target);
  if (!place) return;
  wait_table& table = around.table;
  switch (current.what) {
    case kind::get: {
      const vicar::future<int> answer = ask(around, place, current.there);
      table.waiting({answer_of(place, answer)}, [&] { answer.get(); });
      break;
    }
    case kind::wait: {
      const vicar::future<int> answer = ask(around, place, current.there);
      table.waiting({answer_of(place, answer)}, [&] { answer.wait(); });
      break;
    }
    case kind::take: {
      vicar::future<int> answer = ask(around, place, current.there);
      table.waiting({answer_of(place, answer)}, [&] { std::move(answer).get(); });
      break;
    }
    case kind::with_timeout: {
      const vicar::future<int> answer = ask(around, place, current.there);
      table.with_timeout(answer_of(place, answer), [&] { static_cast<void>(answer.wait_for(300us)); });
      break;
    }
    case kind::defer:
      send(around, place, [&] { place->ref.defer<&node::step>(current.there); });
      break;
    case kind::join:
    case kind::get_all: {
      const place_handle second = around.at(current.other);
      if (!second) return;
      const vicar::future<int> first_answer = ask(around, place, current.there);
      const vicar::future<int> second_answer = ask(around, second, current.at_the_other);
      const needs both{answer_of(place, first_answer), answer_of(second, second_answer)};
      if (current.what == kind::join) {
        const auto joined = first_answer.join(second_answer);
        table.waiting(both, [&] { joined.get(); });
      } else {
        const std::array all{first_answer, second_answer};
        table.waiting(both, [&] { static_cast<void>(vicar::get_all(all)); });
      }
      break;
    }
    case kind::map: {
      const vicar::future<int> answer = ask(around, place, current.there);
      const auto doubled = answer.map([](int each) { return 2 * each; });
      table.waiting({answer_of(place, answer)}, [&] { doubled.get(); });
      break;
    }
    case kind::assign: {
      auto token = std::make_shared<int>();
      const needed written = room_or_answer(place, token);
      table.waiting({written}, [&] { place->ref.proxy()->member = assigned{std::move(token)}; });
      break;
    }
    case kind::inner: {
      const place_handle second = around.at(current.other);
      if (!second) return;
      const auto outer = send(around, place, [&] { return place->ref.call<&node::hand_on>(second, current.there); });
      table.waiting({answer_of(place, outer)}, [&] { outer.get(); });
      const vicar::future<int> inner = outer.get();
      table.waiting({answer_of(second, inner)}, [&] { inner.get(); });
      break;
    }
    case kind::handed: {
      const place_handle second = around.at(current.other);
      if (!second) return;
      const vicar::future<int> answer = ask(around, second, current.there);
      const auto read = send(around, place, [&] { return place->ref.call<&node::read>(second, answer); });
      table.waiting({answer_of(place, read)}, [&] { read.get(); });
      break;
    }
    case kind::promised: {
      const vicar::future<int> answer = around.outside.promised();
      table.waiting({kept_promise(answer)}, [&] { answer.get(); });
      break;
    }
    case kind::shared: {
      const auto shared = around.value(current.other % values);
      table.waiting({value_of(shared)}, [&] { shared->value.get(); });
      break;
    }
    case kind::shared_limited: {
      const auto shared = around.value(current.other % values);
      if (runs_here(shared->maker)) return;  // a wait for itself would be refused, also with a timeout
      table.with_timeout(value_of(shared), [&] { shared->value.get(300us); });
      break;
    }
    case kind::stop: {
      const vicar::future<bool> answer = place->ref.stop();
      table.waiting({answer_of(place, answer)}, [&] { answer.get(); });
      break;
    }
    case kind::child: {
      const std::size_t its_place = places + current.other % children;
      start_node(around, its_place, current.there);
      break;
    }
  }
}

void follow(world& around, const plan& what) {
  for (const action& each : what.actions) {
    try {
      perform(around, each);
    } catch (const vicar::error&) {  // checked where it was thrown
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
                               what == kind::join || what == kind::get_all ? make(depth - 1) : nullptr});
    }
    return made;
  }
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>{0, end - 1}(random_); }

  static constexpr int deepest = 4;

 private:
  kind choose() {
    static constexpr std::array<std::pair<kind, std::size_t>, 16> weights{{{kind::get, 24},
                                                                           {kind::wait, 5},
                                                                           {kind::take, 6},
                                                                           {kind::with_timeout, 4},
                                                                           {kind::defer, 27},
                                                                           {kind::join, 6},
                                                                           {kind::get_all, 5},
                                                                           {kind::map, 4},
                                                                           {kind::assign, 3},
                                                                           {kind::inner, 2},
                                                                           {kind::handed, 2},
                                                                           {kind::promised, 2},
                                                                           {kind::shared, 5},
                                                                           {kind::shared_limited, 1},
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

/// Terminates the process with a report if there is no progress for long.
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
    fmt::print(stderr, "No progress; seed {}. Cycles:\n{}What vicar sees:\n", *seed_, table_->cycles());
    for (const auto& each : table::instance().snapshot(table::which::all)) {
      const auto wait = vicar::detail::wait_edge::from(*each);
      fmt::print(stderr, "{} {} {} mailbox {} waits for {} {}\n", each->name(), each->state(), each->running(),
                 each->depth(), wait.target ? wait.target->name() : "none", wait.what);
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

/// Gives the actors several plans at once, and returns when all of them were executed.
void run_round(world& around, std::uint64_t seed) {
  planner plans{seed};
  for (std::size_t i = 0; i < values; ++i) {
    auto shared = std::make_shared<shared_value>();
    shared_plan what = plans.make(2);
    shared->value = vicar::make_ready_future(0).map([&around, what, raw = shared.get()](int) {
      raw->maker = running_here.back().number;
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
  keeper outside;
  world around{table, outside};
  std::uint64_t seed = first_seed;
  const watchdog dog{table, seed};
  for (int round = 0; round < rounds && table.result().wrong.empty(); ++round, ++seed) run_round(around, seed);
  for (std::size_t i = 0; i < places + children; ++i) {
    if (const place_handle place = around.at(i)) place->ref.stop().wait();
  }
  const counts result = table.result();
  if (!result.wrong.empty()) FAIL("before seed " << seed << ": " << result.wrong.front());
  INFO("seeds from " << first_seed << ": " << result.waits << " waits, " << result.cycles << " cycles, "
                     << result.long_cycles << " of more than two, " << result.room << " for space, " << result.values
                     << " for values; " << result.with_timeout << " waits with a timeout that would have closed one");
  CHECK(result.cycles > 1000);
  CHECK(result.long_cycles > 1000);
  CHECK(result.room > 1000);
  CHECK(result.values > 20);
  CHECK(result.with_timeout > 20);
}

}  // namespace

TEST_CASE("of actors that call each other at random, only those in a cycle get an error") { run(1, 2000); }
