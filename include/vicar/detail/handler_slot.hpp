// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_HANDLER_SLOT_HPP
#define VICAR_DETAIL_HANDLER_SLOT_HPP

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

namespace vicar::detail {

/// Holds a function of the user's that takes a `const Record&`, and can be replaced at any time.
template <class Record>
class handler_slot {
 public:
  class handler {
   public:
    virtual ~handler() = default;
    virtual void call(const Record& record) = 0;
  };

  template <class Function>
  void set(Function function) {
    put(std::make_shared<handler_of<Function>>(std::move(function)));
  }
  void reset() { put(nullptr); }

  /// Relaxed: publishes nothing; near a switch it may go either way.
  bool is_set() const noexcept { return is_set_.load(std::memory_order_relaxed); }
  /// On the calling thread, outside every lock. Throws what the function throws.
  void call(const Record& record) {
    std::shared_ptr<handler> current;
    {
      const std::lock_guard lock{mutex_};
      current = handler_;
    }
    if (current) current->call(record);
  }

 private:
  template <class Function>
  class handler_of final : public handler {
   public:
    explicit handler_of(Function function) : function_{std::move(function)} {}
    void call(const Record& record) override { function_(record); }

   private:
    Function function_;
  };

  void put(std::shared_ptr<handler> next) {
    const std::lock_guard lock{mutex_};
    is_set_.store(next != nullptr, std::memory_order_relaxed);  // relaxed: see `is_set`
    handler_.swap(next);                                        // the old one is destroyed after the lock was given up
  }

  std::mutex mutex_;
  std::shared_ptr<handler> handler_;  // guarded by mutex_
  std::atomic<bool> is_set_{false};
};

}  // namespace vicar::detail

#endif
