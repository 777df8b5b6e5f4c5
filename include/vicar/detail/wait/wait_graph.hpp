// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WAIT_WAIT_GRAPH_HPP
#define VICAR_DETAIL_WAIT_WAIT_GRAPH_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include <vicar/detail/base/awaited_event.hpp>
#include <vicar/detail/base/config.hpp>
#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/base/never_destroyed.hpp>
#include <vicar/detail/system/fork.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/error.hpp>
#include <vicar/log.hpp>
#include <vicar/options.hpp>

// Who waits for whom. A thread that is about to sleep until an actor does something adds an edge from each of its own
// actors to that one, so at most one edge leaves each actor. docs/internals.md says why a circle of them is a deadlock.
namespace vicar::detail {

/// An actor as those see it that wait for its answer.
class VICAR_SHARED participant {
 public:
  virtual void retain() noexcept = 0;
  /// Takes a reference unless the last one is gone; only under the graph's lock.
  virtual bool try_retain() noexcept = 0;
  virtual void release() noexcept = 0;

  /// Whether it was started before fork(): then it does not run in this process.
  virtual bool inherited() const noexcept = 0;

  virtual std::string title() const = 0;  ///< a name that it was given, class and URN, as in every error text
  virtual std::string_view class_name() const noexcept = 0;
  virtual std::string_view name() const noexcept = 0;
  virtual std::size_t depth() const noexcept = 0;
  virtual std::string_view running() const noexcept = 0;
  /// Since when, on a coarse clock; meaningful while `running` is not empty.
  virtual time_limit::clock::time_point running_since() const noexcept = 0;
  /// Whether its constructor runs on this thread: it answers nobody before that has returned.
  virtual bool constructed_here() const noexcept = 0;
  virtual deadlock_policy on_deadlock() const noexcept = 0;
  /// Called under the graph's lock when this actor is about to have an edge: senders that wait for space in its
  /// mailbox, and may have it now, have to look again, since the space may go to one of them, and there will be no
  /// more.
  virtual void about_to_wait() noexcept = 0;

  /// Of `wait_edge` alone, and guarded by the graph's lock. No friend, as a friend could call the destructor, which
  /// -Wnon-virtual-dtor warns of.
  const class wait_edge* own_edge = nullptr;

 protected:
  ~participant() = default;
};

using participant_handle = counted_handle<participant>;

/// Logs `pattern` with the title of an actor, and with `label`, in the place of its `{}`.
inline void log_about(const participant& one, log_level level, const std::exception_ptr& exception,
                      fmt::string_view pattern, std::string_view label = {}) noexcept {
  if (!logs(level)) return;
  try {
    log_text(level, one.name(), exception, format_text(pattern, one.title(), label));
  } catch (...) {  // no memory for the text: see `logger::write`
  }
}

/// What an actor is answered with that was started before fork(). Takes no lock.
inline actor_dead_error inherited_error(const participant& one, std::string_view consequence) {
  return actor_dead_error{format_text(
      "vicar: {} ({}) was started before fork() and does not run in this process, {}; start actors after fork(), or "
      "fork before you start any",
      one.name(), one.class_name(), consequence)};
}

/// Guards the edges, and keeps an actor's memory in place while a waiting thread takes a reference to it.
VICAR_SHARED inline std::mutex& wait_graph_mutex() noexcept {
  static never_destroyed<std::mutex> mutex;
  return mutex.get();
}

/// The actor that runs on this thread; null on threads that are no actor's.
VICAR_SHARED inline constinit thread_local participant* current_participant = nullptr;

struct participant_frame;
VICAR_SHARED inline constinit thread_local participant_frame* innermost_frame = nullptr;

/// An actor that runs or is being constructed on this thread: there may be several, one inside another, and when the
/// thread waits, all of them do.
struct participant_frame {
  explicit participant_frame(participant& here) noexcept : owner{here}, outer{std::exchange(innermost_frame, this)} {}
  ~participant_frame() { innermost_frame = outer; }
  participant_frame(const participant_frame&) = delete;
  participant_frame& operator=(const participant_frame&) = delete;

  participant& owner;
  participant_frame* outer;
};

/// What a thread waits for.
enum class wait_reason : std::uint8_t {
  reply,  ///< the answer to a message
  room,   ///< room for a message
  value,  ///< a value of a shared future that the other one is making
};

/// The edges from the actors of this thread to `target`, as long as this object lives. Made before the thread sleeps.
class wait_edge {
 public:
  /// Throws `deadlock_error` if this wait, which has no limit, would close a circle: see `options::deadlock`. `what`
  /// names the message; the caller holds a reference to `target` as long as the edge lives.
  wait_edge(participant& target, std::string_view what, const time_limit& limit, awaited_event event,
            wait_reason reason)
      : target_{target}, what_{what}, event_{event}, reason_{reason}, limited_{!limit.forever()} {
    if (!innermost_frame) return;
    const deadlock_policy policy = innermost_frame->owner.on_deadlock();
    const std::string circle = leave_unless_circle(policy);
    if (circle.empty()) return;
    if (policy == deadlock_policy::fail) throw deadlock_error{circle};
    log_text(log_level::error, innermost_frame->owner.name(), nullptr, circle);  // the sink may wait itself
    const std::lock_guard lock{wait_graph_mutex()};
    announce();
    leave();
  }
  ~wait_edge() {
    if (!left_) return;
    const std::lock_guard lock{wait_graph_mutex()};
    set_edges(nullptr);
  }
  wait_edge(const wait_edge&) = delete;
  wait_edge& operator=(const wait_edge&) = delete;

