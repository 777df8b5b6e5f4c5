// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_NATIVE_THREAD_HPP
#define VICAR_DETAIL_SYSTEM_NATIVE_THREAD_HPP

#include <system_error>

#include <pthread.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <vicar/detail/base/config.hpp>

// What the library needs of `std::thread`, which takes long to compile: it would be in each unit that starts an actor.
namespace vicar::detail {

/// Starts a thread that nobody joins. Throws `std::system_error` if the system gives none.
inline void start_thread(void* (*run)(void* argument), void* argument) {
  pthread_t thread{};
  const int refused = pthread_create(&thread, nullptr, run, argument);
  if (refused != 0) throw std::system_error{refused, std::generic_category()};
  pthread_detach(thread);
}

/// The system's number of this thread; 0 where the system has none.
inline long thread_number() noexcept {
#if defined(__linux__)
  return syscall(SYS_gettid);
#else
  return 0;
#endif
}

/// Shows this name for this thread in the system's tools, where it can be set.
inline void name_thread(const char* shown) noexcept {
#if defined(__linux__)
  pthread_setname_np(pthread_self(), shown);
#else
  static_cast<void>(shown);
#endif
}

VICAR_SHARED inline constinit thread_local char mark_of_this_thread = 0;

/// Tells this thread from all others that run now.
inline const void* this_thread() noexcept { return &mark_of_this_thread; }

}  // namespace vicar::detail

#endif
