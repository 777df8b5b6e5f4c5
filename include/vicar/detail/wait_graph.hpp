// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WAIT_GRAPH_HPP
#define VICAR_DETAIL_WAIT_GRAPH_HPP

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include <vicar/detail/config.hpp>
#include <vicar/detail/counted_handle.hpp>
#include <vicar/detail/time_limit.hpp>
#include <vicar/error.hpp>

// Who waits for whom. An actor that is about to sleep until another one does something adds one edge; at most one
// leaves each actor.
namespace vicar::detail {

/// An actor as those see it that wait for its answer.
class VICAR_SHARED participant {
 public:
  virtual void retain() noexcept = 0;
  /// Takes a reference unless the last one is gone; only under the graph's lock.
  virtual bool try_retain() noexcept = 0;
  virtual void release() noexcept = 0;

  virtual std::string title() const = 0;  ///< class and URN, as in every error text
  virtual std::string_view name() const noexcept = 0;
  virtual std::size_t depth() const noexcept = 0;
  virtual std::string_view running() const noexcept = 0;
  /// Whether its constructor runs on this thread: it answers nobody before that has returned.
  virtual bool constructed_here() const noexcept = 0;

 protected:
  ~participant() = default;

 private:
  friend class wait_edge;
  participant* waits_for_ = nullptr;  // guarded by the graph's lock, as what it waits for there
  std::string_view awaited_;
};

using participant_handle = counted_handle<participant>;

/// Guards the edges, and keeps an actor's memory in place while a waiting thread takes a reference to it.
VICAR_SHARED inline std::mutex& wait_graph_mutex() {
  static std::mutex* const mutex = new std::mutex;  // never destroyed: actors may outlive static objects
  return *mutex;
}

/// The actor that runs on this thread; null on threads that are no actor's.
VICAR_SHARED inline constinit thread_local participant* current_participant = nullptr;

/// The edge from the actor that runs on this thread to `target`, as long as this object lives. Made before the thread
/// sleeps.
class wait_edge {
 public:
  /// Throws `deadlock_error` when an actor would wait, without a limit, for itself. `what` is what it waits for.
  wait_edge(participant& target, std::string_view what, const time_limit& limit) : waiter_{current_participant} {
    if (limit.forever() && target.constructed_here()) {
      throw deadlock_error{fmt::format(
          "vicar: the constructor of {} waits for {}, which runs on a thread that starts when the constructor has "
          "returned; call the member directly, or keep the future and return",
          target.title(), what)};
    }
    if (!waiter_) return;
    if (waiter_ == &target && limit.forever()) {
      throw deadlock_error{fmt::format(
          "vicar: {} waits for itself: {} cannot run before {} returns; call the member directly, or keep the "
          "future and return",
          target.title(), what, target.running())};
    }
    const std::lock_guard lock{wait_graph_mutex()};
    waiter_->waits_for_ = &target;
    waiter_->awaited_ = what;
  }
  ~wait_edge() {
    if (!waiter_) return;
    const std::lock_guard lock{wait_graph_mutex()};
    waiter_->waits_for_ = nullptr;
  }
  wait_edge(const wait_edge&) = delete;
  wait_edge& operator=(const wait_edge&) = delete;

  /// The edge from `waiter`, seen from outside.
  struct look {
    participant_handle target;  ///< null if it waits for nobody
    std::string_view what;
  };
  static look from(const participant& waiter) {
    const std::lock_guard lock{wait_graph_mutex()};
    if (!waiter.waits_for_ || !waiter.waits_for_->try_retain()) return {};
    return {participant_handle::adopt(waiter.waits_for_), waiter.awaited_};
  }

 private:
  participant* waiter_;
};

}  // namespace vicar::detail

#endif
