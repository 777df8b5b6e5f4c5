// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_THREAD_STATE_HPP
#define VICAR_DETAIL_SYSTEM_THREAD_STATE_HPP

#include <cerrno>
#include <cfenv>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#if defined(__linux__)
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

// The attributes that user code may set on a thread. A thread that has run one actor has to start the next one like a
// new thread: each attribute is reset, or compared so that a thread that differs is not reused. docs/guide/threads.md
// lists the attributes that are neither.
namespace vicar::detail {

/// The cores on which the system lets a thread run, and its priority. They cannot always be restored (a process without
/// privileges cannot raise a priority), so they are only compared.
class thread_schedule {
 public:
  static thread_schedule of_this_thread() noexcept {
    thread_schedule found;
    found.known_ = found.read_policy() && found.read_cpus();
    return found;
  }

  /// Also false if the system did not report the attributes.
  friend bool operator==(const thread_schedule& a, const thread_schedule& b) noexcept {
    return a.known_ && b.known_ && std::memcmp(&a.policy_, &b.policy_, sizeof a.policy_) == 0 && same_cpus(a, b);
  }

 private:
#if defined(__linux__)
  /// `struct sched_attr` of the kernel, whose header cannot be included together with <sched.h>.
  struct policy {
    std::uint32_t size, policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime, deadline, period;
    std::uint32_t least_use, most_use;
  };
  static_assert(sizeof(policy) == 56);

  bool read_policy() noexcept {
#if defined(SYS_sched_getattr)
    if (syscall(SYS_sched_getattr, 0, &policy_, sizeof policy_, 0) == 0) return true;
    policy_ = {};
#endif
    sched_param parameters{};
    const int scheduler = sched_getscheduler(0);
    if (scheduler < 0 || sched_getparam(0, &parameters) != 0) return false;
    policy_.policy = static_cast<std::uint32_t>(scheduler);
    policy_.priority = static_cast<std::uint32_t>(parameters.sched_priority);
    errno = 0;
    policy_.nice = getpriority(PRIO_PROCESS, 0);  // of this thread only
    return errno == 0;
  }
  bool read_cpus() noexcept { return sched_getaffinity(0, sizeof cpus_, &cpus_) == 0; }
  static bool same_cpus(const thread_schedule& a, const thread_schedule& b) noexcept {
    return CPU_EQUAL(&a.cpus_, &b.cpus_);
  }

  cpu_set_t cpus_;
#else
  struct policy {
    int policy;
    int priority;
  };

  bool read_policy() noexcept {
    sched_param parameters{};
    if (pthread_getschedparam(pthread_self(), &policy_.policy, &parameters) != 0) return false;
    policy_.priority = parameters.sched_priority;
    return true;
  }
  static bool read_cpus() noexcept { return true; }
  static bool same_cpus(const thread_schedule&, const thread_schedule&) noexcept { return true; }
#endif

  policy policy_{};
  bool known_ = false;
};

/// What a new thread inherits from the thread that creates it.
class thread_heritage {
 public:
  static thread_heritage of_this_thread() noexcept {
    const int before = errno;  // the caller's errno
    thread_heritage found;
    found.schedule_ = thread_schedule::of_this_thread();
    pthread_sigmask(SIG_SETMASK, nullptr, &found.signals_);
    std::fegetenv(&found.floating_point_);
    errno = before;
    return found;
  }

  const thread_schedule& schedule() const noexcept { return schedule_; }

  /// Sets on this thread whatever can be set.
  void take_over() const noexcept {
    std::fesetenv(&floating_point_);
    errno = 0;
    pthread_sigmask(SIG_SETMASK, &signals_, nullptr);  // last: a pending signal is delivered now
  }

 private:
  thread_schedule schedule_;
  sigset_t signals_;
  std::fenv_t floating_point_;
};

/// Checks and resets a thread between two actors.
class thread_between_actors {
 public:
  /// Called on the thread, before it runs user code.
  thread_between_actors() noexcept { sigaltstack(nullptr, &signal_stack_); }

  /// Called on the thread, after user code that began with `heritage`. Blocks all signals from here on, and resets the
  /// attributes that have the same value on every new thread. Returns false if the thread must not be reused.
  bool clean(const thread_heritage& heritage) const noexcept {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::fesetenv(FE_DFL_ENV);
    uselocale(LC_GLOBAL_LOCALE);
#if defined(PTHREAD_CANCEL_ENABLE)
    int ignored = 0;
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &ignored);
    pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &ignored);
#endif
    if (some_of(before) && some_pending()) return false;
    stack_t signal_stack{};
    sigaltstack(nullptr, &signal_stack);
    return signal_stack.ss_sp == signal_stack_.ss_sp && signal_stack.ss_flags == signal_stack_.ss_flags &&
           heritage.schedule() == thread_schedule::of_this_thread();
  }

 private:
  static bool some_of(const sigset_t& signals) noexcept {
    for (int signal = 1; signal < NSIG; ++signal) {
      if (sigismember(&signals, signal) == 1) return true;
    }
    return false;
  }
  /// Signals sent to this thread while user code blocked them would be delivered to the next actor.
  static bool some_pending() noexcept {
    sigset_t pending;
    return sigpending(&pending) != 0 || some_of(pending);
  }

  stack_t signal_stack_{};
};

}  // namespace vicar::detail

#endif
