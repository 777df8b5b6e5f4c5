// SPDX-License-Identifier: BSL-1.0
// Every ask has exactly one outcome, and the right one, whatever happens to the actor: asks from several threads meet
// constructors, hooks, methods and destructors that throw, stops of every kind, and full mailboxes, all at
// random. Afterwards the actor's counters agree with the outcomes. The same with members that are coroutines, which the
// end meets while they are suspended, and with continuations: each argument and each local variable of theirs is
// destroyed once, on the actor's thread, before the outcome can be read.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
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

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(thread_sanitizer) || __has_feature(address_sanitizer);
#else
constexpr bool sanitized = false;
#endif
constexpr std::uint64_t least_asks = sanitized ? 1'000'000 : 2'500'000;
constexpr std::uint64_t least_asks_of_coroutines = sanitized ? 100'000 : 300'000;

constexpr std::size_t producers = 3;
constexpr std::size_t asks_of_each = 250;

/// A reproducible sequence of random numbers.
class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed) : state_{seed} {}
  std::uint64_t operator()(std::uint64_t below) {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return (mixed ^ (mixed >> 31U)) % below;
  }

 private:
  std::uint64_t state_;
};

/// How the actor of a round is brought to its end.
enum class finish : std::uint8_t {
  stopped,
  stopped_by_all,
  stops_itself,
  deferred_failure,
  throws_stop_all,
  constructor_throws,
  on_start_throws,
  count
};

struct script {
  finish how = finish::stopped;
  std::uint64_t turning_point =
      0;                    ///< the ask whose method ends the actor, or the number of asks before its end from outside
  bool end_throws = false;  ///< on_stop and on_failure throw
  bool destructor_throws = false;
  bool coroutines = false;
  bool source_ends = false;  ///< the actor that the coroutines ask is stopped in the middle
  vicar::options chosen;
};

struct question {
  std::size_t number;
};

struct asked_to_fail : std::runtime_error {
  asked_to_fail() : std::runtime_error{"as asked"} {}
};

/// The actor that the coroutines ask.
class well {
 public:
  std::size_t draw(std::size_t number) const { return number; }
  std::size_t fail() const { throw asked_to_fail{}; }
};

class subject;

/// The state that producers and actor share in a round.
struct stage {
  explicit stage(const script& what) : plan{what}, each(producers * asks_of_each + producers) {
    for (std::size_t i = 0; i < producers; ++i) gates[i] = keys[i].get_future();
    if (what.coroutines) source = std::make_unique<vicar::actor_ref<well>>(vicar::start<well>());
  }

  struct of_ask {
    std::atomic<std::uint8_t> handled{0};  ///< how often it was handled
    std::atomic<std::uint8_t> lost{0};     ///< how often it failed because the source had ended
    std::atomic<int> objects{0};           ///< arguments and local variables that exist
  };
  const vicar::future<std::size_t>& gate_of(std::size_t number) const { return gates[number % producers]; }
  vicar::future<std::size_t> draw(std::size_t number) const { return source->call<&well::draw>(number); }

  script plan;
  std::vector<of_ask> each;  ///< the last ones are of messages without a reply
  std::atomic<std::uint64_t> handled_so_far{0};
  std::atomic<std::uint64_t> destructors_thrown{0};
  std::atomic<std::uint64_t> deferred{0};  ///< messages without a reply that were sent without an error
  std::atomic<std::uint64_t> deferred_ended{0};
  std::atomic<std::uint64_t> deferred_failed{0};
  std::atomic<std::uint64_t> misplaced{0};  ///< objects destroyed twice, or on another thread
  std::atomic<std::uint64_t> unready{0};    ///< futures that were said to be ready, and were not
  std::atomic<std::thread::id> home;        ///< the actor's thread
  std::latch everybody{static_cast<std::ptrdiff_t>(producers)};
  std::atomic<std::size_t> asking{producers};  ///< producers that have not sent all asks yet
  std::latch born{1};
  std::shared_ptr<vicar::actor_ref<subject>> ref;  ///< published by `born`
  std::unique_ptr<vicar::actor_ref<well>> source;
  std::array<vicar::promise<std::size_t>, producers> keys;  ///< each producer opens a gate
  std::array<vicar::future<std::size_t>, producers> gates;
};

