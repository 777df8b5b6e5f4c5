// SPDX-License-Identifier: BSL-1.0
// Actors that call each other at random, by members that block and by coroutines, with a table of their waits: every
// deadlock that vicar reports is one, and every real one is reported.
//
// The table has two kinds of waits. The thread of an actor waits, from just before it might sleep until it continues,
// for what it needs of another actor. A call that is a coroutine waits, from just before its co_await until it
// continues, and its actor goes on. An answer needs the actor's thread and, if its call is a coroutine, what that
// awaits; so a way through the table leads from an answer to either of the two.
//
// What that proves: each `deadlock_error` names a way through waits that were all in the table and pending when vicar
// looked, which leads back to the thread or the call whose wait was refused, and which contains the wait of a thread.
// None of them can end before another one does, unless an actor is stopped while a call of it is suspended. And since
// every wait without a timeout ends, no cycle with the wait of a thread is left alone. The table says nothing about
// cycles of suspended calls alone: no call here gets a future of its own answer, so there are none.
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
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <vicar/compose.hpp>
#include <vicar/task.hpp>
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
  std::uint64_t call = 0;               ///< the number of the call that has to be answered, if it has one
};
using needs = std::vector<needed>;

/// An actor whose code runs on this thread, while this lives: the actor of the thread, and those whose constructors it
/// is in. A list of them, so that a thread that ends owns no memory.
struct running {
  running(std::uint64_t its_number, vicar::any_actor_ref its_ref) : number{its_number}, ref{std::move(its_ref)} {
    enter();
  }
  ~running() { leave(); }
  running(const running&) = delete;
  running& operator=(const running&) = delete;

  void enter();
  void leave();

  const std::uint64_t number;
  const vicar::any_actor_ref ref;
  running* outer = nullptr;
};
constinit thread_local running* running_here = nullptr;  // the innermost

void running::enter() { outer = std::exchange(running_here, this); }
void running::leave() { running_here = outer; }

bool runs_here(std::uint64_t number) {
  for (const running* each = running_here; each; each = each->outer) {
    if (each->number == number) return true;
  }
  return false;
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
  std::uint64_t suspended = 0;     ///< cycles with a suspended call that found a thread
  std::uint64_t suspending = 0;    ///< cycles with one that found a co_await
  std::uint64_t waits = 0;
  std::vector<std::string> wrong;
};

/// The ground truth: contains every wait without a timeout from just before it begins until it has ended.
class wait_table {
 public:
  /// The wait of this thread.
  class sleep {
   public:
    sleep(wait_table& table, needs all) : table_{table}, since_{table.begin(std::move(all))} {}
    ~sleep() { table_.end(); }
    sleep(const sleep&) = delete;
    sleep& operator=(const sleep&) = delete;

    void refused(std::string_view text) const { table_.judge(text, {running_here->number, 0}, since_); }

   private:
    wait_table& table_;
    const std::uint64_t since_;
  };
  /// The wait of a call whose coroutine awaits something: meanwhile, this thread is not in its code.
  class suspension {
   public:
    suspension(wait_table& table, std::uint64_t call, needs all)
        : table_{table}, call_{call}, actor_{*running_here}, since_{table.suspend(call, std::move(all))} {
      actor_.leave();
    }
    /// Without a call of `continues` before, the actor has ended.
    ~suspension() {
      if (!continues_) table_.abandon(call_);
      actor_.enter();
    }
    suspension(const suspension&) = delete;
    suspension& operator=(const suspension&) = delete;

    void continues() {
      continues_ = true;
      table_.resume(call_);
    }
    void refused(std::string_view text) const { table_.judge(text, {actor_.number, call_}, since_); }

   private:
    wait_table& table_;
    const std::uint64_t call_;
    running& actor_;
    const std::uint64_t since_;
    bool continues_ = false;
  };

