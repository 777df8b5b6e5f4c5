// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TASKS_RESUMPTION_HPP
#define VICAR_DETAIL_TASKS_RESUMPTION_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/futures/state.hpp>
#include <vicar/detail/futures/waiters.hpp>
#include <vicar/detail/mailbox/mailbox.hpp>
#include <vicar/detail/mailbox/message.hpp>
#include <vicar/detail/tasks/frame_memory.hpp>

namespace vicar::detail {

class resumption;

/// Where coroutines continue: an actor, or a thread that waits in `sync_wait`. Counted.
struct coroutine_home {
  struct operations {
    void (*retain)(void* object) noexcept;
    void (*release)(void* object) noexcept;
    /// Any thread; never fails. Lets the home's thread call `ready.resume()`, or drops the reference to `ready` if the
    /// home has ended.
    void (*resume_later)(void* object, resumption& ready) noexcept;
  };

  void* object;
  const operations* how;

  static coroutine_home of(cell& actor) noexcept;
};

/// What continues when something that a coroutine awaits has come; the home's thread.
struct resumable {
  virtual void resume() noexcept = 0;

 protected:
  ~resumable() = default;
};

/// One suspension of a coroutine. The thread that makes the awaited state ready sends it to the coroutine's home, where
/// it resumes the coroutine. Counted: the awaiter in the frame has a reference, and the state, or the mailbox, has one,
/// together with one to the home. The first one of a call lies in front of the call, which has a reference, too: their
/// memory is one block.
class resumption final : public linked_message, public waiter {
 public:
  /// With room for an object behind it.
  static resumption* make(const coroutine_home& home, std::size_t size_behind = 0) {
    const std::size_t size = sizeof(resumption) + size_behind;
    return ::new (frame_memory::allocate(size)) resumption{home, size};
  }
  resumption(const resumption&) = delete;
  resumption& operator=(const resumption&) = delete;

  template <class Object>
  static constexpr std::size_t room_for = sizeof(Object) + (alignof(Object) > alignof(void*) ? alignof(Object) : 0);
  template <class Object>
  void* room() noexcept {
    void* place = this + 1;
    std::size_t space = size_ - sizeof(resumption);
    return std::align(alignof(Object), sizeof(Object), place, space);
  }

  const coroutine_home& home() const noexcept { return home_; }
  /// Takes a reference, unless something else than the caller has one.
  bool reuse() noexcept {
    // Acquires what the state and the mailbox did with it.
    if (references_.load(std::memory_order_acquire) != 1) return false;
    retain();
    return true;
  }

  /// Resumes `resumed` at home once `state` has changed. The home's thread; `state` is kept alive meanwhile.
  void await(future_state_base& state, resumable& resumed) noexcept {
    next_ = &resumed;
    retain_for_home();
    state.add_consumer();
    awaited_ = &state;
    state.attach(*this);
  }
  /// Resumes `resumed` at home, behind the messages that are there.
  void yield(resumable& resumed) noexcept {
    next_ = &resumed;
    retain_for_home();
    home_.how->resume_later(home_.object, *this);
  }

  /// The awaiter gives up its reference: nothing is resumed any more. The home's thread.
  void forget() noexcept {
    next_ = nullptr;
    drop();
  }
  /// The home's thread. Takes over the reference of the state or the mailbox.
  void resume() noexcept {
    resumable* const resumed = std::exchange(next_, nullptr);
    release();  // before the coroutine awaits the next thing, with this again
    if (resumed) resumed->resume();
  }
  /// Gives up the reference of the state or the mailbox.
  void release() noexcept {
    const coroutine_home home = home_;
    drop();
    home.how->release(home.object);
  }

 private:
  resumption(const coroutine_home& home, std::size_t size) noexcept
      : linked_message{{&late_kind}}, waiter{&came}, home_{home}, size_{static_cast<std::uint32_t>(size)} {}
  ~resumption() = default;

  void drop() noexcept {
    // Releases what was done through this reference; acquires what was done through the others.
    if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    const std::size_t size = size_;
    this->~resumption();
    frame_memory::deallocate(this, size);
  }
  void retain_for_home() noexcept {
    retain();
    home_.how->retain(home_.object);
  }
  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }  // relaxed: the caller has one

  /// On the thread that made the state ready, or attached this.
  static void came(waiter& self) noexcept {
    auto& mine = static_cast<resumption&>(self);
    // Before the coroutine is resumed: then its own handle may be the last, and the value can be moved out.
    std::exchange(mine.awaited_, nullptr)->drop_consumer();
    mine.home_.how->resume_later(mine.home_.object, mine);
  }
  static void handle_late(message& self, cell&, action what) noexcept {
    static_cast<resumption&>(static_cast<linked_message&>(self)).done(what);
  }
  void done(action what) noexcept { what == action::run ? resume() : release(); }

  friend struct resume_message;
  static const traits late_kind;

  const coroutine_home home_;
  std::atomic<std::uint32_t> references_{1};
  const std::uint32_t size_;   // of the block
  resumable* next_ = nullptr;  // null once the frame is gone: the home's thread
  future_state_base* awaited_ = nullptr;
};
inline constexpr message::traits resumption::late_kind{&resumption::handle_late, nullptr, 0, false};

/// Carries a resumption to an actor, in one order with all messages.
struct resume_message final : message {
  resumption* ready;

  static void handle_ready(message& self, cell&, action what) noexcept {
    static_cast<resume_message&>(self).ready->done(what);
  }
  static const traits kind;
};
inline constexpr message::traits resume_message::kind{&resume_message::handle_ready, &relocate_message<resume_message>,
                                                      sizeof(resume_message), false};

inline coroutine_home coroutine_home::of(cell& actor) noexcept {
  static constexpr operations as_actor{
      [](void* home) noexcept { static_cast<cell*>(home)->retain(); },
      [](void* home) noexcept { static_cast<cell*>(home)->release(); },
      [](void* home, resumption& ready) noexcept {
        resume_message msg{{&resume_message::kind}, &ready};
        if (static_cast<cell*>(home)->push_surely(msg, ready, "a resumption") == mailbox::push_result::closed)
          ready.release();
      }};
  return {&actor, &as_actor};
}

}  // namespace vicar::detail

#endif
