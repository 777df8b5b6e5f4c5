// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_RUNTIME_CELL_TABLE_HPP
#define VICAR_DETAIL_RUNTIME_CELL_TABLE_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string>
#include <utility>

#include <vicar/dead_letter.hpp>
#include <vicar/detail/base/config.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/cells/cell_list.hpp>
#include <vicar/detail/cells/lifecycle.hpp>
#include <vicar/detail/futures/lazy_value.hpp>
#include <vicar/detail/futures/state.hpp>
#include <vicar/detail/runtime/exit_list.hpp>
#include <vicar/detail/runtime/thread_executor.hpp>
#include <vicar/detail/system/fork.hpp>
#include <vicar/detail/system/native_thread.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/system/wait_word.hpp>
#include <vicar/detail/wait/timeout_text.hpp>
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/error.hpp>
#include <vicar/log.hpp>
#include <vicar/unobserved.hpp>

namespace vicar::detail {

/// All actors of the process that have not ended, in the order in which they were started. The public registry consists
/// of the listed ones.
class VICAR_SHARED cell_table {
 public:
  /// Never destroyed: actors in static storage may end after it would be.
  static cell_table& instance() {
    static cell_table* const the_table = new cell_table;
    return *the_table;
  }

  /// Also registers the handlers that stop the remaining actors at exit, and those for fork(). During exit, the process
  /// awaits only new actors started by the exiting thread or by actors that it awaits: other threads might start actors
  /// forever.
  void add(const cell_handle& actor) {
    if (!prepared_for_fork_.load(std::memory_order_relaxed)) prepare_for_fork();  // relaxed: a second call is harmless
    const std::lock_guard lock{mutex_};
    const bool late = ending_thread_ && ending_thread_ != this_thread() && !exit_list::awaits_this_thread();
    if (late) actor->become_daemon();
    append(*actor);
    // Twice: if another thread calls exit at the same time, it finds a handler, too.
    if (!will_be_stopped_ && !late) will_be_stopped_ = std::atexit(&at_exit) == 0 && std::atexit(&at_exit) == 0;
  }

  /// Creates every singleton that a child of fork() uses, and registers its fork handlers. Throws `std::bad_alloc`.
  static void prepare_for_fork() {
    cell_table& table = instance();
    logger::instance();
    thread_executor::instance();
    exit_list::instance();
    wait_graph_mutex();
    fork_handlers::add(
        {&locked_while_forking<&wait_graph_mutex>::steps, &locked_while_forking<&logger::instance>::steps,
         &locked_while_forking<&dead_letter_handler>::steps, &locked_while_forking<&unobserved_handler>::steps,
         &locked_while_forking<&thread_executor::instance>::steps, &locked_while_forking<&exit_list::instance>::steps,
         &locked_while_forking<&cell_table::instance>::steps,
#if !VICAR_USES_FUTEX
         &waiting_rooms_at_fork,
#endif
         &cell::at_fork});
    table.prepared_for_fork_.store(true, std::memory_order_relaxed);  // relaxed: see `add`
  }

  // Around fork().
  void lock() noexcept { mutex_.lock(); }
  void unlock() noexcept { mutex_.unlock(); }
  /// In a child process: releases the parent's actors. That frees none of them, since their threads, which do not exist
  /// here, hold references, too.
  void forget() noexcept {
    while (cell* const first = first_) {
      unlink(*first);
      first->release();
    }
    ending_thread_ = nullptr;
  }

  void remove(cell& actor) noexcept {
    {
      const std::lock_guard lock{mutex_};
      if (!actor.entry.taken) return;
      unlink(actor);
    }
    actor.release();  // after releasing the lock
  }

  /// Lists or unlists an actor; idempotent. An actor that has ended cannot be listed. Returns whether that changed
  /// anything.
  bool list(cell& actor, bool listed) noexcept {
    const std::lock_guard lock{mutex_};
    if (actor.entry.listed == listed) return false;
    actor.entry.listed = listed;  // a constructor may call this before its actor is in the table
    return actor.entry.taken;
  }

  enum class which : unsigned char { alive, listed, all };

  /// References to the actors. `alive` selects those that are listed and have not begun to end.
  /// A world sees its own actors, and code outside of worlds sees no actor of a world.
  cell_list snapshot(which wanted) const {
    const executor* const world = conductor_here ? &conductor_here->actors() : nullptr;
    if (world) conductor_here->pass(conductor::point::snapshot);
    const std::lock_guard lock{mutex_};
    cell_list cells{size_};
    for (cell* each = first_; each; each = each->entry.after) {
      if (world ? !each->runs_by(*world) : each->guarded()) continue;
      if (wanted == which::all || (each->entry.listed && (wanted == which::listed || each->alive()))) cells.add(*each);
    }
    return cells;
  }

  /// Seconds that the exiting process waits for one actor before it logs a warning. A test shortens it.
  VICAR_SHARED static inline constinit double quiet_at_exit = 5;

  /// The `ended_hook` of every cell: called on the actor's thread after its object was destroyed.
  static void ended(cell& actor, ending reason) noexcept {
    log_about(actor, log_level::debug, nullptr, "Unregistered {}");
    instance().remove(actor);
    if (reason == ending::all_stopped) instance().tell_all_to_stop();
  }

