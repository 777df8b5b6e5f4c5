// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WAIT_WAIT_GRAPH_HPP
#define VICAR_DETAIL_WAIT_WAIT_GRAPH_HPP

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <vicar/detail/base/awaited_event.hpp>
#include <vicar/detail/base/config.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/detail/wait/actor_record.hpp>
#include <vicar/error.hpp>
#include <vicar/log.hpp>
#include <vicar/options.hpp>

// The wait graph. Before a thread sleeps until an actor does something, it inserts an edge from each of its own actors
// to that actor, so at most one edge leaves each actor. docs/internals.md explains why a cycle is a deadlock.
namespace vicar::detail {

/// The actor that runs on this thread; null on other threads.
VICAR_SHARED inline constinit thread_local actor_record* current_actor = nullptr;

struct actor_frame;
VICAR_SHARED inline constinit thread_local actor_frame* innermost_frame = nullptr;

/// An actor that runs or is being constructed on this thread. Frames can be nested; when the thread waits, all of their
/// actors wait.
struct actor_frame {
  explicit actor_frame(actor_record& here) noexcept : owner{here}, outer{std::exchange(innermost_frame, this)} {}
  ~actor_frame() { innermost_frame = outer; }
  actor_frame(const actor_frame&) = delete;
  actor_frame& operator=(const actor_frame&) = delete;

  actor_record& owner;
  actor_frame* outer;
};

/// What a thread waits for.
enum class wait_reason : std::uint8_t {
  reply,  ///< the answer to a message
  space,  ///< space for a message
  value,  ///< a shared future's value, which the target is computing
};

/// The edges from the actors of this thread to `target`, for the lifetime of this object. Made before the thread
/// sleeps.
class wait_edge {
 public:
  /// Throws `deadlock_error` if this wait has no timeout and would close a cycle: see `options::deadlock`. `what` names
  /// the message. The caller holds a reference to `target` while the edge exists.
  wait_edge(actor_record& target, std::string_view what, const time_limit& limit, awaited_event event,
            wait_reason reason)
      : target_{target}, what_{what}, event_{event}, reason_{reason}, limited_{!limit.forever()} {
    if (!innermost_frame) return;
    const deadlock_policy policy = innermost_frame->owner.on_deadlock();
    const std::string cycle = insert_unless_cycle(policy);
    if (cycle.empty()) return;
    if (policy == deadlock_policy::fail) throw deadlock_error{cycle};
    static constexpr std::string_view prefix = "vicar: ";
    log_text(log_level::error, innermost_frame->owner.name(), nullptr,
             std::string_view{cycle}.substr(prefix.size()));  // the sink may wait itself
    const std::lock_guard lock{wait_graph_mutex()};
    announce();
    insert();
  }
  ~wait_edge() {
    if (!inserted_) return;
    const std::lock_guard lock{wait_graph_mutex()};
    set_edges(nullptr);
  }
  wait_edge(const wait_edge&) = delete;
  wait_edge& operator=(const wait_edge&) = delete;

  /// Whether the event had already occurred when the search for a cycle began. The search was skipped then, so a thread
  /// that sleeps for anything but that event could be part of an undetected cycle.
  bool has_come() const noexcept { return has_come_; }

  /// A copy of the edge from an actor.
  struct snapshot {
    actor_handle target;  ///< null if the actor does not wait
    std::string_view what;
    wait_reason reason = wait_reason::reply;
  };
  static snapshot from(const actor_record& waiter) {
    const std::lock_guard lock{wait_graph_mutex()};
    if (!waiter.own_edge || !waiter.own_edge->target_.try_retain()) return {};
    return {actor_handle::adopt(&waiter.own_edge->target_), waiter.own_edge->what_, waiter.own_edge->reason_};
  }

 private:
  /// Describes the cycle that this wait would close. If there is none, or the policy is `off`, inserts the edges and
  /// returns an empty text.
  std::string insert_unless_cycle(deadlock_policy policy) {
    const std::lock_guard lock{wait_graph_mutex()};
    has_come_ = !event_.pending();
    announce();
    if (!limited_ && policy != deadlock_policy::off && closes_cycle()) return describe();
    insert();
    return {};
  }

