// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_OBSERVE_HANDLER_SLOT_HPP
#define VICAR_DETAIL_OBSERVE_HANDLER_SLOT_HPP

#include <atomic>
#include <mutex>
#include <utility>

#include <vicar/detail/base/counted_handle.hpp>

namespace vicar::detail {

/// The part of a slot that does not depend on the record.
class handler_slot_base {
 public:
  void reset() noexcept { put({}); }

  /// Relaxed: publishes nothing; a concurrent change may or may not be visible.
  bool is_set() const noexcept { return is_set_.load(std::memory_order_relaxed); }

  // Called around fork().
  void lock() noexcept { mutex_.lock(); }
  void unlock() noexcept { mutex_.unlock(); }

 protected:
  class handler : public counted<handler> {
   public:
    virtual ~handler() = default;
  };
  using handle = counted_handle<handler>;

  void put(handle next) noexcept {
    const std::lock_guard lock{mutex_};
    is_set_.store(static_cast<bool>(next), std::memory_order_relaxed);  // relaxed: see `is_set`
    std::swap(handler_, next);  // the old handler is destroyed after the lock is released
  }
  handle current() noexcept {
    const std::lock_guard lock{mutex_};
    return handler_;
  }

 private:
  std::mutex mutex_;
  handle handler_;  // guarded by mutex_
  std::atomic<bool> is_set_{false};
};

/// Holds a user's function that takes a `const Record&` and can be replaced at any time.
template <class Record>
class handler_slot : public handler_slot_base {
 public:
  template <class Function>
  void set(Function function) {
    put(handle::adopt(new handler_of<Function>{std::move(function)}));
  }

  /// Calls the function on this thread, without holding a lock; returns false if there is none. Its exceptions
  /// propagate.
  bool call(const Record& record) {
    const handle set = current();
    if (!set) return false;
    static_cast<taker&>(*set).call(record);
    return true;
  }

 private:
  class taker : public handler {
   public:
    virtual void call(const Record& record) = 0;
  };
  template <class Function>
  class handler_of final : public taker {
   public:
    explicit handler_of(Function function) : function_{std::move(function)} {}
    void call(const Record& record) override { function_(record); }

   private:
    Function function_;
  };
};

}  // namespace vicar::detail

#endif
