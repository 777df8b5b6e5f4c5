// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_SCHEDULER_HPP
#define VICAR_DETAIL_WORLD_SCHEDULER_HPP

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <vicar/detail/system/conductor.hpp>
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/detail/world/candidates.hpp>
#include <vicar/detail/world/choice.hpp>
#include <vicar/detail/world/decisions.hpp>
#include <vicar/detail/world/outside.hpp>
#include <vicar/detail/world/report.hpp>
#include <vicar/detail/world/rules.hpp>
#include <vicar/detail/world/runner.hpp>
#include <vicar/detail/world/trace.hpp>
#include <vicar/detail/world/turns.hpp>
#include <vicar/detail/world/unseen.hpp>

namespace vicar::detail {

/// Runs one thread at a time, in an order that a chooser decides, and owns the time. All data is touched by the thread
/// that has the turn, without locks, except where `outside.hpp` says otherwise.
class turn_scheduler {
 public:
  static constexpr std::int64_t never = no_deadline;
  static constexpr std::int64_t origin = 1'000'000'000'000;  // the time at which worlds begin
  static constexpr std::int64_t until_all_ended = never - 1;

  turn_scheduler(const turn_scheduler&) = delete;
  turn_scheduler& operator=(const turn_scheduler&) = delete;

  std::int64_t time() const noexcept { return now_; }
  const world_trace& trace() const noexcept { return trace_; }
  /// The trace up to the failure, if there was one.
  std::string trace_text() const {
    return trace_.text(thrown_texts_.empty() ? world_trace::kind::stuck : world_trace::kind::fails,
                       [&](runner_id which) { return name_of(which); });
  }
  void note_failure(std::string what) {
    const unseen apart;
    note(world_trace::kind::fails, 0, thrown_texts_.emplace_back(std::move(what)));
  }
  std::string name_of(runner_id which) const { return which < runners_.size() ? runners_[which]->name : "?"; }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& each : runners_) all.push_back(each->name);
    return all;
  }
  /// What a spawned function has thrown, or what went wrong with the world as a whole; empty if nothing did.
  const std::string& failure() const noexcept { return failure_; }
  /// The run was ended after too many steps.
  bool over() const noexcept { return over_; }
  bool spawned_failed() const noexcept { return spawned_failed_; }
  const decisions& made() const noexcept { return made_; }
  std::size_t steps() const noexcept { return steps_; }
  std::size_t switches() const noexcept { return switches_; }
  const outside_threads& outside() const noexcept { return outside_; }
  /// The same for runs in which each actor was sent the same messages in the same order.
  std::uint64_t order_hash() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& each : runners_) sum += (each->order_hash + each->id) * 0x9e3779b97f4a7c15;
    return sum;
  }

 protected:
  static constexpr std::uint32_t registry_object = 1;

  turn_scheduler(kept_threads& threads, chooser& chooses, world_rules rules)
      : threads_{threads}, chooser_{chooses}, rules_{std::move(rules)}, outside_{*this} {
    runner& test = add("the test");
    test.its_turn = &threads_.turn_of_test();
    test.now = runner::state::ready;
    running_ = &test;
  }
  ~turn_scheduler() = default;

  runner& add(std::string name) {
    auto fresh = std::make_unique<runner>();
    fresh->id = static_cast<runner_id>(runners_.size());
    fresh->name = std::move(name);
    return *runners_.emplace_back(std::move(fresh));
  }
  /// Lets a kept thread do `job` once it has the turn.
  void begin(runner& its, std::function<void()> job) {
    its.thread = &threads_.engage(std::move(job));
    its.its_turn = &its.thread->its_turn;
    its.now = runner::state::ready;
    its.enabled_at = ++enabled_;
  }
  /// Lets other threads run; `polls`: this one would only poll again.
  void yield_turn(bool polls) noexcept {
    runner& self = *running_;
    if (polls) ++self.polls;
    runner& next = next_to_run(self, polls);
    if (&next != &self) {
      ++switches_;
      self.polls = 0;
      self.snapshots = 0;
      running_ = &next;
      turn& mine = *self.its_turn;
      next.its_turn->give();
      mine.take();
    }
    self.now = runner::state::ready;
    self.word = nullptr;
  }
  /// Lets other threads run until `word` was woken or `deadline` has passed.
  void wait(const wait_word& word, std::uint32_t expected, std::int64_t deadline) noexcept {
    runner& self = *running_;
    self.word = &word;
    self.expected = expected;
    self.deadline = deadline;
    self.woken = false;
    self.waits_since = ++waits_;
    self.now = runner::state::waiting;
    yield_turn(false);
  }
  /// Lets the others run until the only way on is to let time pass beyond `until`.
  void wait_for_others(std::int64_t until, bool timeouts_may_expire_early) noexcept {
    settles_until_ = until;
    early_until_ = timeouts_may_expire_early ? never : until;
    settling_ = running_;
    wait(nothing_, 0, never);
  }
  /// Whether another snapshot in a row counts as a poll.
  bool looks_too_often() noexcept { return ++running_->snapshots > most_snapshots; }
  /// Gives the turn away for good.
  void give_last_turn(runner& self) {
    threads_.release(*self.thread);
    runner& next = next_to_run(self, false);
    running_ = &next;
    next.its_turn->give();
  }
  /// Returns whether a thread waited.
  bool wake_sleepers(const wait_word& word, bool all) noexcept {
    runner* first = nullptr;
    for (const auto& each : runners_) {
      if (each->now != runner::state::waiting || each->word != &word || each->woken) continue;
      if (all) enable(*each);
      if (!first || each->waits_since < first->waits_since) first = each.get();
    }
    if (first && !first->woken) enable(*first);
    return first != nullptr;
  }
  void note(world_trace::kind what, runner_id object = 0, std::string_view label = {}) {
    trace_.add({what, running_->id, object, label, now_ - origin});
  }
  bool unwinding() const noexcept {
    const unseen apart;
    return unwinding_;
  }
  const world_rules& rules() const noexcept { return rules_; }
  void count_step() {
    if (++steps_ > rules_.most_steps) too_many_steps();
  }
  /// From now on, nothing new begins, since the run has failed.
  void fail_run(std::string why) {
    if (failure_.empty()) {
      failure_ = std::move(why);
      spawned_failed_ = true;
    }
    unwinding_ = true;
  }
  /// For the case that the process ends now.
  void print_state() const {
    if (!unwinding_) return;
    fmt::print(stderr, "vicar: a run of explore at {} has failed, and the process ends while it unwinds:\n{}\n{}",
               rules_.place, failure_, trace_text());
  }
  runner& running() const noexcept { return *running_; }
  runner& runner_of(runner_id which) const noexcept { return *runners_[which]; }
  bool others_ended() const {
    return std::all_of(runners_.begin(), runners_.end(), [](const auto& each) {
      return each->id == 0 || each->now == runner::state::ended || each->now == runner::state::unborn;
    });
  }
  void begin_to_end(bool failed) noexcept {
    ending_ = true;
    if (failed) unwinding_ = true;
  }
  /// Chooses whether a possible fault happens.
  bool choose_fault(runner& self) {
    const unseen apart;
    step_.change_everything();  // the rest of the step belongs to the choice, which the search knows apart
    end_step(self);
    if (ending_) return false;
    candidates_.clear();
    candidates_.add(fault_is_absent, 0, 0);
    candidates_.add(fault_happens, 0, 0);
    const std::size_t chosen = ask_chooser(self, false, 0, 0);
    step_.change_everything();
    return chosen == 1;
  }

  footprint step_;  // of the step since the last choice

 private:
  friend class outside_threads;

  static constexpr std::size_t most_fruitless = 1000;
  // Polls and snapshots in a row; after these, another thread has to run, so that loops end.
  static constexpr std::uint32_t most_polls = 2;
  static constexpr std::uint32_t most_snapshots = 10;

  bool can_run(const runner& one) const noexcept {
    if (one.now == runner::state::ready) return true;
    return one.now == runner::state::waiting && (one.woken || one.forced_out || one.deadline <= now_);
  }

  void end_step(runner& self) {
    if (!self.closing_noted && self.actor && self.actor->queue().closed()) {
      self.closing_noted = true;
      step_.change(self.mailbox_object());
    }
    chooser_.stepped(step_);
    step_.clear();
    ++self.steps;
  }

  runner& next_to_run(runner& self, bool polls) noexcept {
    end_step(self);
    threads_.progress().fetch_add(1, std::memory_order_relaxed);  // relaxed: a sign of life for the watchdog
    count_step();
    for (;;) {
      outside_.hear();
      const std::int64_t deadline = find_candidates();
      if (self.polls > most_polls && candidates_.size() > 1) {
        candidates_.drop(self.id);
      } else if (polls && candidates_.size() == 1 && deadline != never && ++fruitless_ > most_fruitless) {
        pass_time(deadline);  // the thread polls until time passes
        polls = false;
        continue;
      }
      if (candidates_.empty()) {
        if (runner* const test = settled(deadline)) return *test;
        if (deadline != never)
          pass_time(deadline);
        else
          no_thread_can_run();
        continue;
      }
      const bool may_expire =
          !ending_ && deadline != never && deadline - now_ <= rules_.slack && (!settling_ || deadline <= early_until_);
      if (may_expire) candidates_.add(timeout_expires, 0, 0);
      const runner_id next = decide(self, polls);
      if (next != timeout_expires) {
        if (next != self.id) fruitless_ = 0;
        if (next != self.id && self.now == runner::state::ready && !polls) note(world_trace::kind::gives_way, next);
        return *runners_[next];
      }
      pass_time(deadline);
      step_.change_everything();
      chooser_.stepped(step_);
      step_.clear();
    }
  }
  /// Returns the earliest deadline of the threads that cannot run.
  std::int64_t find_candidates() {
    candidates_.clear();
    std::int64_t deadline = never;
    for (const auto& each : runners_) {
      if (can_run(*each)) {
        candidates_.add(each->id, each->now == runner::state::ready ? each->about : 0, each->enabled_at);
      } else if (each->now == runner::state::waiting) {
        deadline = std::min(deadline, each->deadline);
      }
    }
    return deadline;
  }
  /// The test's thread, if that has let the others run and nothing is left to do before its time.
  runner* settled(std::int64_t deadline) noexcept {
    if (!settling_ || deadline <= settles_until_) return nullptr;
    if (ending_) return others_ended() ? std::exchange(settling_, nullptr) : nullptr;
    now_ = std::max(now_, settles_until_);
    return std::exchange(settling_, nullptr);
  }
  runner_id decide(runner& self, bool polls) {
    const std::size_t usual = candidates_.usual(self.id);
    if (ending_) return candidates_[usual];  // the order of the end is not explored
    const runner_id next = candidates_[ask_chooser(self, polls, usual, candidates_.latest(self.id))];
    if (next == timeout_expires) ++self.steps;
    return next;
  }
  std::size_t ask_chooser(const runner& self, bool polls, std::size_t usual, std::size_t latest) {
    const std::size_t chosen =
        chooser_.choose({candidates_.ids(), candidates_.about(), self.id, self.steps, polls, usual, latest});
    const runner_id by_default = candidates_[usual];
    made_.add({{self.id, self.steps, candidates_[chosen]},
               by_default,
               by_default < fault_is_absent ? runners_[by_default]->steps : 0,
               chosen == usual,
               chosen == latest});
    return chosen;
  }
  void pass_time(std::int64_t to) {
    now_ = std::max(now_, to);
    note(world_trace::kind::time_passes);
  }

  void no_thread_can_run() {
    if (!unwinding_ && outside_.wait(rules_.grace)) return;
    note(world_trace::kind::stuck);
    if (failure_.empty() && !unwinding_) {
      failure_ = "vicar: no thread can run, and no timeout will expire; see what each thread waits for:\n" +
                 table_of(runners_, settling_) + lost_wakeups_of(runners_);
    }
    unwinding_ = true;
    force_out_one();
  }
  /// Ends one wait, so that the run can end: first waits of actors, then of spawned threads, of idle actors, and last
  /// of the test, whose locals the actors may use.
  void force_out_one() {
    const auto rank = [](const runner& one) {
      if (one.id == 0) return 0;
      if (one.joins) return -1;
      if (one.idle) return 1;
      if (!one.actor) return 2;
      // One that waits for another actor may get its answer when that has been forced.
      return wait_edge::from(*one.actor).target ? 3 : 4;
    };
    runner* victim = nullptr;
    for (const auto& each : runners_) {
      if (each->now != runner::state::waiting || each.get() == settling_ || rank(*each) < 0) continue;
      if (!victim || rank(*each) >= rank(*victim)) victim = each.get();
    }
    if (!victim) abandon("no wait is left that could be ended");
    victim->forced_out = true;
  }
  void too_many_steps() {
    if (failure_.empty()) {
      failure_ = fmt::format("vicar: no end after {} steps; raise explore_options::most_steps, or look for a loop:\n{}",
                             rules_.most_steps, table_of(runners_, settling_));
    }
    unwinding_ = true;
    over_ = true;
    if (steps_ > 3 * rules_.most_steps) abandon("it does not end");
  }
  [[noreturn]] void abandon(const char* why) {
    fmt::print(stderr, "vicar: the run of explore at {} cannot be ended, because {}:\n{}\n{}{}", rules_.place, why,
               failure_, table_of(runners_, settling_), trace_text());
    std::abort();
  }
  void enable(runner& sleeper) noexcept {
    sleeper.woken = true;
    sleeper.enabled_at = ++enabled_;
  }

  kept_threads& threads_;
  chooser& chooser_;
  const world_rules rules_;
  outside_threads outside_;

  runner_list runners_;
  runner* running_ = nullptr;
  const wait_word nothing_{0};
  runner* settling_ = nullptr;  // the test's, while it lets the others run
  std::int64_t settles_until_ = 0;
  std::int64_t early_until_ = 0;
  std::int64_t now_ = origin;
  std::uint64_t waits_ = 0;
  std::uint64_t enabled_ = 0;
  std::size_t fruitless_ = 0;  // polls since another thread has run
  std::size_t steps_ = 0;
  std::size_t switches_ = 0;
  candidates candidates_;
  decisions made_;
  world_trace trace_;
  std::deque<std::string> thrown_texts_;  // the trace refers to them
  std::string failure_;
  bool spawned_failed_ = false;
  bool ending_ = false;
  bool unwinding_ = false;  // the run has failed: nothing new begins
  bool over_ = false;       // and no thread waits any more
};

}  // namespace vicar::detail

#endif
