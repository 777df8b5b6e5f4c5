// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_KEEP_LIBRARY_HPP
#define VICAR_DETAIL_SYSTEM_KEEP_LIBRARY_HPP

#if defined(__ELF__) && __has_include(<dlfcn.h>)
#include <cstdint>

#include <dlfcn.h>
#endif

// A shared library that starts actors must not be unloaded: threads may run its code long after its actors have ended.
namespace vicar::detail {

#if defined(__ELF__) && defined(RTLD_NOLOAD) && defined(RTLD_NODELETE)

// Null if the program is linked without these functions: then nothing can be unloaded either.
[[gnu::weakref("dlsym")]] static void* weak_dlsym(void* where, const char* name);
#if defined(__GLIBC__)
[[gnu::weakref("dladdr1")]] static int weak_dladdr1(const void* address, Dl_info* found, void** more, int which);
#else
[[gnu::weakref("dladdr")]] static int weak_dladdr(const void* address, Dl_info* found);
#endif

/// The path of the library that contains this address; null if it is the program itself, as far as the system knows.
inline const char* library_of(const void* address) noexcept {
  Dl_info found{};
#if defined(__GLIBC__)
  void* more = nullptr;
  if (!weak_dladdr1 || weak_dladdr1(address, &found, &more, RTLD_DL_LINKMAP) == 0) return nullptr;
  // The beginning of link_map, whose header would define some thousand macros.
  struct head {
    std::uintptr_t address;
    const char* name;
  };
  const char* const name = static_cast<const head*>(more)->name;
  return name && *name ? name : nullptr;
#else
  return weak_dladdr && weak_dladdr(address, &found) != 0 ? found.dli_fname : nullptr;
#endif
}

/// Keeps the shared library that contains this code loaded until the process ends. Hidden, so that each library has its
/// own instance.
[[gnu::visibility("hidden")]] inline void keep_this_library() noexcept {
  static const bool kept = [] {
    const char* const path = library_of(&kept);
    if (!path || !weak_dlsym) return false;
    // By name: in a statically linked program, the linker warns of the function itself.
    const auto open = reinterpret_cast<void* (*)(const char*, int)>(weak_dlsym(RTLD_DEFAULT, "dlopen"));
    return open && open(path, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) != nullptr;
  }();
  static_cast<void>(kept);
}

#else

inline void keep_this_library() noexcept {}

#endif

}  // namespace vicar::detail

#endif