/// An argument of an ask, or a local variable of a coroutine that handles it. Destroyed once, and on the actor's
/// thread; if it has not arrived there, possibly by who made it, or by a message that displaces it.
class object {
 public:
  enum class made : bool { by_sender, by_actor };
  object(stage& on, std::size_t number, made where) : self_{this}, stage_{&on}, number_{number} {
    ++on.each[number].objects;
    if (where == made::by_actor) arrives();
  }
  object(object&& other) noexcept
      : self_{this}, stage_{other.stage_}, number_{other.number_}, maker_{other.maker_}, arrived_{other.arrived_} {
    ++stage_->each[number_].objects;
  }
  object& operator=(object&&) = delete;
  ~object() {
    const std::thread::id here = std::this_thread::get_id();
    const bool maybe_displaced = stage_->plan.chosen.on_overflow == vicar::overflow::drop_oldest;
    const bool right_place = here == stage_->home || (!arrived_ && (here == maker_ || maybe_displaced));
    if (std::exchange(self_, nullptr) != this || !right_place) ++stage_->misplaced;
    --stage_->each[number_].objects;
  }

  void arrives() { arrived_ = true; }

 private:
  object* self_;
  stage* stage_;
  std::size_t number_;
  std::thread::id maker_ = std::this_thread::get_id();
  bool arrived_ = false;
};

struct long_question {
  std::size_t number;
  object carried;
};

class subject {
 public:
  explicit subject(stage* where) : stage_{where} {
    where->home = std::this_thread::get_id();
    where->ref = std::make_shared<vicar::actor_ref<subject>>(vicar::self(*this));
    where->born.count_down();
    if (where->plan.how != finish::constructor_throws) return;
    where->everybody.wait();
    throw asked_to_fail{};
  }
  ~subject() noexcept(false) {
    if (!stage_->plan.destructor_throws) return;
    ++stage_->destructors_thrown;
    throw asked_to_fail{};
  }
  subject(const subject&) = delete;
  subject& operator=(const subject&) = delete;

  void on_start() const {
    stage_->home = std::this_thread::get_id();
    if (stage_->plan.how != finish::on_start_throws) return;
    stage_->everybody.wait();
    throw asked_to_fail{};
  }
  void on_stop() const {
    if (stage_->plan.end_throws) throw asked_to_fail{};
  }
  void on_failure(const std::exception_ptr&) const {
    if (stage_->plan.end_throws) throw 1;
  }

  std::string answer(std::size_t number) {
    stage_->each[number].handled.fetch_add(1);
    return conclude(number);
  }
  std::string on_receive(question asked) { return answer(asked.number); }
  void fail() const {
    ++stage_->deferred_ended;
    ++stage_->deferred_failed;
    throw asked_to_fail{};
  }

  vicar::task<std::string> answer_later(std::size_t number, object carried) {
    carried.arrives();
    co_await suspend(number);
    co_return conclude(number);
  }
  vicar::task<std::string> on_receive(const long_question& asked) {
    co_await suspend(asked.number);
    co_return conclude(asked.number);
  }
  /// After the source has answered.
  std::string answer_with(const vicar::future<std::size_t>& drawn, std::size_t number) {
    stage_->each[number].handled.fetch_add(1);
    try {
      if (drawn.get() != number) ++stage_->unready;
    } catch (const vicar::actor_dead_error&) {
      stage_->each[number].lost.fetch_add(1);
      throw;
    }
    return conclude(number);
  }
  vicar::task<> work(std::size_t number, object carried) const {
    carried.arrives();
    co_await stage_->gate_of(number);
    ++stage_->deferred_ended;
  }
  vicar::task<> fail_later(std::size_t number) const {
    co_await stage_->gate_of(number);
    fail();
  }

  static std::string expected(std::size_t number) {
    return std::to_string(number) + " is the answer to a long question";
  }

