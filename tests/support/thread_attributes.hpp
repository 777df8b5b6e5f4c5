// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_THREAD_ATTRIBUTES_HPP
#define VICAR_TESTS_SUPPORT_THREAD_ATTRIBUTES_HPP

#include <cstddef>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

// Attributes that can be set for the calling thread alone.
namespace support {

inline void block_signal(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}
inline bool blocks_signal(int signal) {
  sigset_t set;
  pthread_sigmask(SIG_SETMASK, nullptr, &set);
  return sigismember(&set, signal) == 1;
}

/// Identifies a thread, also after it has ended, where the system numbers its threads.
inline long thread_number() {
#if defined(__linux__)
  return syscall(SYS_gettid);
#else
  static thread_local const char mark = 0;
  return reinterpret_cast<long>(&mark);
#endif
}

#if defined(__linux__)

inline int nice() { return getpriority(PRIO_PROCESS, 0); }
inline void set_nice(int value) { setpriority(PRIO_PROCESS, 0, value); }

inline int policy() { return sched_getscheduler(0); }
/// Every process is allowed to do that.
inline bool become_batch() {
  const sched_param none{};
  return sched_setscheduler(0, SCHED_BATCH, &none) == 0;
}

inline int cpu_count() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}
inline void bind_to_one_cpu() {
  cpu_set_t set;
  sched_getaffinity(0, sizeof set, &set);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_COUNT(&set) > 1) CPU_CLR(static_cast<std::size_t>(cpu), &set);
  }
  sched_setaffinity(0, sizeof set, &set);
}

#endif

}  // namespace support

#endif
