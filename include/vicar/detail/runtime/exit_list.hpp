// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_RUNTIME_EXIT_LIST_HPP
#define VICAR_DETAIL_RUNTIME_EXIT_LIST_HPP

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/system/wait_word.hpp>

namespace vicar::detail {

/// The actors whose end the process awaits at exit: those that are not daemons. An actor's entry is made before its
/// thread starts, and removed when that thread has finished all work for the actor.
class VICAR_SHARED exit_list {
 public:
  /// Never destroyed: threads of daemons may outlive `main`.
  static exit_list& instance() {
    static exit_list* const the_list = new exit_list;
    return *the_list;
  }

  /// The entry of one actor, for the lifetime of this object.
  class entry {
   public:
    entry() noexcept = default;
    explicit entry(bool awaited) : awaited_{awaited} {
      if (awaited_) instance().enter();
    }
    entry(entry&& other) noexcept : awaited_{std::exchange(other.awaited_, false)} {}
    entry& operator=(entry&& other) noexcept {
      entry old{std::move(*this)};
      awaited_ = std::exchange(other.awaited_, false);
      return *this;
    }
    ~entry() { give_up(); }

    /// The actor of this entry runs on this thread from now on.
    void begin_here() noexcept { here_ = awaited_ ? this : nullptr; }

   private:
    friend class exit_list;
    void give_up() noexcept {
      if (std::exchange(awaited_, false)) instance().leave();
    }

    bool awaited_ = false;
  };

  /// Whether an actor that the process awaits runs on this thread.
  static bool awaits_this_thread() noexcept { return here_ != nullptr; }
  /// Called when this thread is done with the actor that it runs, if any, or will not return to it: the process no
  /// longer awaits that actor.
  static void leave_this_thread() noexcept {
    if (entry* const given_up = std::exchange(here_, nullptr)) given_up->give_up();
  }

  /// The number of entries made so far.
  std::uint64_t entered() const noexcept {
    const std::lock_guard lock{mutex_};
    return entered_;
  }
  /// Blocks until the list is empty, and returns true, or until more than the first `known` entries have been made.
  bool wait_until_empty(std::uint64_t known) {
    for (;;) {
      std::uint32_t before = 0;
      {
        const std::lock_guard lock{mutex_};
        if (size_ == 0 || entered_ != known) return size_ == 0;
        before = changed_.load(std::memory_order_relaxed);  // relaxed: under the lock
        ++waiting_;
      }
      sleep_while(changed_, before);
      const std::lock_guard lock{mutex_};
      --waiting_;
    }
  }

  // Around fork().
  void lock() noexcept { mutex_.lock(); }
  void unlock() noexcept { mutex_.unlock(); }
  /// A child has none of the threads.
  void forget() noexcept {
    size_ = 0;
    waiting_ = 0;
    if (entry* const inherited = std::exchange(here_, nullptr)) inherited->awaited_ = false;
  }

 private:
  exit_list() = default;

  void enter() noexcept {
    const std::lock_guard lock{mutex_};
    ++size_;
    ++entered_;
    notify();
  }
  void leave() noexcept {
    const std::lock_guard lock{mutex_};
    --size_;
    notify();
  }
  /// Under the lock: the process may end as soon as the lock is released.
  void notify() noexcept {
    changed_.fetch_add(1, std::memory_order_relaxed);  // relaxed: a thread that sees it takes the lock
    if (waiting_ != 0) wake_all(changed_);
  }

  VICAR_SHARED static inline constinit thread_local entry* here_ = nullptr;
  mutable std::mutex mutex_;
  wait_word changed_{0};       // how often size_ or entered_ has changed: written under mutex_
  std::size_t size_ = 0;       // guarded by mutex_
  std::uint64_t entered_ = 0;  // guarded by mutex_
  std::size_t waiting_ = 0;    // threads that sleep, or are about to, until changed_ changes: guarded by mutex_
};

}  // namespace vicar::detail

#endif