  /// Whether what is waited for had come already when the way was looked at, so that it led nowhere: whoever sleeps
  /// all the same, and not until it comes, might sleep in a circle.
  bool has_come() const noexcept { return has_come_; }

  /// The edge from `waiter`, seen from outside.
  struct look {
    participant_handle target;  ///< null if it waits for nobody
    std::string_view what;
  };
  static look from(const participant& waiter) {
    const std::lock_guard lock{wait_graph_mutex()};
    if (!waiter.own_edge || !waiter.own_edge->target_.try_retain()) return {};
    return {participant_handle::adopt(&waiter.own_edge->target_), waiter.own_edge->what_};
  }

 private:
  /// What to say of the circle that this wait would close; empty if it closes none, or the actor does not want to be
  /// told.
  std::string leave_unless_circle(deadlock_policy policy) {
    const std::lock_guard lock{wait_graph_mutex()};
    has_come_ = !event_.pending();
    announce();
    if (!limited_ && policy != deadlock_policy::off && closes_circle()) return describe();
    leave();
    return {};
  }

  /// Makes `edge` the one of every actor on this thread; under the lock, as all below.
  static void set_edges(const wait_edge* edge) noexcept {
    for (const participant_frame* frame = innermost_frame; frame; frame = frame->outer) frame->owner.own_edge = edge;
  }
  void leave() noexcept {
    set_edges(this);
    left_ = true;
  }
  /// Before the way is followed: an edge that is not pending then may be so again right after, if somebody else takes
  /// what had come, and the actor that left it has to look again.
  void announce() const noexcept {
    for (const participant_frame* frame = innermost_frame; frame; frame = frame->outer) frame->owner.about_to_wait();
  }

  static bool on_this_thread(const participant& one) noexcept {
    for (const participant_frame* frame = innermost_frame; frame; frame = frame->outer) {
      if (&frame->owner == &one) return true;
    }
    return false;
  }

  /// The edge that is in the way of `target_`'s doing something; null if it waits for nothing, or will not for ever.
  const wait_edge* next() const noexcept {
    const wait_edge* const edge = target_.own_edge;
    return edge && !edge->limited_ && edge->event_.pending() ? edge : nullptr;
  }

  /// Whether the way from `target_` leads back to this thread. It may lead into a circle without this thread, of actors
  /// that did not want to be told: that is noticed where the way meets the place where it was some steps before.
  bool closes_circle() const noexcept {
    if (has_come_) return false;
    const wait_edge* before = this;
    std::size_t steps = 0;
    std::size_t until_next_mark = 1;
    for (const wait_edge* edge = this; edge; edge = edge->next()) {
      if (on_this_thread(edge->target_)) return true;
      if (edge == before && steps != 0) return false;
      if (++steps == until_next_mark) {
        before = edge;
        until_next_mark *= 2;
      }
    }
    return false;
  }

  std::string describe() const {
    if (target_.constructed_here() && reason_ == wait_reason::room) {
      return format_text(
          "vicar: the constructor of {} waits for space in its own mailbox for {}, which is full until the actor's thread "
          "starts, after the constructor has returned; raise options::mailbox_capacity, or send from on_start less than it "
          "holds",
          target_.title(), what_);
    }
    if (target_.constructed_here()) {
      return format_text(
          "vicar: the constructor of {} waits for {}, which runs on a thread that starts when the constructor has "
          "returned; call the member directly, or keep the future and return",
          target_.title(), what_);
    }
    if (on_this_thread(target_) && reason_ == wait_reason::room) {
      return format_text(
          "vicar: {} waits for itself: there is no room for {} in its mailbox before {} returns; call the member "
          "directly, or raise options::mailbox_capacity",
          target_.title(), what_, doing(target_));
    }
    if (on_this_thread(target_)) {
      return format_text(
          "vicar: {} waits for itself: {} cannot run before {} returns; call the member directly, or keep the "
          "future and return",
          target_.title(), what_, doing(target_));
    }
    const participant& first = innermost_frame->owner;
    std::string way = format_text("{}.{}", first.name(), doing(first));
    for (const wait_edge* edge = this; edge; edge = on_this_thread(edge->target_) ? nullptr : edge->next()) {
      way += format_text(" → {}", edge->hop());
    }
    return format_text(
        "vicar: deadlock: {}; each waits for the next: let one of them answer without asking back, or wait with a "
        "time limit",
        way);
  }
  std::string hop() const {
    const std::string_view name = target_.name();
    switch (reason_) {
      case wait_reason::room:
        return format_text("room for {}.{} (behind {})", name, what_, doing(target_));
      case wait_reason::value:
        return format_text("a future's value, which {}.{} makes", name, doing(target_));
      case wait_reason::reply:
      default:
        break;
    }
    if (doing(target_) == what_) return format_text("{}.{}", name, what_);
    return format_text("{}.{} (behind {})", name, what_, doing(target_));
  }
  static std::string_view doing(const participant& one) noexcept {
    const std::string_view member = one.running();
    return member.empty() ? "its constructor" : member;
  }

  participant& target_;
  const std::string_view what_;
  const awaited_event event_;
  const wait_reason reason_;
  const bool limited_;
  bool has_come_ = false;
  bool left_ = false;  // this is the edge of the actors on this thread
};

}  // namespace vicar::detail

#endif