 private:
  std::string conclude(std::size_t number) {
    const std::uint64_t turn = stage_->handled_so_far.fetch_add(1);
    if (turn == stage_->plan.turning_point) {
      if (stage_->plan.how == finish::stops_itself) vicar::self(*this).stop();
      if (stage_->plan.how == finish::throws_stop_all) throw vicar::stop_all_actors{};
    }
    if (number % 11 == 0) throw asked_to_fail{};
    return expected(number);
  }
  vicar::task<> suspend(std::size_t number) {
    stage_->each[number].handled.fetch_add(1);
    const object local{*stage_, number, object::made::by_actor};
    try {
      co_await suspend_within(number, number % 3);
      if (number % 22 == 0) co_await stage_->source->call<&well::fail>();
    } catch (const vicar::actor_dead_error&) {
      stage_->each[number].lost.fetch_add(1);
      throw;
    }
  }
  /// In `depth` tasks inside each other.
  vicar::task<> suspend_within(std::size_t number, std::size_t depth) {
    const object local{*stage_, number, object::made::by_actor};
    if (depth != 0) {
      co_await suspend_within(number, depth - 1);
      co_await vicar::next_turn();
    }
    const vicar::future<std::size_t>& gate = stage_->gate_of(number);
    switch (number % 7) {
      case 0:
        co_await gate;
        break;
      case 1:
        co_await vicar::exclusively(stage_->draw(number));
        break;
      case 2: {
        const vicar::future<std::size_t> drawn = stage_->draw(number);
        const std::size_t first = co_await vicar::when_any(gate, drawn);
        if (!(first == 0 ? gate : drawn).ready()) ++stage_->unready;
        break;
      }
      case 3: {
        const auto both = co_await vicar::when_all(gate, stage_->draw(number));
        if (!std::get<0>(both).ready() || !std::get<1>(both).ready()) ++stage_->unready;
        std::get<1>(both).get();
        break;
      }
      default:
        if (co_await stage_->draw(number) != number) ++stage_->unready;
        break;
    }
  }

  stage* stage_;
};

/// The outcomes of the asks.
struct outcomes {
  std::uint64_t values = 0;
  std::uint64_t exceptions = 0;
  std::uint64_t dead = 0;
  std::uint64_t full = 0;
  std::uint64_t wrong = 0;
  std::uint64_t left_over = 0;  ///< of the dead: pending when the actor ended
  std::uint64_t cut_off = 0;    ///< of the dead: ended the actor
  std::uint64_t suspended = 0;  ///< of the dead: suspended when the actor ended
  std::uint64_t lost = 0;       ///< of the dead: the coroutine did not get what it awaited, since the source had ended
  std::uint64_t destructors_thrown = 0;

  std::uint64_t all() const { return values + exceptions + dead + full + wrong; }
  void add(const outcomes& other) {
    values += other.values;
    exceptions += other.exceptions;
    dead += other.dead;
    full += other.full;
    wrong += other.wrong;
    left_over += other.left_over;
    cut_off += other.cut_off;
    suspended += other.suspended;
    lost += other.lost;
    destructors_thrown += other.destructors_thrown;
  }
  /// Records an outcome, which has to agree with how often the actor has handled the ask.
  void note(const stage& on, std::size_t number, const vicar::future<std::string>& answer) {
    const stage::of_ask& seen = on.each[number];
    const auto handled = [&] { return static_cast<int>(seen.handled.load()); };
    try {
      const bool right = answer.get() == subject::expected(number) && number % 11 != 0 && handled() == 1;
      ++(right ? values : wrong);
    } catch (const asked_to_fail&) {
      ++(number % 11 == 0 && handled() == 1 ? exceptions : wrong);
    } catch (const vicar::actor_dead_error& error) {
      ++(note_dead(on, seen, error.what()) ? dead : wrong);
    } catch (const vicar::mailbox_full_error&) {
      ++(handled() == 0 && on.plan.chosen.on_overflow != vicar::overflow::block ? full : wrong);
    } catch (...) {
      ++wrong;
    }
    if (seen.objects != 0) ++wrong;
  }

 private:
  bool note_dead(const stage& on, const stage::of_ask& seen, std::string_view text) {
    const auto says = [&](std::string_view what) { return text.find(what) != std::string_view::npos; };
    if (seen.lost != 0) {
      ++lost;
      return seen.lost == 1 && seen.handled == 1;
    }
    if (says("was suspended by co_await when the actor ended")) {
      ++suspended;
      return on.plan.coroutines && seen.handled <= 1;
    }
    if (says("threw stop_all_actors")) {
      ++cut_off;
      return on.plan.how == finish::throws_stop_all && seen.handled == 1;
    }
    if (says("stopped before handling")) ++left_over;
    return seen.handled == 0;
  }
};

