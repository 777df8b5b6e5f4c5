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

// The parts of `std::thread` that the library needs. Each translation unit that starts an actor would include its
// header, which is expensive to compile.
namespace vicar::detail {

/// Starts a detached thread. Throws `std::system_error` if the system cannot create it.
inline void start_thread(void* (*run)(void* argument), void* argument) {
  pthread_t thread{};
  const int refused = pthread_create(&thread, nullptr, run, argument);
  if (refused != 0) throw std::system_error{refused, std::generic_category()};
  pthread_detach(thread);
}

/// The system's ID of this thread; 0 if the system has none.
inline long thread_number() noexcept {
#if defined(__linux__)
  return syscall(SYS_gettid);
#else
  return 0;
#endif
}

/// Sets the name of this thread in the system's tools, if the system supports that.
inline void name_thread(const char* shown) noexcept {
#if defined(__linux__)
  pthread_setname_np(pthread_self(), shown);
#else
  static_cast<void>(shown);
#endif
}

VICAR_SHARED inline constinit thread_local char mark_of_this_thread = 0;

/// Identifies this thread among all threads that are running now.
inline const void* this_thread() noexcept { return &mark_of_this_thread; }

}  // namespace vicar::detail

#endif