  /// Makes `edge` the edge of every actor on this thread; under the lock, like all functions below.
  static void set_edges(const wait_edge* edge) noexcept {
    for (const actor_frame* frame = innermost_frame; frame; frame = frame->outer) frame->owner.own_edge = edge;
  }
  void insert() noexcept {
    set_edges(this);
    inserted_ = true;
  }
  /// Called before the search: an edge that is not pending during the search may become pending right after it, if
  /// another sender takes the space, so the blocked sender that inserted the edge has to check again.
  void announce() const noexcept {
    for (const actor_frame* frame = innermost_frame; frame; frame = frame->outer) frame->owner.about_to_wait();
  }

  static bool on_this_thread(const actor_record& actor) noexcept {
    for (const actor_frame* frame = innermost_frame; frame; frame = frame->outer) {
      if (&frame->owner == &actor) return true;
    }
    return false;
  }

  /// Whether the actor's constructor runs on this thread: it answers no message before that has returned.
  static bool constructed_here(const actor_record& actor) noexcept {
    return actor.constructing() && on_this_thread(actor);
  }

  /// The edge that blocks `target_`; null if it does not wait, or not forever.
  const wait_edge* next() const noexcept {
    const wait_edge* const edge = target_.own_edge;
    return edge && !edge->limited_ && edge->event_.pending() ? edge : nullptr;
  }

  /// Whether the path from `target_` leads back to this thread. It may enter a cycle without this thread, of actors
  /// that do not report deadlocks: that is detected when the path returns to an edge marked some steps before (Brent).
  bool closes_cycle() const noexcept {
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
    if (constructed_here(target_) && reason_ == wait_reason::space) {
      return format_text(
          "vicar: the constructor of {} waits for space in its own mailbox for {}, which is full until the actor's thread "
          "starts, after the constructor has returned; raise options::mailbox_capacity, or send the messages from "
          "on_start, no more than it holds",
          target_.title(), what_);
    }
    if (constructed_here(target_)) {
      return format_text(
          "vicar: the constructor of {} waits for {}, which runs on a thread that starts when the constructor has "
          "returned; call the member directly, or keep the future and return",
          target_.title(), what_);
    }
    if (on_this_thread(target_) && reason_ == wait_reason::space) {
      return format_text(
          "vicar: {} waits for itself: there is no space for {} in its mailbox before {} returns; call the member "
          "directly, or raise options::mailbox_capacity",
          target_.title(), what_, doing(target_));
    }
    if (on_this_thread(target_)) {
      return format_text(
          "vicar: {} waits for itself: {} cannot run before {} returns; call the member directly, or keep the "
          "future and return",
          target_.title(), what_, doing(target_));
    }
    const actor_record& first = innermost_frame->owner;
    std::string path = format_text("{}.{}", first.name(), doing(first));
    for (const wait_edge* edge = this; edge; edge = on_this_thread(edge->target_) ? nullptr : edge->next()) {
      path += format_text(" → {}", edge->hop());
    }
    return format_text(
        "vicar: deadlock: {}; each waits for the next: let one of them answer without waiting, or wait with a timeout",
        path);
  }
  std::string hop() const {
    const std::string_view name = target_.name();
    switch (reason_) {
      case wait_reason::space:
        return format_text("space for {}.{} (behind {})", name, what_, doing(target_));
      case wait_reason::value:
        return format_text("a future's value, which {}.{} makes", name, doing(target_));
      case wait_reason::reply:
      default:
        break;
    }
    if (doing(target_) == what_) return format_text("{}.{}", name, what_);
    return format_text("{}.{} (behind {})", name, what_, doing(target_));
  }
  static std::string_view doing(const actor_record& actor) noexcept {
    const std::string_view member = actor.running();
    return member.empty() ? "its constructor" : member;
  }

  actor_record& target_;
  const std::string_view what_;
  const awaited_event event_;
  const wait_reason reason_;
  const bool limited_;
  bool has_come_ = false;
  bool inserted_ = false;  // this is the edge of the actors on this thread
};

}  // namespace vicar::detail

#endif