 private:
  cell_table() = default;

  // Under the lock. The table holds a reference to each actor.

  void append(cell& actor) noexcept {
    actor.retain();
    actor.entry = {true, actor.entry.listed, last_, nullptr};
    (last_ ? last_->entry.after : first_) = &actor;
    last_ = &actor;
    ++size_;
  }
  /// Transfers the table's reference to the caller.
  void unlink(cell& actor) noexcept {
    (actor.entry.before ? actor.entry.before->entry.after : first_) = actor.entry.after;
    (actor.entry.after ? actor.entry.after->entry.before : last_) = actor.entry.before;
    actor.entry.taken = false;
    --size_;
  }

  /// In the reverse order of starting, without waiting.
  void tell_all_to_stop() noexcept {
    try {
      cell_list cells = snapshot(which::all);
      for (std::size_t left = cells.size(); left > 0; --left) cells[left - 1]->stop();
    } catch (...) {
      log_text(log_level::error, {}, std::current_exception(), "Not every actor could be asked to stop:");
    }
  }

  /// The exit handler, on the thread that called `exit` or returned from `main`. C libraries differ in what a
  /// concurrent second call of `exit` does; here it blocks until the process ends, and the first call determines the
  /// exit status.
  static void at_exit() noexcept {
    const turn current = instance().begin_to_end();
    if (current != turn::again) std::atexit(&at_exit);  // for the next thread that calls exit
    leave_actors_of_this_thread();                      // a thread that this releases may call exit next
    const outside_world apart;                          // a world ends with the process, and its actors with it
    if (current == turn::of_another) {
      for (const wait_word never{0};;) sleep_while(never, 0);
    }
    try {
      instance().stop_what_is_left();
    } catch (...) {
      log_text(log_level::error, {}, std::current_exception(),
               "Not every actor was stopped before the end of the process:");
    }
  }

  enum class turn : unsigned char { first, again, of_another };
  turn begin_to_end() noexcept {
    const std::lock_guard lock{mutex_};
    const void* const here = this_thread();
    if (ending_thread_ && ending_thread_ != here) return turn::of_another;
    will_be_stopped_ = false;  // actors started from now on are stopped by another call of `at_exit`
    return std::exchange(ending_thread_, here) == here ? turn::again : turn::first;
  }

  /// Handlers and constructors that run on this thread will not return. Answers whatever waits for their actors, since
  /// the waiting actors may have to end first.
  static void leave_actors_of_this_thread() noexcept {
    for (const actor_frame* each = innermost_frame; each; each = each->outer) {
      cell& left = cell::of(each->owner);
      if (left.inherited()) continue;  // in a child of fork(): nothing waits, and its locks may never be released
      left.abandon_within_message();
      instance().remove(left);
    }
    innermost_frame = nullptr;
    current_actor = nullptr;
    lazy_value::leave_all();
    exit_list::leave_this_thread();
  }

  /// In the reverse order of starting, waiting for all but daemons; repeats if other actors were started meanwhile.
  void stop_what_is_left() {
    exit_list& awaited = exit_list::instance();
    std::uint64_t known = 0;
    do {
      known = awaited.entered();
      cell_list cells = snapshot(which::all);
      for (std::size_t left = cells.size(); left > 0; --left) {
        const cell_handle& each = cells[left - 1];
        const consumer_handle<bool> stopped = each->stop();
        if (!each->daemon()) wait_for_end_of(*each, stopped);
      }
    } while (!awaited.wait_until_empty(known));
  }

  /// Blocks. Logs a warning, once, if the actor does not end for some time.
  static void wait_for_end_of(cell& actor, const consumer_handle<bool>& stopped) {
    const time_limit quiet{quiet_at_exit};
    if (stopped.state().await(quiet)) warn_of_wait(actor);
    stopped.awaited({});
  }
  VICAR_COLD static void warn_of_wait(actor_record& actor) noexcept {
    if (!logs(log_level::warning)) return;
    const auto what = exception_from([&] { return unanswered::error(actor_handle{actor}, stop_label, quiet_at_exit); });
    log_text(
        log_level::warning, actor.name(), what,
        "The program cannot end while an actor is running; let it finish, start it as a daemon, or use std::quick_exit:");
  }

  std::atomic<bool> prepared_for_fork_{false};
  mutable std::mutex mutex_;
  cell* first_ = nullptr;  // guarded by mutex_, like all members below
  cell* last_ = nullptr;
  std::size_t size_ = 0;
  bool will_be_stopped_ = false;         // `at_exit` is registered and has not been called
  const void* ending_thread_ = nullptr;  // the exiting thread
};

/// Registers the fork handlers when the program is loaded: there is no other thread yet that could call fork(), and
/// handlers that the program registers later run before these lock and after they unlock, so they may use actors. If
/// this fails, `add` does it.
VICAR_SHARED inline const bool prepared_when_loaded = []() noexcept {
  try {
    cell_table::prepare_for_fork();
    return true;
  } catch (...) {
    return false;
  }
}();

}  // namespace vicar::detail

#endif
