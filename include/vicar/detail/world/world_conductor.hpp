// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_WORLD_CONDUCTOR_HPP
#define VICAR_DETAIL_WORLD_WORLD_CONDUCTOR_HPP

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <vicar/detail/futures/state_pool.hpp>
#include <vicar/detail/system/conductor.hpp>
#include <vicar/detail/world/allocations.hpp>
#include <vicar/detail/world/choice.hpp>
#include <vicar/detail/world/process.hpp>
#include <vicar/detail/world/rules.hpp>
#include <vicar/detail/world/runner.hpp>
#include <vicar/detail/world/scheduler.hpp>
#include <vicar/detail/world/turns.hpp>
#include <vicar/detail/world/unseen.hpp>
#include <vicar/error.hpp>

namespace vicar::detail {

/// What the threads of a world do to it: they wait, read the clock, and start and join other threads.
class world_conductor : public conductor, public turn_scheduler {
 public:
  // For the library, on the thread that has the turn.

  void pass(point what) noexcept override {
    const unseen apart;
    if (what != point::read) {
      const bool polls = what == point::poll || looks_too_often();
      if (what == point::poll) note(world_trace::kind::polls);
      step_.change_everything();
      yield_turn(polls);
    }
    step_.change_everything();  // what is read belongs to the step that begins here
  }
  void sleep(const wait_word& word, std::uint32_t expected, std::int64_t deadline) override {
    publish();
    const unseen apart;
    runner& self = running();
    if (word.load(std::memory_order_acquire) != expected || deadline <= time()) return;  // acquires what changed it
    if (over() && !self.idle && !self.joins) {
      count_step();
      throw_ended();
    }
    if (deadline != never) step_.change_everything();
    const bool noted = !self.idle && !self.joins;
    if (noted) note(world_trace::kind::waits, 0, deadline == never ? "" : " with a timeout");
    wait(word, expected, deadline);
    if (noted) note(self.woken ? world_trace::kind::goes_on : world_trace::kind::times_out);
    if (std::exchange(self.forced_out, false)) throw_ended();
  }
  std::int64_t now() noexcept override {
    const unseen apart;
    return time();
  }
  std::uint64_t number(const void* counter) noexcept override {
    const unseen apart;
    step_.change(registry_object);
    return numbers_[counter]++;
  }
  void fill_random(unsigned char* bytes, std::size_t count) noexcept override {
    const unseen apart;
    step_.change(registry_object);
    for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<unsigned char>(random_.next() >> 56U);
  }

  bool quiet() const noexcept override { return rules().quiet; }

  // For the test, on its thread.

  /// Runs the others until none can, or until the only way on is to let time pass beyond `until`.
  void settle(std::int64_t until, bool timeouts_may_expire_early) {
    require_here();
    if (running().id != 0) {
      throw error{
          "vicar: run and advance were called by an actor or a spawned thread; call them in the explored function, and "
          "wait for futures elsewhere"};
    }
    {
      const unseen apart;
      wait_for_others(until, timeouts_may_expire_early);
    }
    acquired_at(this);  // the test sees everything that was done
  }
  /// Lets other threads run, if the chooser wants.
  void point_of_choice() noexcept {
    if (conductor_here != this) return;  // also in a child made by fork()
    const unseen apart;
    yield_turn(false);
  }
  /// Starts a thread of the world.
  runner_id spawn(std::string name, std::function<void()> function) {
    require_here();
    runner* its = nullptr;
    {
      const unseen apart;
      its = &add(std::move(name));
    }
    published_at(its);
    const unseen apart;
    begin(*its, [this, its, function = std::move(function)]() mutable {
      enter();
      acquired_at(its);
      if (!unwinding()) function();
      function = nullptr;  // while this thread still has the turn: what it holds may use actors
      leave(*its);
    });
    note(world_trace::kind::starts, its->id);
    return its->id;
  }
  /// A spawned function has thrown: the run has failed.
  void spawned_threw(std::string what) {
    const unseen apart;
    note_failure(what);
    fail_run(std::move(what));
  }
  /// Waits for the end of a thread. Never ends early, since destructors call it.
  void join(runner_id which) noexcept {  // NOLINT(bugprone-exception-escape): a join is not ended, see force_out_one
    if (conductor_here != this) return;  // also in a child made by fork(), which has none of the threads
    const wait_word& gone = runner_of(which).gone;
    runner& self = running();
    while (gone.load(std::memory_order_relaxed) == 0) {  // relaxed: written by a thread that had the turn before
      self.joins = true;
      sleep(gone, 0, never);
      self.joins = false;
    }
    acquired_at(this);
  }

