// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FUTURES_WAITERS_HPP
#define VICAR_DETAIL_FUTURES_WAITERS_HPP

#include <atomic>

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

  /// Closes the list and returns its waiters, linked in the order in which they were pushed.
  waiter* close() noexcept {
    happens_before(this);
    // Releases the outcome to threads that push later; acquires the waiters.
    waiter* each = newest_.exchange(closed(), std::memory_order_acq_rel);
    happens_after(this);
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

/// Runs waiters in the order of the list. Each may be destroyed once it has run.
inline void run_all(waiter* first) noexcept {
  while (first) {
    waiter* const following = first->next;
    first->run(*first);
    first = following;
  }
}

}  // namespace vicar::detail

#endif
