// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CELL_TABLE_HPP
#define VICAR_DETAIL_CELL_TABLE_HPP

#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <utility>
#include <vector>

#include <vicar/detail/cell.hpp>
#include <vicar/detail/cell_run.hpp>
#include <vicar/detail/config.hpp>
#include <vicar/detail/dispatcher.hpp>
#include <vicar/detail/wait_graph.hpp>

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

  /// Also sees to it that the end of the process stops what is left.
  void add(const cell_handle& one) {
    static const bool at_exit = std::atexit(&stop_what_is_left) == 0;
    static_cast<void>(at_exit);
    const std::lock_guard lock{mutex_};
    cells_.push_back(one);
  }
  void remove(const cell& one) noexcept {
    cell_handle last;  // released after the lock is given up
    const std::lock_guard lock{mutex_};
    const std::size_t found = find(one);
    if (found == cells_.size()) return;
    last = std::move(cells_[found]);
    cells_.erase(cells_.begin() + static_cast<std::ptrdiff_t>(found));
  }

  /// Lists or unlists an actor; a second time is no error. An actor that has ended cannot be listed. True if that
  /// changed anything.
  bool list(const cell& one, bool listed) noexcept {
    const std::lock_guard lock{mutex_};
    const std::size_t found = find(one);
    return found != cells_.size() && std::exchange(cells_[found]->listed, listed) != listed;
  }

  enum class which : unsigned char { alive, listed, all };

  /// A copy: `alive` ones are listed and have not begun to end.
  std::vector<cell_handle> snapshot(which wanted) const {
    std::vector<cell_handle> cells;
    const std::lock_guard lock{mutex_};
    cells.reserve(cells_.size());
    for (const cell_handle& each : cells_) {
      if (wanted == which::all || (each->listed && (wanted == which::listed || each->alive()))) cells.push_back(each);
    }
    return cells;
  }

  /// The hook of every cell: called on its thread when its object was destroyed.
  static void ended(cell& one, ending reason) noexcept {
    log(log_level::debug, one.name(), nullptr, [&] { return fmt::format("Unregistered {}", one.title()); });
    instance().remove(one);
    if (reason == ending::all_stopped) instance().tell_all_to_stop();
  }

 private:
  cell_table() = default;

  /// Where it is, or how many there are.
  std::size_t find(const cell& one) const noexcept {
    std::size_t found = 0;
    while (found < cells_.size() && cells_[found].get() != &one) ++found;
    return found;
  }

  /// Last started first, without waiting for any.
  void tell_all_to_stop() noexcept {
    try {
      std::vector<cell_handle> cells = snapshot(which::all);
      for (std::size_t left = cells.size(); left > 0; --left) cells[left - 1]->stop();
    } catch (...) {
      log(log_level::error, {}, std::current_exception(),
          [] { return std::string{"Not every actor could be told to stop:"}; });
    }
  }

  /// The end of the process: last started first, waiting for all but daemons and the actor that called `exit` itself.
  static void stop_what_is_left() noexcept {
    try {
      cell_table& table = instance();
      for (const cell_handle& each : table.snapshot(which::all)) {
        if (each.get() == current_participant) each->abandon_within_message();
      }
      const auto waits_for = [](const cell_handle& each) {
        return !each->daemon() && each.get() != current_participant;
      };
      for (bool waited = true; waited;) {  // again: an actor that ends may start another
        waited = false;
        std::vector<cell_handle> cells = table.snapshot(which::all);
        for (std::size_t left = cells.size(); left > 0; --left) {
          const cell_handle& each = cells[left - 1];
          const future<bool> stopped = each->stop();
          if (!waits_for(each)) continue;
          stopped.wait();
          waited = true;
        }
      }
      std::size_t spared = 0;  // this thread's own actor, if it is one
      for (const cell_handle& each : table.snapshot(which::all)) {
        if (!each->daemon()) ++spared;
      }
      thread_dispatcher::instance().wait_for_all(spared);
    } catch (...) {
      log(log_level::error, {}, std::current_exception(),
          [] { return std::string{"Not every actor was stopped before the end of the process:"}; });
    }
  }

  mutable std::mutex mutex_;
  std::vector<cell_handle> cells_;  // guarded by mutex_
};

}  // namespace vicar::detail

#endif
