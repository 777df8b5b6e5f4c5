// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WAIT_ACTOR_RECORD_HPP
#define VICAR_DETAIL_WAIT_ACTOR_RECORD_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include <vicar/detail/base/chrono.hpp>
#include <vicar/detail/base/config.hpp>
#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/base/late_string.hpp>
#include <vicar/detail/base/never_destroyed.hpp>
#include <vicar/detail/base/valgrind.hpp>
#include <vicar/detail/mailbox/mailbox.hpp>
#include <vicar/detail/system/conductor.hpp>
#include <vicar/detail/system/fork.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/detail/text/urn.hpp>
#include <vicar/detail/wait/activity.hpp>
#include <vicar/detail/wait/suspended_call.hpp>
#include <vicar/error.hpp>
#include <vicar/log.hpp>
#include <vicar/options.hpp>

namespace vicar::detail {

class executor;
class wait_edge;

/// Guards the edges of the wait graph, and keeps an actor's memory in place while a waiting thread takes a reference to
/// it.
VICAR_SHARED inline std::mutex& wait_graph_mutex() noexcept {
  static never_destroyed<std::mutex> mutex;
  return mutex.get();
}

/// What futures and the wait graph need to know about an actor: its name, what it is doing, and whether it still
/// exists. The base of every cell. All members may be called on any thread.
class VICAR_SHARED actor_record {
 public:
  actor_record(const actor_record&) = delete;
  actor_record& operator=(const actor_record&) = delete;

  // Relaxed: the caller already holds a reference, which keeps the actor alive.
  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  /// Takes a reference unless the last one was released; only under the graph's lock.
  bool try_retain() noexcept {
    std::uint32_t count = references_.load(std::memory_order_relaxed);
    while (count != 0) {
      // Relaxed: the graph's lock, held here and where the actor is freed, orders the two.
      if (references_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  void release() noexcept {
    // Releases what was done through this reference; acquires what was done through all others before the actor is
    // freed.
    happens_before(this);
    if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    happens_after(this);
    // A thread that accesses this actor through a pending reply holds the lock.
    {
      const std::lock_guard lock{wait_graph_mutex()};
    }
    delete this;
  }

  std::string_view name() const noexcept { return name_; }
  std::string_view class_name() const noexcept { return class_name_; }
  const std::string& urn() const { return urn_.get(&make_urn); }
  /// The name if the user chose one, the class and the URN, as in error texts.
  std::string title() const {
    return named_ ? format_text("{} ({}, {})", name_, class_name_, urn()) : format_text("{} ({})", class_name_, urn());
  }
  deadlock_policy on_deadlock() const noexcept { return on_deadlock_; }
  /// Whether it handles other messages while a coroutine awaits something.
  bool interleaves() const noexcept { return interleaves_; }
  /// The number by which actors are ordered and hashed, from 1 in the order of creation; in a world, from 1 in each
  /// run, so that the order does not depend on addresses.
  std::uint64_t serial() const noexcept { return serial_; }

  /// Whether the actor was started before fork(): then it does not run in this process.
  bool inherited() const noexcept {
    // Relaxed: written again only in a child process, which has no other thread yet.
    return generation_.load(std::memory_order_relaxed) != this_generation();
  }
  /// Whether the constructor has not returned yet. Relaxed: exact on the constructing thread, where it matters.
  bool constructing() const noexcept { return phase_.load(std::memory_order_relaxed) == phase::constructing; }
  std::size_t depth() const noexcept { return mailbox_.depth(); }
  std::string_view running() const noexcept { return activity_.running(); }
  /// When `running` began, on a coarse clock; meaningful while `running` is not empty.
  std::chrono::steady_clock::time_point running_since() const noexcept {
    if (!conductor_here) return activity_.running_since();
    return std::chrono::steady_clock::time_point{std::chrono::nanoseconds{conductor_here->running_since(*this)}};
  }

  /// Called under the graph's lock before an edge from this actor is inserted. If there is space in its mailbox,
  /// blocked senders have to check again: one of them can use it, and while the actor waits it frees no more.
  void about_to_wait() noexcept { mailbox_.offer_space_to_all(); }

  suspended_calls& suspended() noexcept { return suspended_; }
  const suspended_calls& suspended() const noexcept { return suspended_; }

  /// Used only by `wait_edge`; guarded by the graph's lock.
  const wait_edge* own_edge = nullptr;

 protected:
  enum class phase : std::uint8_t { constructing, starting, running, ended };

  actor_record(std::string_view class_name, std::string name, const options& chosen)
      : class_name_{class_name},
        name_{std::move(name)},
        named_{!chosen.name.empty()},
        interleaves_{chosen.interleaving},
        on_deadlock_{chosen.deadlock},
        mailbox_{chosen.mailbox_capacity, chosen.on_overflow == overflow::drop_oldest} {}
  /// The only virtual function: `release` frees the cell.
  virtual ~actor_record() = default;

  static std::uint64_t next_serial() noexcept {
    static constinit std::atomic<std::uint64_t> created{0};
    if (conductor_here) return 1 + conductor_here->number(&created);
    return 1 + created.fetch_add(1, std::memory_order_relaxed);  // relaxed: the number has to be unique
  }

  const std::uint64_t serial_ = next_serial();
  const std::string_view class_name_;
  const std::string name_;
  const bool named_;  ///< the user chose the name
  const bool interleaves_;
  deadlock_policy on_deadlock_;
  const late_string urn_;
  std::atomic<std::uint32_t> references_{1};  // kept apart from what the actor's thread reads for each message
  std::atomic<std::uint32_t> generation_{this_generation()};
  executor* executor_ = nullptr;  // read by each sender, so kept apart from what the actor's thread writes
  mailbox mailbox_;
  activity activity_;
  suspended_calls suspended_;
  std::atomic<phase> phase_{phase::constructing};
};

using actor_handle = counted_handle<actor_record>;

/// A reference to an actor; null if it is being freed, or if `known` is null. Under the graph's lock.
inline actor_handle try_handle(actor_record* known) noexcept {
  return known && known->try_retain() ? actor_handle::adopt(known) : actor_handle{};
}

/// Logs `pattern`, formatted with the actor's title and `label`.
inline void log_about(const actor_record& actor, log_level level, const std::exception_ptr& exception,
                      fmt::string_view pattern, std::string_view label = {}) noexcept {
  if (!logs(level)) return;
  try {
    log_text(level, actor.name(), exception, format_text(pattern, actor.title(), label));
  } catch (...) {  // no memory for the text: see `logger::write`
  }
}

/// The error for a call to an actor that was started before fork(). Takes no lock.
inline actor_dead_error inherited_error(const actor_record& actor, std::string_view consequence) {
  return actor_dead_error{format_text(
      "vicar: {} ({}) was started before fork() and does not run in this process, {}; start actors after fork(), or "
      "fork before you start any",
      actor.name(), actor.class_name(), consequence)};
}

}  // namespace vicar::detail

#endif
