// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_LIBRARY_HPP
#define VICAR_TESTS_SUPPORT_LIBRARY_HPP

#include <cstdio>

#include <dlfcn.h>

namespace support {

/// A shared library that is open during the object's lifetime.
class library {
 public:
  library(const char* path, int mode) : handle_{dlopen(path, mode | RTLD_NOW)} {
    if (!handle_) std::puts(dlerror());
  }
  ~library() {
    if (handle_) dlclose(handle_);
  }
  library(const library&) = delete;
  library& operator=(const library&) = delete;

  explicit operator bool() const { return handle_ != nullptr; }
  template <class Result>
  Result call(const char* name) const {
    return reinterpret_cast<Result (*)()>(dlsym(handle_, name))();
  }

 private:
  void* handle_;
};

inline int failures = 0;
/// Prints whether the expectation holds, and counts failures.
inline void expect(bool condition, const char* what) {
  std::printf("%s: %s\n", condition ? "ok" : "FAILED", what);
  if (!condition) ++failures;
}

inline bool in_memory(const char* path) {
  void* const found = dlopen(path, RTLD_NOLOAD | RTLD_LAZY);
  if (found) dlclose(found);
  return found != nullptr;
}

}  // namespace support

#endif
