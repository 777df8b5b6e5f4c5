// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_KEEP_LIBRARY_HPP
#define VICAR_DETAIL_KEEP_LIBRARY_HPP

#if defined(__ELF__) && __has_include(<dlfcn.h>)
#include <dlfcn.h>
#if defined(__GLIBC__)
#include <link.h>
#endif
#endif

// A shared library that starts actors must not be unloaded: threads may run its code long after its actors have ended.
namespace vicar::detail {

#if defined(__ELF__) && defined(RTLD_NOLOAD) && defined(RTLD_NODELETE)

// Null where the program is linked without them: then nothing can be loaded or unloaded either.
[[gnu::weakref("dladdr")]] static int weak_dladdr(const void* address, Dl_info* found);
[[gnu::weakref("dlopen")]] static void* weak_dlopen(const char* name, int flags);

/// Keeps the shared library that this code is in loaded until the process ends. Hidden, so that each library has one of
/// its own.
[[gnu::visibility("hidden")]] inline void keep_this_library() noexcept {
  static const bool kept = [] {
    Dl_info here{};
    if (!weak_dladdr || !weak_dlopen || !weak_dladdr(&kept, &here) || !here.dli_fname) return false;
    return weak_dlopen(here.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) != nullptr;
  }();
  static_cast<void>(kept);
}

#else

inline void keep_this_library() noexcept {}

#endif

}  // namespace vicar::detail

#endif
