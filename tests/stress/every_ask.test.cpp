// SPDX-License-Identifier: BSL-1.0
// Every ask has exactly one outcome, and the right one, whatever happens to the actor: asks from several threads meet
// constructors, hooks, methods and destructors that throw, stops of every kind, and full mailboxes, all at
// random. Afterwards the actor's counters agree with the outcomes.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/core.h>

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
  vicar::options chosen;
};

struct question {
  std::size_t number;
};

class subject;

/// The state that producers and actor share in a round.
struct stage {
  explicit stage(const script& what) : plan{what}, handled(producers * asks_of_each) {}

  script plan;
  std::vector<std::atomic<std::uint8_t>> handled;  ///< how often each ask was handled
  std::atomic<std::uint64_t> handled_so_far{0};
  std::atomic<std::uint64_t> destructors_thrown{0};
  std::uint64_t deferred = 0;  ///< messages without a reply that were sent without an error
  std::latch everybody{static_cast<std::ptrdiff_t>(producers)};
  std::atomic<std::size_t> asking{producers};  ///< producers that have not sent all asks yet
  std::latch born{1};
  std::shared_ptr<vicar::actor_ref<subject>> ref;  ///< published by `born`
};

struct asked_to_fail : std::runtime_error {
  asked_to_fail() : std::runtime_error{"as asked"} {}
};

class subject {
 public:
  explicit subject(stage* where) : stage_{where} {
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
    stage_->handled[number].fetch_add(1);
    const std::uint64_t turn = stage_->handled_so_far.fetch_add(1);
    if (turn == stage_->plan.turning_point) {
      if (stage_->plan.how == finish::stops_itself) vicar::self(*this).stop();
      if (stage_->plan.how == finish::throws_stop_all) throw vicar::stop_all_actors{};
    }
    if (number % 11 == 0) throw asked_to_fail{};
    return expected(number);
  }
  std::string on_receive(question asked) { return answer(asked.number); }
  void fail() const { throw asked_to_fail{}; }

  static std::string expected(std::size_t number) {
    return std::to_string(number) + " is the answer to a long question";
  }

 private:
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
  std::uint64_t cut_off = 0;    ///< of the dead: being handled when the actor ended
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
    destructors_thrown += other.destructors_thrown;
  }
  /// Records an outcome, which has to agree with how often the actor has handled the ask.
  void note(const stage& on, std::size_t number, const vicar::future<std::string>& answer) {
    const auto handled = [&] { return static_cast<int>(on.handled[number].load()); };
    try {
      const bool right = answer.get() == subject::expected(number) && number % 11 != 0 && handled() == 1;
      ++(right ? values : wrong);
    } catch (const asked_to_fail&) {
      ++(number % 11 == 0 && handled() == 1 ? exceptions : wrong);
    } catch (const vicar::actor_dead_error& error) {
      const bool in_the_middle = on.plan.how == finish::throws_stop_all && handled() == 1;
      ++(handled() == 0 || in_the_middle ? dead : wrong);
      if (in_the_middle) ++cut_off;
      if (std::string_view{error.what()}.find("stopped before handling") != std::string_view::npos) ++left_over;
    } catch (const vicar::mailbox_full_error&) {
      ++(handled() == 0 && on.plan.chosen.on_overflow != vicar::overflow::block ? full : wrong);
    } catch (...) {
      ++wrong;
    }
  }
};

outcomes ask_all(stage& on, std::size_t producer, random_numbers random) {
  on.born.wait();
  const vicar::actor_ref<subject> ref = *on.ref;
  std::array<vicar::future<std::string>, asks_of_each> kept;
  outcomes mine;
  const std::uint64_t patience = 1 + random(40);
  // The constructor or the hook that throws waits until each has sent that many asks, which must fit the mailbox.
  const std::size_t announce_after = on.plan.chosen.mailbox_capacity == vicar::unbounded ? random(40) : 0;
  for (std::size_t i = 0; i < asks_of_each; ++i) {
    const std::size_t number = producer * asks_of_each + i;
    if (i == announce_after) on.everybody.count_down();
    kept[i] = random(3) == 0 ? ref.ask(question{number}) : ref.call<&subject::answer>(number);
    if (i > announce_after && random(patience) == 0) {
      static_cast<void>(kept[i].wait_for(std::chrono::microseconds{random(3) * 20}));
    }
  }
  --on.asking;
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
  const std::uint64_t handled = on.handled_so_far;
  const vicar::overflow policy = on.plan.chosen.on_overflow;
  const bool drops = policy == vicar::overflow::drop || policy == vicar::overflow::drop_oldest;
  const std::uint64_t overflown = drops ? sum.full : 0;
  const std::uint64_t deferred_handled = counted.processed - handled;
  return counted.processed + counted.dropped == handled + sum.left_over + overflown + on.deferred &&
         deferred_handled <= on.deferred && counted.failed == sum.exceptions + sum.cut_off + deferred_handled &&
         counted.mailbox_depth == 0;
}

outcomes run_round(std::uint64_t seed) {
  random_numbers random{seed};
  script plan;
  plan.how = static_cast<finish>(random(static_cast<std::uint64_t>(finish::count)));
  plan.turning_point = random(producers * asks_of_each / 2);
  plan.end_throws = random(4) == 0;
  plan.destructor_throws = random(4) == 0;
  constexpr std::array<std::size_t, 4> capacities{vicar::unbounded, 3, 17, 200};
  constexpr std::array<vicar::overflow, 4> policies{vicar::overflow::block, vicar::overflow::fail,
                                                    vicar::overflow::drop, vicar::overflow::drop_oldest};
  plan.chosen.mailbox_capacity = capacities[random(capacities.size())];
  plan.chosen.on_overflow = policies[random(policies.size())];

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
  return sum;
}

}  // namespace

TEST_CASE("every ask has exactly one outcome, consistent with the actor's work") {
  const support::log_capture quiet{vicar::log_level::off};
  outcomes sum;
  std::uint64_t rounds = 0;
  for (; sum.all() < least_asks; ++rounds) {
    const outcomes outcome = run_round(rounds);
    INFO("seed " << rounds);
    REQUIRE(outcome.wrong == 0);
    REQUIRE(outcome.all() == producers * asks_of_each);
    sum.add(outcome);
  }
  // Each outcome is frequent, otherwise the rounds do not test what they should.
  CHECK(sum.values > least_asks / 20);
  CHECK(sum.exceptions > least_asks / 200);
  CHECK(sum.dead > least_asks / 20);
  CHECK(sum.full > least_asks / 200);
  CHECK(sum.left_over > least_asks / 200);
  CHECK(sum.destructors_thrown > rounds / 20);
  fmt::print("asks: {} in {} rounds: {} values, {} exceptions, {} dead, {} full\n", sum.all(), rounds, sum.values,
             sum.exceptions, sum.dead, sum.full);
}
