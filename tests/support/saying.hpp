// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_SAYING_HPP
#define VICAR_TESTS_SUPPORT_SAYING_HPP

#include <cstdio>

// For programs whose output is compared, however they end.
namespace support {

inline void say(const char* text) {
  std::puts(text);
  std::fflush(stdout);
}

/// In static storage, tells when that is destroyed.
struct last_word {
  ~last_word() { say("statics destroyed"); }
};

}  // namespace support

#endif
