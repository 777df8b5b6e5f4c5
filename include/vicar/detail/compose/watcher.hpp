// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_COMPOSE_WATCHER_HPP
#define VICAR_DETAIL_COMPOSE_WATCHER_HPP

#include <exception>
#include <utility>

#include <vicar/detail/futures/lazy_value.hpp>
#include <vicar/detail/futures/state.hpp>
#include <vicar/detail/futures/waiters.hpp>
#include <vicar/detail/system/time_limit.hpp>

namespace vicar::detail {

/// Called once, on any thread, when a future can be read without waiting. Keeps a handle of its state until then.
class watcher : public waiter {
 public:
  watcher(const watcher&) = delete;
  watcher& operator=(const watcher&) = delete;
  /// Begins, once. `settled` may have been called, and this object may be gone, when it returns.
  void watch() noexcept { came(*this); }

 protected:
  explicit watcher(future_state_base& watched) noexcept : waiter{&came}, watched_{&watched} { watched.add_consumer(); }
  ~watcher() {
    if (watched_) watched_->drop_consumer();
  }
  /// On the thread that made the future ready, or called `watch`. Must not run the user's code.
  virtual void settled() noexcept = 0;
  /// Why it is called although the future may not be ready: there was no memory to look at what that is computed from.
  /// Usually null.
  const std::exception_ptr& failure() const noexcept { return failure_; }

 private:
  static constexpr time_limit forever{};

  static void came(waiter& self) noexcept {
    auto& mine = static_cast<watcher&>(self);
    future_state_base* pending = nullptr;
    try {
      pending = mine.walk_.next_pending(*mine.watched_);
    } catch (...) {
      mine.failure_ = std::current_exception();
    }
    if (pending) return pending->attach(mine);
    // First, so that the value can be moved out through what may be the last handle.
    std::exchange(mine.watched_, nullptr)->drop_consumer();
    mine.settled();
  }

  std::exception_ptr failure_;
  future_state_base* watched_;
  source_walk walk_{source_walk::aim::suspend, forever};
};

}  // namespace vicar::detail

#endif