/// Sends an ask whose outcome a coroutine or a continuation gives.
vicar::future<std::string> ask_for_later(stage& on, const vicar::actor_ref<subject>& ref, std::size_t number,
                                         std::uint64_t way) {
  object carried{on, number, object::made::by_sender};
  switch (way) {
    case 0:
      return ref.ask(long_question{number, std::move(carried)});
    case 1:
      return on.draw(number).then(
          ref, [number, kept = std::move(carried)](subject& there, const vicar::future<std::size_t>& drawn) {
            return there.answer_with(drawn, number);
          });
    case 2:
      return on.gate_of(number).then(ref, [number, kept = std::move(carried)](subject& there, std::size_t) mutable {
        return there.answer_later(number, std::move(kept));
      });
    default:
      return ref.call<&subject::answer_later>(number, std::move(carried));
  }
}
/// Also sends a message without a reply.
void defer_work(stage& on, const vicar::actor_ref<subject>& ref, std::size_t producer) {
  const std::size_t number = producers * asks_of_each + producer;
  try {
    ref.defer<&subject::work>(number, object{on, number, object::made::by_sender});
    ++on.deferred;
  } catch (const vicar::error&) {  // the mailbox is full, or the actor has ended
  }
}
/// Waits for some futures together.
void gather(stage& on, const std::vector<vicar::future<std::string>>& some) {
  if (!some[vicar::when_any(some).get()].ready()) ++on.unready;
  const auto all = vicar::when_all(some).get();
  for (const auto& each : all) {
    if (!each.ready()) ++on.unready;
  }
}

outcomes ask_all(stage& on, std::size_t producer, random_numbers random) {
  on.born.wait();
  const vicar::actor_ref<subject> ref = *on.ref;
  std::array<vicar::future<std::string>, asks_of_each> kept;
  outcomes mine;
  const std::uint64_t patience = 1 + random(40);
  // The constructor or the hook that throws waits until each has sent that many asks, which must fit the mailbox.
  const std::size_t announce_after = on.plan.chosen.mailbox_capacity == vicar::unbounded ? random(40) : 0;
  const std::size_t opens_at = random(asks_of_each);
  const std::size_t stops_source_at = on.plan.source_ends && producer == 0 ? random(asks_of_each) : asks_of_each;
  for (std::size_t i = 0; i < asks_of_each; ++i) {
    const std::size_t number = producer * asks_of_each + i;
    if (i == announce_after) on.everybody.count_down();
    if (i == opens_at) on.keys[producer].set_value(number);
    if (i == stops_source_at) on.source->stop();
    if (on.plan.coroutines && random(3) != 0) {
      kept[i] = ask_for_later(on, ref, number, random(8));
      if (random(16) == 0) defer_work(on, ref, producer);
    } else {
      kept[i] = random(3) == 0 ? ref.ask(question{number}) : ref.call<&subject::answer>(number);
    }
    if (i > announce_after && random(patience) == 0) {
      static_cast<void>(kept[i].wait_for(std::chrono::microseconds{random(3) * 20}));
    }
  }
  --on.asking;
  constexpr std::ptrdiff_t together = 5;
  for (auto next = kept.begin(); on.plan.coroutines && next != kept.end(); next += together)
    gather(on, {next, next + together});
  for (std::size_t i = 0; i < asks_of_each; ++i) mine.note(on, producer * asks_of_each + i, kept[i]);
  return mine;
}

/// Brings the actor to its end from outside, if the plan says so; returns the replies to its stop requests.
void finish_from_outside(stage& on, const vicar::actor_ref<subject>& ref) {
  while (on.handled_so_far < on.plan.turning_point && on.asking > 0 && ref.is_alive()) std::this_thread::yield();
  switch (on.plan.how) {
    case finish::stopped_by_all:
      vicar::registry::stop_all();
      break;
    case finish::deferred_failure:
      try {
        if (on.plan.coroutines)
          ref.defer<&subject::fail_later>(on.plan.turning_point);
        else
          ref.defer<&subject::fail>();
        ++on.deferred;
      } catch (const vicar::error&) {  // the mailbox is full, or the actor has ended
      }
      break;
    default:
      break;
  }
  const vicar::future<bool> first = ref.stop();
  const vicar::future<bool> second = ref.stop();
  static_cast<void>(first.get());
  static_cast<void>(second.get());
  if (ref.stop().get()) FAIL("a stop request after the end was answered as one before it");
}

