// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FUTURES_WAITERS_HPP
#define VICAR_DETAIL_FUTURES_WAITERS_HPP

#include <atomic>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/base/valgrind.hpp>

namespace vicar::detail {

/// Runs once, when an answer is ready: on the publishing thread, or on the attaching thread if it attaches later. The
/// owner keeps it in place until then, and may destroy it inside `run`.
struct waiter {
  void (*run)(waiter& self) noexcept;
  waiter* next = nullptr;  ///< in the list
};

/// The waiters of one answer. Any thread may push; one thread closes the list, once. Takes no lock.
class waiter_list {
 public:
  /// False if the list is closed: then the caller runs the waiter, and sees everything that the closing thread did
  /// before.
  bool push(waiter& last) noexcept {
    // Acquires, here and below, what the closing thread did before it closed the list.
    waiter* before = newest_.load(std::memory_order_acquire);
    do {
      if (before == closed()) {
        happens_after(this);
        return false;
      }
      last.next = before;
      happens_before(this);
      // Releases the waiter to the closing thread.
    } while (!newest_.compare_exchange_weak(before, &last, std::memory_order_release, std::memory_order_acquire));
    return true;
  }

  /// Closes the list and returns its waiters, linked in the order in which they were pushed; none if it was closed
  /// before.
  waiter* close() noexcept {
    happens_before(this);
    // Releases the outcome to threads that push later; acquires the waiters.
    waiter* each = newest_.exchange(closed(), std::memory_order_acq_rel);
    happens_after(this);
    if (each == closed()) return nullptr;
    waiter* first = nullptr;
    while (each) {
      waiter* const following = each->next;
      each->next = first;
      first = each;
      each = following;
    }
    return first;
  }

 private:
  /// An address that no waiter has.
  waiter* closed() noexcept { return reinterpret_cast<waiter*>(this); }

  std::atomic<waiter*> newest_{nullptr};
};

/// Waiters that this thread has to run. One that makes another answer ready adds the waiters of that, and does not run
/// them: a chain of answers would need as much stack.
struct waiters_to_run {
  waiter* first = nullptr;
  waiter* last = nullptr;
  bool running = false;
};
VICAR_SHARED inline constinit thread_local waiters_to_run waiters_here{};

/// While a waiter runs code of the user: what that makes ready runs its waiters at once, since it may wait for them.
class waiters_apart {
 public:
  waiters_apart() noexcept : before_{std::exchange(waiters_here, {})} {}
  ~waiters_apart() { waiters_here = before_; }
  waiters_apart(const waiters_apart&) = delete;
  waiters_apart& operator=(const waiters_apart&) = delete;

 private:
  const waiters_to_run before_;
};

/// Runs waiters in the order of the list, or lets the caller do so that runs others. Each may be destroyed once it has
/// run.
VICAR_COLD inline void run_all(waiter* list) noexcept {
  if (!list) return;
  waiters_to_run& here = waiters_here;
  (here.first ? here.last->next : here.first) = list;
  here.last = list;
  while (here.last->next) here.last = here.last->next;
  if (here.running) return;
  here.running = true;
  while (waiter* const next = here.first) {
    here.first = next->next;
    next->run(*next);
  }
  here.running = false;
}

}  // namespace vicar::detail

#endif
