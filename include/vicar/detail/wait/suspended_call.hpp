// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WAIT_SUSPENDED_CALL_HPP
#define VICAR_DETAIL_WAIT_SUSPENDED_CALL_HPP

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string_view>

#include <vicar/detail/system/spin_lock.hpp>

namespace vicar::detail {

class actor_record;
class cell;
class future_state_base;

/// The answer that a suspended call waits for.
struct awaited_answer {
  actor_record* source = nullptr;  ///< null if no actor is known that will give it, or if it has come
  std::string_view member;
  const void* answer = nullptr;  ///< the state of the reply
};

/// What a continuation waits for. For the actor's thread.
struct followed_state {
  const void* state;
  followed_state* behind = nullptr;  ///< of another continuation, which goes on when this one has
  virtual void go_on() noexcept = 0;

 protected:
  explicit followed_state(const void* followed) noexcept : state{followed} {}
  ~followed_state() = default;
};

/// A call whose coroutine awaits something. Linked into a list of its actor, from its first suspension to its end.
struct suspended_call {
  suspended_call* before = this;  // of one that is not linked; guarded by the list's lock, like the next one
  suspended_call* after = nullptr;
  future_state_base* reply;           ///< the state of its own reply; null if it has none
  followed_state* follows = nullptr;  ///< null unless this is a continuation that waits
  const std::string_view* const label;

  suspended_call(future_state_base* answered, const std::string_view& member) noexcept
      : reply{answered}, label{&member} {}
  suspended_call(const suspended_call&) = delete;
  suspended_call& operator=(const suspended_call&) = delete;

  bool linked() const noexcept { return before != this; }
  /// What it waits for. Under the lock of the wait graph, and that of the list.
  virtual awaited_answer awaited() const noexcept = 0;
  /// The actor ends, on its thread: destroys the coroutine, and answers the call.
  virtual void abandon(cell& owner) noexcept = 0;
  /// The process ends in a message of the actor, on its thread: answers the call. The coroutine stays, and does not run
  /// again.
  virtual void answer_at_exit(cell& owner) noexcept = 0;

 protected:
  ~suspended_call() = default;
};

/// The suspended calls of one actor, the newest first. The actor's thread changes them; any thread may look.
class suspended_calls {
 public:
  void add(suspended_call& fresh) noexcept {
    if (fresh.linked()) return;  // the actor's thread alone changes that
    const std::lock_guard lock{lock_};
    fresh.before = nullptr;
    fresh.after = first_;
    if (first_) first_->before = &fresh;
    first_ = &fresh;
    count(+1);
  }
  void remove(suspended_call& ended) noexcept {
    if (!ended.linked()) return;
    const std::lock_guard lock{lock_};
    (ended.before ? ended.before->after : first_) = ended.after;
    if (ended.after) ended.after->before = ended.before;
    ended.before = &ended;
    count(-1);
  }
  /// For the actor's thread.
  suspended_call* newest() const noexcept { return first_; }
  /// For the actor's thread: the continuation that came last of those that wait for a state; null if there is none.
  followed_state* last_that_follows(const void* state) noexcept {
    for (suspended_call* each = first_; each; each = each->after) {
      if (each->follows && each->follows->state == state) return each->follows;
    }
    return nullptr;
  }
  /// Takes no lock, which another thread may hold forever in a forked child.
  std::size_t count() const noexcept { return count_.load(std::memory_order_relaxed); }  // relaxed: a snapshot
  /// What the call that is to give `answer` waits for, and its label. Under the lock of the wait graph.
  awaited_answer awaited_for(const void* answer, std::string_view& label) const noexcept {
    const std::lock_guard lock{lock_};
    for (const suspended_call* each = first_; each; each = each->after) {
      if (each->reply != answer) continue;
      label = *each->label;
      return each->awaited();
    }
    return {};
  }
  /// Calls `function(call)` for each, under the lock. Under the lock of the wait graph.
  template <class Function>
  void for_each(Function function) const {
    const std::lock_guard lock{lock_};
    for (const suspended_call* each = first_; each; each = each->after) function(*each);
  }
  /// Keeps `awaited_for` out while this thread changes what a call waits for.
  spin_lock& lock() noexcept { return lock_; }

 private:
  void count(int change) noexcept {
    // Relaxed, both: written under the lock.
    count_.store(count_.load(std::memory_order_relaxed) + static_cast<std::size_t>(change), std::memory_order_relaxed);
  }

  mutable spin_lock lock_;
  suspended_call* first_ = nullptr;
  std::atomic<std::size_t> count_{0};
};

}  // namespace vicar::detail

#endif