  /// Calls `wait()`, and checks its `deadlock_error` if it throws one.
  template <class Wait>
  auto waiting(needs all, Wait wait) {
    const sleep here{*this, std::move(all)};
    try {
      return wait();
    } catch (const vicar::deadlock_error& error) {
      here.refused(error.what());
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
  /// Forgets the calls that ended with their actors. Nothing waits for them any more.
  void tidy() {
    const std::lock_guard lock{mutex_};
    std::erase_if(calls_, [](const auto& each) {
      const awaiting& call = each.second;
      return call.abandoned != 0 && std::none_of(call.all.begin(), call.all.end(), is_pending);
    });
  }

  /// The actors that are in cycles now, each with what it waits for, and all suspended calls.
  std::string cycles() const {
    const std::lock_guard lock{mutex_};
    std::string text;
    for (const auto& [actor, all] : waits_) {
      const bool in_cycle = std::any_of(all.begin(), all.end(), [&, me = actor](const needed& each) {
        return each.pending() &&
               leads_to({each.whom(), each.call}, [me](const position& end) { return end.actor == me; });
      });
      if (in_cycle) text += fmt::format("{} waits for{}\n", actor, text_of(all));
    }
    for (const auto& [call, waits] : calls_) {
      if (waits.abandoned == 0) text += fmt::format("call {} awaits{}\n", call, text_of(waits.all));
    }
    return text;
  }

 private:
  /// An answer that a way through the table leads to. Without a number of a call, it needs only the actor's thread.
  struct position {
    std::uint64_t actor;
    std::uint64_t call;
    bool operator<(const position& other) const { return std::pair{actor, call} < std::pair{other.actor, other.call}; }
  };
  struct awaiting {
    needs all;
    std::uint64_t abandoned = 0;  ///< the move at which its actor ended
  };

  static bool is_pending(const needed& each) { return each.pending(); }
  static std::string text_of(const needs& all) {
    std::string text;
    for (const needed& each : all)
      text += fmt::format(" {} (call {}{})", each.whom(), each.call, each.pending() ? "" : ", has come");
    return text;
  }

  std::uint64_t begin(needs all) {
    const std::lock_guard lock{mutex_};
    ++counts_.waits;
    for (const running* each = running_here; each; each = each->outer) waits_[each->number] = all;
    return ++moves_;
  }
  void end() {
    const std::lock_guard lock{mutex_};
    ++moves_;
    for (const running* each = running_here; each; each = each->outer) waits_.erase(each->number);
  }
  std::uint64_t suspend(std::uint64_t call, needs all) {
    const std::lock_guard lock{mutex_};
    ++counts_.waits;
    calls_[call].all = std::move(all);
    return ++moves_;
  }
  void resume(std::uint64_t call) {
    const std::lock_guard lock{mutex_};
    ++moves_;
    calls_.erase(call);
  }
  /// Keeps the wait: a thread that has found it may be about to judge.
  void abandon(std::uint64_t call) {
    const std::lock_guard lock{mutex_};
    calls_[call].abandoned = ++moves_;
  }
  void note_limited(const needed& what) {
    const std::lock_guard lock{mutex_};
    const auto is_here = [](const position& end) { return runs_here(end.actor); };
    if (what.pending() && leads_to({what.whom(), what.call}, is_here)) ++counts_.with_timeout;
  }
  void is_wrong(std::string_view why, std::string_view text) {
    const std::lock_guard lock{mutex_};
    add_wrong(running_here->number, why, text);
  }
  void add_wrong(std::uint64_t actor, std::string_view why, std::string_view text) {
    counts_.wrong.push_back(fmt::format("actor {} got an error, {}: {}", actor, why, text));
  }

  /// Whatever vicar throws within a message is caught there, so no `deadlock_error` arrives as a reply: this one
  /// refuses a wait that began with the move `since`. The cycle lasts until that one continues, so the table contains
  /// all that the text says. `refused`: the call that is to be suspended, or the actor whose thread waits.
  void judge(std::string_view text, const position& refused, std::uint64_t since) {
    const std::lock_guard lock{mutex_};
    const std::vector<hop> path = path_in(text, since);
    const auto wrong = [&](std::string_view why) { add_wrong(refused.actor, why, text); };
    if (path.empty()) return wrong("in a text that names no cycle");
    const bool by_thread = refused.call == 0;
    if (path.front().from != refused.actor || path.front().awaits == by_thread)
      return wrong("about another one's wait");
    std::vector<position> reached{refused};
    for (const hop& each : path) {
      reached = across(each, reached, since);
      if (reached.empty()) return wrong(fmt::format("while {} did not wait for {}", each.from, each.to));
    }
    const bool closed = std::any_of(reached.begin(), reached.end(), [&](const position& end) {
      return by_thread ? runs_here(end.actor) : end.call == refused.call;
    });
    if (!closed) return wrong("in a text whose end is not its beginning");
    const auto suspended = std::count_if(path.begin(), path.end(), [](const hop& each) { return each.awaits; });
    if (static_cast<std::size_t>(suspended) == path.size()) return wrong("although no thread waits");
    ++counts_.cycles;
    if (path.size() > 2) ++counts_.long_cycles;
    if (path.front().why == room) ++counts_.room;
    if (path.front().why == value) ++counts_.values;
    if (suspended != 0) ++(by_thread ? counts_.suspended : counts_.suspending);
  }

  /// One wait in the text of a `deadlock_error`: of a suspended call if it `awaits`, else of a thread.
  struct hop {
    std::uint64_t from;
    std::uint64_t to;
    unsigned why;
    bool awaits;
  };
  std::vector<hop> path_in(std::string_view text, std::uint64_t since) const {
    static constexpr std::string_view beginning = "vicar: deadlock: ";
    static constexpr std::string_view arrow = " → ";
    static constexpr std::string_view awaits = " (awaits)";
    if (!text.starts_with(beginning)) return path_to_itself(text, since);
    text = text.substr(beginning.size(), text.rfind("; each waits for the next") - beginning.size());
    std::vector<hop> path;
    std::string_view from = text.substr(0, text.find(arrow));
    while (text.find(arrow) != std::string_view::npos) {
      text.remove_prefix(text.find(arrow) + arrow.size());
      const std::string_view part = text.substr(0, text.find(arrow));
      const unsigned why = part.starts_with("space for ")                 ? room
                           : part.starts_with("a future's value, which ") ? value
                                                                          : reply;
      path.push_back({number_in(from), number_in(part), why, from.ends_with(awaits)});
      from = part;
    }
    return path;
  }
  /// These texts name the actor by its URN, and the one about a value names none.
  std::vector<hop> path_to_itself(std::string_view text, std::uint64_t since) const {
    const bool of_value = text.starts_with("vicar: a future waits for itself ");
    unsigned why = reply;
    if (of_value) why = value;
    if (text.find(" waits for itself: there is no space for ") != std::string_view::npos) why = room;
    if (text.starts_with("vicar: the constructor of ")) why = reply | room;
    for (const running* each = running_here; each; each = each->outer) {
      const hop candidate{running_here->number, each->number, why, false};
      const bool named = of_value ? !across(candidate, {{candidate.from, 0}}, since).empty()
                                  : text.find(each->ref.urn()) != std::string_view::npos;
      if (named) return {candidate};
    }
    return {};
  }

  /// The needs of an actor's thread, or of a call: null if it does not wait.
  const needs* needs_of_thread(const position& of) const {
    const auto found = waits_.find(of.actor);
    return found == waits_.end() ? nullptr : &found->second;
  }
  const needs* needs_of_call(const position& of) const {
    const auto found = calls_.find(of.call);
    return found == calls_.end() ? nullptr : &found->second.all;
  }
  /// Where one of these waits leads, which is what the text says.
  std::vector<position> across(const hop& said, const std::vector<position>& from, std::uint64_t since) const {
    std::vector<position> reached;
    for (const position& start : from) {
      const needs* const all = said.awaits ? needs_of_call(start) : needs_of_thread(start);
      if (start.actor != said.from || !all) continue;
      for (const needed& each : *all) {
        if ((each.why & said.why) != 0 && each.whom() == said.to && was_pending(each, since))
          reached.push_back({said.to, each.call});
      }
    }
    return reached;
  }
  /// The end of an actor answers its suspended calls: such an answer was pending if it ended later.
  bool was_pending(const needed& each, std::uint64_t since) const {
    if (each.pending()) return true;
    const auto found = calls_.find(each.call);
    return found != calls_.end() && found->second.abandoned > since;
  }

  /// Whether a path from an answer, over pending conditions, leads to one that `is_end`. Actors on one thread wait
  /// together, and each has its own entry.
  template <class IsEnd>
  bool leads_to(const position& from, IsEnd is_end) const {
    std::set<position> seen;
    std::vector<position> next{from};
    while (!next.empty()) {
      const position here = next.back();
      next.pop_back();
      if (is_end(here)) return true;
      if (!seen.insert(here).second) continue;
      for (const needs* const all : {needs_of_thread(here), needs_of_call(here)}) {
        if (!all) continue;
        for (const needed& each : *all) {
          if (each.pending()) next.push_back({each.whom(), each.call});
        }
      }
    }
    return false;
  }

  mutable std::mutex mutex_;
  std::map<std::uint64_t, needs> waits_;     // of the threads, by the numbers of their actors
  std::map<std::uint64_t, awaiting> calls_;  // of the suspended calls
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

/// How a coroutine waits for an answer.
enum class manner {
  blocking,   ///< as any other member
  awaiting,   ///< `co_await` of a handle
  taking,     ///< `co_await` of the last handle
  exclusive,  ///< `co_await exclusively`
  count
};

struct action {
  kind what;
  manner how;
  std::size_t target;
  std::size_t other;
  shared_plan there;
  shared_plan at_the_other;
};

/// The actions of an actor in one message.
struct plan {
  bool coroutine = false;
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
  std::atomic<std::uint64_t> last_number{0};  ///< of the actors
  std::atomic<std::uint64_t> last_call{0};

 private:
  mutable std::mutex mutex_;
  std::array<std::shared_ptr<const place>, places + children> places_;
  std::array<std::shared_ptr<shared_value>, values> values_;
};

std::size_t capacity_of(std::size_t place) { return place % 2 == 0 ? place / 2 % 3 + 1 : vicar::unbounded; }
/// Whether an actor's coroutines let other messages in.
bool interleaves_at(std::size_t place) { return place % 5 != 3; }

void follow(world& around, const plan& what);
/// The same in a coroutine.
vicar::task<> follow_in(world& around, const plan& what, std::uint64_t call, bool interleaves);

using place_handle = std::shared_ptr<const world::place>;

needed room_at(const place_handle& place) {
  return {room, [place] { return place->number; },
          [place] { return place->ref.is_alive() && place->ref.stats().mailbox_depth >= place->capacity; }};
}
template <class T>
needed answer_of(const place_handle& place, const vicar::future<T>& answer, std::uint64_t call = 0) {
  return {reply, [place] { return place->number; }, [answer] { return !answer.ready(); }, call};
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
/// An answer, and what has to happen for it.
struct awaited {
  vicar::future<int> answer;
  needs all;
};
/// `call`: the number of the call.
vicar::future<int> ask(world& around, const place_handle& place, const shared_plan& what, std::uint64_t call);

/// In the coroutine of a call: waits for an answer.
vicar::task<> await(wait_table& table, std::uint64_t call, vicar::future<int> answer, needs all, manner how) {
  wait_table::suspension here{table, call, std::move(all)};
  try {
    if (how == manner::taking)
      static_cast<void>(co_await std::move(answer));
    else
      static_cast<void>(co_await answer);
  } catch (const vicar::deadlock_error& error) {
    here.refused(error.what());
    here.continues();
    throw;
  } catch (...) {
    here.continues();
    throw;
  }
  here.continues();
}
/// The same where no other message is let in.
vicar::task<> await_exclusively(wait_table& table, vicar::future<int> answer, needs all, manner how) {
  const wait_table::sleep here{table, std::move(all)};
  try {
    if (how == manner::exclusive)
      static_cast<void>(co_await vicar::exclusively(answer));
    else
      static_cast<void>(co_await answer);
  } catch (const vicar::deadlock_error& error) {
    here.refused(error.what());
    throw;
  }
}

class node {
 public:
  node(world& around, std::uint64_t number, std::size_t place, const shared_plan& first)
      : world_{&around}, number_{number}, interleaves_{interleaves_at(place)} {
    const running here{number_, vicar::self(*this)};
    around.put(place, number_, vicar::self(*this), capacity_of(place));
    if (first) follow(around, *first);
  }

  int step(const shared_plan& what) {
    const running here{number_, vicar::self(*this)};
    follow(*world_, *what);
    return 1;
  }
  vicar::task<int> step_by_coroutine(const shared_plan& what, std::uint64_t call) {
    const running here{number_, vicar::self(*this)};
    co_await follow_in(*world_, *what, call, interleaves_);
    co_return 1;
  }
  /// Calls another actor, and returns before its reply, which becomes the one of this call. With a value if it could
  /// not call. Sets `handed_on` when it has done so.
  vicar::future<int> hand_on(const place_handle& to, const shared_plan& what, std::uint64_t call,
                             const std::shared_ptr<std::atomic<bool>>& handed_on) {
    const running here{number_, vicar::self(*this)};
    vicar::future<int> answer;
    try {
      answer = ask(*world_, to, what, call);
    } catch (const vicar::error&) {  // checked where it was thrown
      answer = vicar::make_ready_future(1);
    }
    *handed_on = true;
    return answer;
  }
  int read(const awaited& given) {
    const running here{number_, vicar::self(*this)};
    try {
      world_->table.waiting(given.all, [&] { given.answer.get(); });
    } catch (const vicar::error&) {  // as above
    }
    return 1;
  }
  vicar::task<int> read_by_coroutine(const awaited& given, std::uint64_t call) {
    const running here{number_, vicar::self(*this)};
    try {
      if (interleaves_)
        co_await await(world_->table, call, given.answer, given.all, manner::awaiting);
      else
        co_await await_exclusively(world_->table, given.answer, given.all, manner::awaiting);
    } catch (const vicar::error&) {  // as above
    }
    co_return 1;
  }

  assigned member;
  VICAR_PROXY_MEMBERS(member)

 private:
  world* world_;
  std::uint64_t number_;
  bool interleaves_;
};

void start_node(world& around, std::size_t place, const shared_plan& first = nullptr) {
  const std::uint64_t number = ++around.last_number;
  vicar::start<node>(
      {.name = name_of(number), .mailbox_capacity = capacity_of(place), .interleaving = interleaves_at(place)}, around,
      number, place, first);
}

vicar::future<int> ask(world& around, const place_handle& place, const shared_plan& what, std::uint64_t call) {
  return send(around, place, [&] {
    return what->coroutine ? place->ref.call<&node::step_by_coroutine>(what, call) : place->ref.call<&node::step>(what);
  });
}
awaited ask(world& around, const place_handle& place, const shared_plan& what) {
  const std::uint64_t call = ++around.last_call;
  vicar::future<int> answer = ask(around, place, what, call);
  needs all{answer_of(place, answer, call)};
  return {std::move(answer), std::move(all)};
}

/// Sends what an action has to send, and returns the answer that it waits for; none if it waits for no answer, or in a
/// way of its own.
std::optional<awaited> begin(world& around, const action& current, const place_handle& place) {
  const place_handle second = around.at(current.other);
  switch (current.what) {
    case kind::get:
    case kind::wait:
    case kind::take:
      return ask(around, place, current.there);
    case kind::join:
    case kind::get_all: {
      if (!second) break;
      awaited both = ask(around, place, current.there);
      awaited another = ask(around, second, current.at_the_other);
      both.all.push_back(std::move(another.all.front()));
      if (current.what == kind::join)
        both.answer =
            both.answer.join(another.answer).map([](const auto& two) { return static_cast<int>(two.size()); });
      else
        both.answer = vicar::when_all(both.answer, another.answer).map([](const auto&) { return 2; });
      return both;
    }
    case kind::map: {
      awaited single = ask(around, place, current.there);
      single.answer = single.answer.map([](int each) { return 2 * each; });
      return single;
    }
    case kind::inner: {
      if (!second) break;
      const std::uint64_t call = ++around.last_call;
      const auto handed_on = std::make_shared<std::atomic<bool>>(false);
      vicar::future<int> answer =
          send(around, place, [&] { return place->ref.call<&node::hand_on>(second, current.there, call, handed_on); });
      needs all{answer_of(place, answer), answer_of(second, answer, call)};
      all.front().pending = [handed_on, answer] { return !*handed_on && !answer.ready(); };
      all.back().pending = [handed_on, answer] { return *handed_on && !answer.ready(); };
      return awaited{std::move(answer), std::move(all)};
    }
    case kind::handed: {
      if (!second) break;
      const awaited given = ask(around, second, current.there);
      const std::uint64_t call = ++around.last_call;
      vicar::future<int> answer = send(around, place, [&] {
        return current.there->coroutine ? place->ref.call<&node::read_by_coroutine>(given, call)
                                        : place->ref.call<&node::read>(given);
      });
      needs all{answer_of(place, answer, call)};
      return awaited{std::move(answer), std::move(all)};
    }
    case kind::promised: {
      vicar::future<int> answer = around.outside.promised();
      needs all{kept_promise(answer)};
      return awaited{std::move(answer), std::move(all)};
    }
    case kind::stop: {
      const vicar::future<bool> stopped = place->ref.stop();
      return awaited{stopped.map([](bool was_alive) { return was_alive ? 1 : 0; }), {answer_of(place, stopped)}};
    }
    default:
      break;
  }
  return std::nullopt;
}

/// The other actions, and those that could not begin.
void perform_otherwise(world& around, const action& current, const place_handle& place) {
  wait_table& table = around.table;
  switch (current.what) {
    case kind::with_timeout: {
      const awaited asked = ask(around, place, current.there);
      table.with_timeout(asked.all.front(), [&] { static_cast<void>(asked.answer.wait_for(300us)); });
      break;
    }
    case kind::defer:
      send(around, place, [&] {
        if (current.there->coroutine)
          place->ref.defer<&node::step_by_coroutine>(current.there, ++around.last_call);
        else
          place->ref.defer<&node::step>(current.there);
      });
      break;
    case kind::assign: {
      auto token = std::make_shared<int>();
      const needed written = room_or_answer(place, token);
      table.waiting({written}, [&] { place->ref.proxy()->member = assigned{std::move(token)}; });
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
    case kind::child: {
      const std::size_t its_place = places + current.other % children;
      start_node(around, its_place, current.there);
      break;
    }
    default:
      break;
  }
}

void perform(world& around, const action& current) {
  const place_handle place = around.at(current.target);
  if (!place) return;
  std::optional<awaited> begun = begin(around, current, place);
  if (!begun) return perform_otherwise(around, current, place);
  around.table.waiting(std::move(begun->all), [&] {
    if (current.what == kind::wait) return begun->answer.wait();
    if (current.what == kind::take) return static_cast<void>(std::move(begun->answer).get());
    if (current.what == kind::get_all) return static_cast<void>(vicar::get_all(std::array{begun->answer}));
    static_cast<void>(begun->answer.get());
  });
}

vicar::task<> perform_in(world& around, const action& current, std::uint64_t call, bool interleaves) {
  const place_handle place = around.at(current.target);
  if (!place) co_return;
  std::optional<awaited> begun = begin(around, current, place);
  if (!begun) {
    perform_otherwise(around, current, place);
  } else if (interleaves && current.how != manner::exclusive) {
    co_await await(around.table, call, std::move(begun->answer), std::move(begun->all), current.how);
  } else {
    co_await await_exclusively(around.table, std::move(begun->answer), std::move(begun->all), current.how);
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
vicar::task<> follow_in(world& around, const plan& what, std::uint64_t call, bool interleaves) {
  for (const action& each : what.actions) {
    try {
      if (each.how == manner::blocking)
        perform(around, each);
      else
        co_await perform_in(around, each, call, interleaves);
    } catch (const vicar::error&) {  // as above
    }
  }
}

class planner {
 public:
  planner(std::uint64_t seed, bool coroutines) : random_{seed}, coroutines_{coroutines} {}

  shared_plan make(int depth) {
    auto made = std::make_shared<plan>();
    made->coroutine = coroutines_ && below(3) != 0;
    const std::size_t count = depth == 0 ? 0 : below(3) + (depth == deepest ? 1 : 0);
    for (std::size_t i = 0; i < count; ++i) {
      const kind what = choose();
      const manner how =
          made->coroutine ? static_cast<manner>(below(static_cast<std::size_t>(manner::count))) : manner::blocking;
      made->actions.push_back({what, how, below(places + children), below(places), make(depth - 1),
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
  bool coroutines_;
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
void run_round(world& around, std::uint64_t seed, bool coroutines) {
  planner plans{seed, coroutines};
  for (std::size_t i = 0; i < values; ++i) {
    auto shared = std::make_shared<shared_value>();
    shared_plan what = plans.make(2);
    shared->value = vicar::make_ready_future(0).map([&around, what, raw = shared.get()](int) {
      raw->maker = running_here->number;
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
    for (const auto& [place, what] : roots[index]) {
      const auto& ref = around.at(place)->ref;
      answers.push_back(what->coroutine ? ref.call<&node::step_by_coroutine>(what, ++around.last_call)
                                        : ref.call<&node::step>(what));
    }
    for (const auto& each : answers) each.wait();
  });
  around.table.tidy();
}

counts run(std::uint64_t first_seed, int rounds, bool coroutines) {
  const support::log_capture quiet{vicar::log_level::off};
  wait_table table;
  keeper outside;
  world around{table, outside};
  std::uint64_t seed = first_seed;
  const watchdog dog{table, seed};
  for (int round = 0; round < rounds && table.result().wrong.empty(); ++round, ++seed)
    run_round(around, seed, coroutines);
  for (std::size_t i = 0; i < places + children; ++i) {
    if (const place_handle place = around.at(i)) place->ref.stop().wait();
  }
  const counts result = table.result();
  if (!result.wrong.empty()) FAIL("before seed " << seed << ": " << result.wrong.front());
  INFO("seeds from " << first_seed << ": " << result.waits << " waits, " << result.cycles << " cycles, "
                     << result.long_cycles << " of more than two, " << result.room << " for space, " << result.values
                     << " for values; " << result.with_timeout << " waits with a timeout that would have closed one; "
                     << result.suspended << " cycles of threads with suspended calls, " << result.suspending
                     << " found by a co_await");
  CHECK(result.cycles > 1000);
  CHECK(result.long_cycles > 1000);
  CHECK(result.room > 1000);
  CHECK(result.values > 20);
  CHECK(result.with_timeout > 20);
  return result;
}

}  // namespace

TEST_CASE("of actors that call each other at random, only those in a cycle get an error") { run(1, 2000, false); }

TEST_CASE("of actors that wait and co_await at random, only those in a cycle get an error") {
  const counts result = run(1, 1000, true);
  CHECK(result.suspended > 100);
  CHECK(result.suspending > 100);
}