/// Whether an ended actor has counted each message sent to it once, by its outcome.
bool counted_right(const stage& on, const outcomes& sum, const vicar::actor_stats& counted) {
  const vicar::overflow policy = on.plan.chosen.on_overflow;
  const bool drops = policy == vicar::overflow::drop || policy == vicar::overflow::drop_oldest;
  const std::uint64_t overflown = drops ? sum.full : 0;
  const std::uint64_t threw = sum.exceptions + sum.lost + sum.cut_off;
  return counted.processed == sum.values + threw + on.deferred_ended &&
         counted.dropped == sum.left_over + overflown + on.deferred - on.deferred_ended &&
         counted.failed == threw + on.deferred_failed && counted.mailbox_depth == 0 && counted.suspended == 0;
}

outcomes run_round(std::uint64_t seed, bool coroutines) {
  random_numbers random{seed};
  script plan;
  plan.how = static_cast<finish>(random(static_cast<std::uint64_t>(finish::count)));
  plan.turning_point = random(producers * asks_of_each / 2);
  plan.end_throws = random(4) == 0;
  plan.destructor_throws = random(4) == 0;
  plan.coroutines = coroutines;
  constexpr std::array<std::size_t, 4> capacities{vicar::unbounded, 3, 17, 200};
  constexpr std::array<vicar::overflow, 4> policies{vicar::overflow::block, vicar::overflow::fail,
                                                    vicar::overflow::drop, vicar::overflow::drop_oldest};
  plan.chosen.mailbox_capacity = capacities[random(capacities.size())];
  plan.chosen.on_overflow = policies[random(policies.size())];
  plan.source_ends = coroutines && random(4) == 0;

  stage on{plan};
  std::array<outcomes, producers> each;
  {
    std::vector<std::unique_ptr<support::joined_thread>> threads;
    for (std::size_t producer = 0; producer < producers; ++producer) {
      threads.push_back(std::make_unique<support::joined_thread>(
          [&, producer] { each[producer] = ask_all(on, producer, random_numbers{seed * producers + producer}); }));
    }
    try {
      finish_from_outside(on, vicar::start<subject>(plan.chosen, &on));
    } catch (const asked_to_fail&) {
      if (plan.how != finish::constructor_throws) FAIL("a constructor has thrown that was not asked to");
    }
  }
  outcomes sum;
  for (const outcomes& outcome : each) sum.add(outcome);
  sum.destructors_thrown = on.destructors_thrown;
  // All replies have arrived and the actor has ended, so the counters are final.
  if (!counted_right(on, sum, on.ref->stats())) FAIL("the actor has counted wrong, at seed " << seed);
  on.ref.reset();
  if (on.source) on.source->stop().get();
  for (const stage::of_ask& ask : on.each) {
    if (ask.objects != 0) FAIL("an object was not destroyed, at seed " << seed);
  }
  if (on.misplaced != 0) FAIL("an object was destroyed twice, or not on the actor's thread, at seed " << seed);
  if (on.unready != 0) FAIL("a future was not ready, or had a wrong value, at seed " << seed);
  return sum;
}

outcomes run_rounds(std::uint64_t least, bool coroutines) {
  const support::log_capture quiet{vicar::log_level::off};
  outcomes sum;
  std::uint64_t rounds = 0;
  for (; sum.all() < least; ++rounds) {
    const outcomes outcome = run_round(rounds, coroutines);
    INFO("seed " << rounds);
    REQUIRE(outcome.wrong == 0);
    REQUIRE(outcome.all() == producers * asks_of_each);
    sum.add(outcome);
  }
  // Each outcome is frequent, otherwise the rounds do not test what they should.
  CHECK(sum.values > least / 20);
  CHECK(sum.exceptions > least / 200);
  CHECK(sum.dead > least / 20);
  CHECK(sum.full > least / 200);
  CHECK(sum.left_over > least / 200);
  CHECK(sum.destructors_thrown > rounds / 20);
  fmt::print("asks: {} in {} rounds: {} values, {} exceptions, {} dead, {} full, {} suspended, {} lost\n", sum.all(),
             rounds, sum.values, sum.exceptions, sum.dead, sum.full, sum.suspended, sum.lost);
  return sum;
}

}  // namespace

TEST_CASE("every ask has exactly one outcome, consistent with the actor's work") { run_rounds(least_asks, false); }

TEST_CASE("every ask that a coroutine answers has exactly one outcome, and leaves nothing behind") {
  const outcomes sum = run_rounds(least_asks_of_coroutines, true);
  CHECK(sum.suspended > least_asks_of_coroutines / 200);
  CHECK(sum.lost > least_asks_of_coroutines / 500);
}
