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

/// Every actor of the process that has not ended, in the order of starting. The public registry is the part of it that
/// is listed.
class VICAR_SHARED cell_table {
 public:
  /// Never destroyed: actors in static storage may end after it would have been.
  static cell_table& instance() {
    static cell_table* const the_table = new cell_table;
    return *the_table;
  }

  /// Also sees to it that the end of the process stops what is left, and that a child of fork() finds things in order.
  /// Once that end has begun, only actors of the thread that ends the process, and of actors that it waits for, are
  /// waited for: other threads might go on for ever.
  void add(const cell_handle& one) {
    if (!prepared_for_fork_.load(std::memory_order_relaxed)) prepare_for_fork();  // relaxed: a second time is no error
    const std::lock_guard lock{mutex_};
    const bool late = ending_thread_ && ending_thread_ != this_thread() && !exit_list::awaits_this_thread();
    if (late) one->become_daemon();
    append(*one);
    // Twice: a second call of exit that another thread makes at the same time finds one, too.
    if (!will_be_stopped_ && !late) will_be_stopped_ = std::atexit(&at_exit) == 0 && std::atexit(&at_exit) == 0;
  }

  /// Makes all that a child of fork() will use, and has it told of forks. Throws `std::bad_alloc`.
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
  /// In a child, the actors are the parent's. None is freed by that, since the threads that run them, which are not
  /// here, have references, too.
  void forget() noexcept {
    while (cell* const first = first_) {
      unlink(*first);
      first->release();
    }
    ending_thread_ = nullptr;
  }

  void remove(cell& one) noexcept {
    {
      const std::lock_guard lock{mutex_};
      if (!one.entry.taken) return;
      unlink(one);
    }
    one.release();  // after the lock is given up
  }

  /// Lists or unlists an actor; a second time is no error. An actor that has ended cannot be listed. True if that
  /// changed anything.
  bool list(cell& one, bool listed) noexcept {
    const std::lock_guard lock{mutex_};
    if (one.entry.listed == listed) return false;
    one.entry.listed = listed;  // a constructor may ask for it before its actor is taken
    return one.entry.taken;
  }

  enum class which : unsigned char { alive, listed, all };

  /// A copy: `alive` ones are listed and have not begun to end.
  cell_list snapshot(which wanted) const {
    const std::lock_guard lock{mutex_};
    cell_list cells{size_};
    for (cell* each = first_; each; each = each->entry.after) {
      if (wanted == which::all || (each->entry.listed && (wanted == which::listed || each->alive()))) cells.add(*each);
    }
    return cells;
  }

  /// After how many seconds of waiting for one actor the end of the process says so; a test makes it shorter.
  VICAR_SHARED static inline constinit double quiet_at_exit = 5;

  /// The hook of every cell: called on its thread when its object was destroyed.
  static void ended(cell& one, ending reason) noexcept {
    log_about(one, log_level::debug, nullptr, "Unregistered {}");
    instance().remove(one);
    if (reason == ending::all_stopped) instance().tell_all_to_stop();
  }

 private:
  cell_table() = default;

  // Under the lock. The table has a reference to each.

  void append(cell& one) noexcept {
    one.retain();
    one.entry = {true, one.entry.listed, last_, nullptr};
    (last_ ? last_->entry.after : first_) = &one;
    last_ = &one;
    ++size_;
  }
  /// The reference is the caller's then.
  void unlink(cell& one) noexcept {
    (one.entry.before ? one.entry.before->entry.after : first_) = one.entry.after;
    (one.entry.after ? one.entry.after->entry.before : last_) = one.entry.before;
    one.entry.taken = false;
    --size_;
  }

  /// Last started first, without waiting for any.
  void tell_all_to_stop() noexcept {
    try {
      cell_list cells = snapshot(which::all);
      for (std::size_t left = cells.size(); left > 0; --left) cells[left - 1]->stop();
    } catch (...) {
      log_text(log_level::error, {}, std::current_exception(), "Not every actor could be told to stop:");
    }
  }

  /// The end of the process, on the thread that called `exit` or returned from `main`. When another thread calls `exit`
  /// meanwhile, C libraries differ: here it waits for the end of the process, and the first call decides.
  static void at_exit() noexcept {
    const turn whose = instance().begin_to_end();
    if (whose != turn::again) std::atexit(&at_exit);  // for the next thread that calls exit
    leave_actors_of_this_thread();                    // those who are told so may be the next
    if (whose == turn::of_another) {
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
    will_be_stopped_ = false;  // those that are started from now on are stopped by another call of `at_exit`
    return std::exchange(ending_thread_, here) == here ? turn::again : turn::first;
  }

  /// What this thread does for its actors, and in their constructors, will not return: those who wait for them are told
  /// so, since they may have to end first.
  static void leave_actors_of_this_thread() noexcept {
    for (const actor_frame* each = innermost_frame; each; each = each->outer) {
      cell& left = cell::of(each->owner);
      if (left.inherited()) continue;  // in a child of fork(): nobody waits, and its locks may never be given up
      left.abandon_within_message();
      instance().remove(left);
    }
    innermost_frame = nullptr;
    current_actor = nullptr;
    lazy_value::leave_all();
    exit_list::leave_this_thread();
  }

  /// Last started first, waiting for all but daemons; again if others were started meanwhile.
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

  /// Blocks. A program that does not end says once for which actor it waits.
  static void wait_for_end_of(cell& one, const consumer_handle<bool>& stopped) {
    const time_limit quiet{quiet_at_exit};
    if (stopped.state().await(quiet)) warn_of_wait(one);
    stopped.awaited({});
  }
  VICAR_COLD static void warn_of_wait(actor_record& one) noexcept {
    if (!logs(log_level::warning)) return;
    const auto what = exception_from([&] { return unanswered::error(actor_handle{one}, stop_label, quiet_at_exit); });
    log_text(log_level::warning, one.name(), what,
             "The end of the program waits for an actor; let it end, start it as a daemon, or use std::quick_exit:");
  }

  std::atomic<bool> prepared_for_fork_{false};
  mutable std::mutex mutex_;
  cell* first_ = nullptr;  // guarded by mutex_, as all below
  cell* last_ = nullptr;
  std::size_t size_ = 0;
  bool will_be_stopped_ = false;         // `at_exit` is still to be called
  const void* ending_thread_ = nullptr;  // the one that ends the process
};

/// When the program is loaded: there is no other thread yet that could call fork(), and handlers of fork() that the
/// program registers itself run outside these, so that they may use actors. What fails is done by `add`.
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
