// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_COMPOSE_WAITING_THREAD_HPP
#define VICAR_DETAIL_COMPOSE_WAITING_THREAD_HPP

#include <atomic>
#include <cstdint>
#include <mutex>

#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/mailbox/message.hpp>
#include <vicar/detail/system/spin_lock.hpp>
#include <vicar/detail/system/wait_word.hpp>
#include <vicar/detail/tasks/resumption.hpp>

namespace vicar::detail {

/// The thread that calls `sync_wait`, as a home of coroutines.
class waiting_thread : public counted<waiting_thread> {
 public:
  coroutine_home home() noexcept {
    static constexpr coroutine_home::operations as_thread{
        [](void* home_thread) noexcept { static_cast<waiting_thread*>(home_thread)->retain(); },
        [](void* home_thread) noexcept { static_cast<waiting_thread*>(home_thread)->release(); },
        [](void* home_thread, resumption& ready) noexcept { static_cast<waiting_thread*>(home_thread)->add(ready); }};
    return {this, &as_thread};
  }
  /// Blocks until there is one, and resumes it.
  void resume_next() {
    for (;;) {
      const std::uint32_t before = count_.load(std::memory_order_acquire);  // acquires what was added
      if (resumption* const next = take()) return next->resume();
      if (!spin_until([&] { return count_.load(std::memory_order_acquire) != before; }))  // acquires as above
        sleep_while(count_, before);
    }
  }

 private:
  void add(resumption& ready) noexcept {
    // Once it is linked, the home's thread may resume it, end, and drop its handles.
    const counted_handle<waiting_thread> alive{*this};
    {
      const std::lock_guard lock{lock_};
      ready.next_linked = nullptr;
      (last_ ? last_->next_linked : first_) = &ready;
      last_ = &ready;
    }
    count_.fetch_add(1, std::memory_order_release);  // publishes that there is one
    wake_one(count_);
  }
  resumption* take() noexcept {
    const std::lock_guard lock{lock_};
    linked_message* const next = first_;
    if (!next) return nullptr;
    first_ = next->next_linked;
    if (!first_) last_ = nullptr;
    return static_cast<resumption*>(next);
  }

  spin_lock lock_;
  linked_message* first_ = nullptr;  // guarded by lock_, like the next one
  linked_message* last_ = nullptr;
  wait_word count_{0};
};

}  // namespace vicar::detail

#endif
