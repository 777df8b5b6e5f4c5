// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_FORK_HPP
#define VICAR_DETAIL_SYSTEM_FORK_HPP

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <new>
#include <utility>

#include <vicar/detail/base/config.hpp>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#define VICAR_HAS_FORK 1
#else
#define VICAR_HAS_FORK 0
#endif

// A child process made by fork() has a copy of all memory, but only the thread that called fork(). Operations of the
// other threads stay incomplete, and the locks that they held are never released.
namespace vicar::detail {

/// The number of fork() calls between this process and the one in which the count began. Written in a child before it
/// can have a second thread, so relaxed is enough wherever it is read.
VICAR_SHARED inline constinit std::atomic<std::uint32_t> process_generation{0};

inline std::uint32_t this_generation() noexcept {
  return process_generation.load(std::memory_order_relaxed);  // relaxed: see `process_generation`
}

/// What the owner of state shared by all threads does around fork(), so that a child finds the state consistent and its
/// lock free. An owner that has only a lock may act in the child alone. Lives forever.
struct fork_steps {
  void (*before)() noexcept;     ///< acquires the lock, if not null
  void (*in_parent)() noexcept;  ///< releases it, if not null
  void (*in_child)() noexcept;   ///< releases it, and drops the parent's state
  fork_steps* next = nullptr;    ///< used by the handlers, like `listed`
  bool listed = false;
};

/// The steps of the object that `Owner()` returns, which has `lock`, `unlock` and optionally `forget`: its lock is held
/// while the process is copied.
template <auto Owner>
struct VICAR_SHARED locked_while_forking {
  static void before() noexcept { Owner().lock(); }
  static void in_parent() noexcept { Owner().unlock(); }
  static void in_child() noexcept {
    if constexpr (requires { Owner().forget(); }) Owner().forget();
    Owner().unlock();
  }
  VICAR_SHARED static inline constinit fork_steps steps{&before, &in_parent, &in_child};
};

/// The steps of all owners, in the order in which they were added. Otherwise, no thread holds two of these locks.
class VICAR_SHARED fork_handlers {
 public:
  /// Owners that are already listed keep their positions. Throws `std::bad_alloc`.
  static void add(std::initializer_list<fork_steps*> owners) {
    install();
    const std::lock_guard lock{mutex_};
    for (fork_steps* const each : owners) {
      if (std::exchange(each->listed, true)) continue;
      (last_ ? last_->next : first_) = each;
      last_ = each;
    }
  }

 private:
  static void install() {
#if VICAR_HAS_FORK
    // Relaxed, both: decides which thread installs; the steps are guarded by the lock. Other threads do not wait for
    // the installation, so a fork on one of them meanwhile runs no steps. That is possible only if
    // `prepared_when_loaded` failed.
    if (installed_.exchange(true, std::memory_order_relaxed)) return;
    if (pthread_atfork(&before, &in_parent, &in_child) == 0) return;
    installed_.store(false, std::memory_order_relaxed);
    throw std::bad_alloc{};  // the only reason for which the system refuses
#endif
  }

  static void before() noexcept {
    mutex_.lock();
    for (const fork_steps* each = first_; each; each = each->next) {
      if (each->before) each->before();
    }
  }
  static void in_parent() noexcept {
    for (const fork_steps* each = first_; each; each = each->next) {
      if (each->in_parent) each->in_parent();
    }
    mutex_.unlock();
  }
  static void in_child() noexcept {
    process_generation.fetch_add(1, std::memory_order_relaxed);  // relaxed: there is no other thread
    for (const fork_steps* each = first_; each; each = each->next) {
      if (each->in_child) each->in_child();
    }
    mutex_.unlock();
  }

  VICAR_SHARED static inline constinit std::mutex mutex_{};
  VICAR_SHARED static inline constinit std::atomic<bool> installed_{false};
  VICAR_SHARED static inline constinit fork_steps* first_ = nullptr;  // guarded by mutex_, like last_
  VICAR_SHARED static inline constinit fork_steps* last_ = nullptr;
};

}  // namespace vicar::detail

#endif
