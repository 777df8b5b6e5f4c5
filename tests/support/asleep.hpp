// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_ASLEEP_HPP
#define VICAR_TESTS_SUPPORT_ASLEEP_HPP

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <sys/syscall.h>
#include <unistd.h>

// Whether a thread sleeps, for tests that act on a sleeping thread. Linux only.
namespace support {

/// The system's number of this thread.
inline long this_thread() { return syscall(SYS_gettid); }

/// Whether a thread of this process sleeps in the kernel.
inline bool asleep(long thread) {
  std::ifstream file{"/proc/self/task/" + std::to_string(thread) + "/stat"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const std::size_t name_ends = text.rfind(')');
  return name_ends != text.npos && text.size() > name_ends + 2 && text[name_ends + 2] == 'S';
}

inline void wait_until_asleep(long thread) {
  while (!asleep(thread)) std::this_thread::yield();
}

}  // namespace support

#endif
