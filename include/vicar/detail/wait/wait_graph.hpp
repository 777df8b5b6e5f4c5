// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WAIT_WAIT_GRAPH_HPP
#define VICAR_DETAIL_WAIT_WAIT_GRAPH_HPP

#include <atomic>
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

/// How many threads of actors sleep until an actor does something, without a timeout, or are about to.
VICAR_SHARED inline constinit std::atomic<std::uint32_t> sleeping_actors{0};

class wait_edge;

/// A search through the edges of threads and of suspended calls: whether an answer of an actor needs something that
/// cannot come. Under the graph's lock.
class await_search {
 public:
  /// `arrived(actor, answer)` says where the search ends. `by` is the edge of a thread that leads to the target; null
  /// for a suspended call. False if the search does not get there within 64 steps.
  template <class Arrived>
  bool reaches(const actor_record& target, const void* answer, std::string_view member, const wait_edge* by,
               Arrived arrived) noexcept;

  /// The hops of the path that was found. Under the graph's lock.
  std::string text() const;
  /// The path ends at a suspended call itself, not at a thread.
  void ends_at_call() noexcept { path_[depth_ - 1].stops = cause::call; }

 private:
  static constexpr std::size_t most = 64;
  /// Why an answer does not come.
  enum class cause : std::uint8_t {
    thread,  ///< the actor's thread waits
    awaits,  ///< the call is suspended
    call,    ///< the call is the one that the search is for
  };
  struct hop {
    const actor_record* target;
    const void* answer;
    std::string_view member;
    const wait_edge* by;
    cause stops;
  };

  bool visited(const actor_record& target, const void* answer) noexcept {
    for (std::size_t i = 0; i < visited_count_; ++i) {
      if (visited_[i].target == &target && visited_[i].answer == answer) return true;
    }
    if (visited_count_ == most) return true;
    visited_[visited_count_++] = {&target, answer, {}, nullptr, cause::thread};
    return false;
  }

  hop path_[most];
  hop visited_[most];
  std::size_t depth_ = 0;
  std::size_t visited_count_ = 0;
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
    if (!limited_) counted_.begin();
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
    if (!waiter.own_edge) return {};
    actor_handle target = try_handle(&waiter.own_edge->target_);
    if (!target) return {};
    return {std::move(target), waiter.own_edge->what_, waiter.own_edge->reason_};
  }

 private:
  friend class await_search;

  /// Counts this thread among the sleeping ones, before it searches.
  class sleeping_count {
   public:
    sleeping_count() = default;
    ~sleeping_count() {
      // Relaxed: a suspending call that still sees this thread only searches in vain.
      if (counts_) sleeping_actors.fetch_sub(1, std::memory_order_relaxed);
    }
    sleeping_count(const sleeping_count&) = delete;
    sleeping_count& operator=(const sleeping_count&) = delete;
    void begin() noexcept {
      counts_ = true;
      // Sequentially consistent with what a suspended call waits for: of a thread that is about to sleep and a
      // coroutine that suspends, at least one sees the other.
      sleeping_actors.fetch_add(1, std::memory_order_seq_cst);
    }

   private:
    bool counts_ = false;
  };

  /// Describes the cycle that this wait would close. If there is none, or the policy is `off`, inserts the edges and
  /// returns an empty text.
  std::string insert_unless_cycle(deadlock_policy policy) {
    const std::lock_guard lock{wait_graph_mutex()};
    has_come_ = !event_.pending();
    announce();
    if (!limited_ && policy != deadlock_policy::off) {
      if (closes_cycle()) return describe();
      if (!has_come_) {
        await_search search;
        const auto here = [](const actor_record& actor, const void*) { return on_this_thread(actor); };
        if (search.reaches(target_, answer(), what_, this, here)) return describe(search);
      }
    }
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
  const wait_edge* next() const noexcept { return edge_of(target_); }
  static const wait_edge* edge_of(const actor_record& actor) noexcept {
    const wait_edge* const edge = actor.own_edge;
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
  std::string describe(const await_search& search) const {
    const actor_record& first = innermost_frame->owner;
    return format_text(
        "vicar: deadlock: {}.{}{}; each waits for the next: co_await instead of get, or wait with a timeout",
        first.name(), doing(first), search.text());
  }
  /// The state of the reply that this wait is for; null if it is for something else.
  const void* answer() const noexcept { return reason_ == wait_reason::reply ? event_.source : nullptr; }

  std::string hop() const { return hop_to(target_, what_, this); }
  /// `by`: the edge that leads there; null for a suspended call, which waits for a reply.
  static std::string hop_to(const actor_record& target, std::string_view what, const wait_edge* by) {
    const std::string_view name = target.name();
    switch (by ? by->reason_ : wait_reason::reply) {
      case wait_reason::space:
        return format_text("space for {}.{} (behind {})", name, what, doing(target));
      case wait_reason::value:
        return format_text("a future's value, which {}.{} makes", name, doing(target));
      case wait_reason::reply:
      default:
        break;
    }
    if (doing(target) == what) return format_text("{}.{}", name, what);
    return format_text("{}.{} (behind {})", name, what, doing(target));
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
  sleeping_count counted_;
  bool has_come_ = false;
  bool inserted_ = false;  // this is the edge of the actors on this thread
};

template <class Arrived>
bool await_search::reaches(const actor_record& target, const void* answer, std::string_view member, const wait_edge* by,
                           Arrived arrived) noexcept {
  if (depth_ == most) return false;
  hop& here = path_[depth_++];
  here = {&target, answer, member, by, cause::thread};
  if (arrived(target, answer)) return true;
  if (!visited(target, answer)) {
    const wait_edge* const edge = wait_edge::edge_of(target);
    if (edge && reaches(edge->target_, edge->answer(), edge->what_, edge, arrived)) return true;
    if (answer) {
      const awaited_answer next = target.suspended().awaited_for(answer, here.member);
      here.stops = cause::awaits;
      if (next.source && reaches(*next.source, next.answer, next.member, nullptr, arrived)) return true;
    }
  }
  --depth_;
  return false;
}
inline std::string await_search::text() const {
  std::string path;
  for (std::size_t i = 0; i < depth_; ++i) {
    const hop& each = path_[i];
    if (each.stops != cause::thread)
      path +=
          format_text(" → {}.{}{}", each.target->name(), each.member, each.stops == cause::awaits ? " (awaits)" : "");
    else
      path += format_text(" → {}", wait_edge::hop_to(*each.target, each.member, each.by));
  }
  return path;
}

}  // namespace vicar::detail

#endif
