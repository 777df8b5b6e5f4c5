// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_SAYING_HPP
#define VICAR_TESTS_SUPPORT_SAYING_HPP

#include <cstdio>

// For programs whose output is compared, regardless of how they end.
namespace support {

inline void say(const char* text) {
  std::puts(text);
  std::fflush(stdout);
}

/// In static storage, reports the destruction of static objects.
struct last_word {
  ~last_word() { say("statics destroyed"); }
};

}  // namespace support

#endif