  /// Makes the `count`-th allocation from now on fail; 0 for none. Returns how many of the last `count` are left.
  std::size_t fail_allocation(std::size_t count) noexcept {
    return allocations_left_.exchange(count, std::memory_order_relaxed);  // relaxed: see `world_allocate`
  }
  /// In a child made by fork(): ends it.
  void end_child() const noexcept { process_.end_child(); }

 protected:
  world_conductor(kept_threads& threads, chooser& chooses, world_rules rules)
      : turn_scheduler{threads, chooses, std::move(rules)} {
    static const int registered = std::atexit(&report_exit);
    static_cast<void>(registered);
    static_cast<void>(handler_before());
  }
  ~world_conductor() = default;

  /// This thread is part of the world from now on. It starts without what earlier runs have left in its pools, so that
  /// allocations have the same numbers in each run.
  void enter() noexcept {
    from_state_pool::empty_pools();
    conductor_here = this;
    allocations_here = &allocations_left_;
  }
  static void forget_here() noexcept {
    conductor_here = nullptr;
    allocations_here = nullptr;
  }
  /// The last step of a spawned thread or an actor: gives the turn away for good.
  void leave(runner& self) {
    publish();
    const unseen apart;
    forget_here();
    self.now = runner::state::ended;
    self.gone.store(1, std::memory_order_relaxed);  // relaxed: read by threads that get the turn later
    wake_sleepers(self.gone, true);
    give_last_turn(self);
  }

  /// What this thread has done so far is visible to the test when its `run` or `advance` returns. Outside of `unseen`.
  void publish() const noexcept { published_at(this); }
  /// Throws on a thread that is not in this world.
  void require_here() const {
    process_.require();
    if (conductor_here == this) return;
    throw error{
        "vicar: a world was used on a thread that is not part of it; start that thread with world::spawn, and keep the "
        "world inside the explored function"};
  }

 private:
  static void report_exit() noexcept {
    const auto* const here = static_cast<world_conductor*>(conductor_here);
    if (!here) return;
    std::fprintf(stderr, "vicar: exit() was called in a run of explore at %s; the runs after it do not take place\n",
                 here->rules().place.c_str());
  }
  /// A run that has failed may end the process: its waits end with an exception, perhaps in a destructor.
  static void report_terminate() noexcept {
    if (auto* const here = static_cast<world_conductor*>(std::exchange(conductor_here, nullptr))) here->print_state();
    handler_before()();
  }
  static std::terminate_handler handler_before() noexcept {
    static const std::terminate_handler before = std::set_terminate(&report_terminate);
    return before;
  }
  [[noreturn]] static void throw_ended() {
    throw world_ended{
        "vicar: the world ends, and this wait would not have ended; the report of the run says which thread waits for what"};
  }

  const process_of_world process_;
  std::unordered_map<const void*, std::uint64_t> numbers_;
  random_numbers random_{7};
  std::atomic<std::size_t> allocations_left_{0};
};

inline bool outside_threads::hear() {
  if (!has_heard_.load(std::memory_order_acquire)) return false;  // acquires that `heard_` is not empty
  std::vector<std::pair<const wait_word*, bool>> heard;
  {
    const std::lock_guard lock{mutex_};
    heard.swap(heard_);
    has_heard_.store(false, std::memory_order_relaxed);  // relaxed: under the lock
  }
  bool woken = false;
  for (const auto& [word, all] : heard) woken = world_.wake_sleepers(*word, all) || woken;
  if (woken) met_ = true;
  return woken;
}

inline bool outside_threads::wait(std::chrono::milliseconds grace) {
  const auto end = std::chrono::steady_clock::now() + grace;
  for (;;) {
    {
      std::unique_lock lock{mutex_};
      if (!changed_.wait_until(lock, end, [&] { return !heard_.empty(); })) return false;
    }
    if (hear()) return true;
  }
}

inline void outside_threads::wake_everywhere(const wait_word& word, bool all) noexcept {
  const unseen apart;
  auto* const here = static_cast<world_conductor*>(conductor_here);
  if (here && here->wake_sleepers(word, all)) return;
  const std::lock_guard lock{worlds_mutex()};
  for (outside_threads* each = first(); each; each = each->next_) {
    if (!here || &each->world_ != here) each->add(word, all);
  }
}

}  // namespace vicar::detail

#endif
