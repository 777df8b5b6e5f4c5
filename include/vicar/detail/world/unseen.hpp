// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_UNSEEN_HPP
#define VICAR_DETAIL_WORLD_UNSEEN_HPP

#include <vicar/detail/base/config.hpp>

#if defined(__SANITIZE_THREAD__)
#define VICAR_SANITIZES_THREADS 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define VICAR_SANITIZES_THREADS 1
#endif
#endif
#if !defined(VICAR_SANITIZES_THREADS)
#define VICAR_SANITIZES_THREADS 0
#endif

#if VICAR_SANITIZES_THREADS
extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
void AnnotateIgnoreSyncBegin(const char* file, int line);
void AnnotateIgnoreSyncEnd(const char* file, int line);
void AnnotateHappensBefore(const char* file, int line, const volatile void* where);
void AnnotateHappensAfter(const char* file, int line, const volatile void* where);
}
#endif

// A world runs one thread at a time. If ThreadSanitizer saw how, it would find no data race in the program, because
// everything would be ordered. So the world's own locks and data are hidden from it; what remains is the
// synchronization that the program has without the world.
namespace vicar::detail {

/// While it lives, this thread does the world's own work.
class unseen {
 public:
  static bool here() noexcept { return depth_ != 0; }

  unseen() noexcept {
    ++depth_;
#if VICAR_SANITIZES_THREADS
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
#endif
  }
  ~unseen() {
#if VICAR_SANITIZES_THREADS
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
#endif
    --depth_;
  }
  unseen(const unseen&) = delete;
  unseen& operator=(const unseen&) = delete;

 private:
  VICAR_SHARED static inline constinit thread_local int depth_ = 0;
};

/// At the points where the program without a world would synchronize as well. An annotation inside of `unseen` has no
/// effect.
inline void published_at([[maybe_unused]] const void* where) noexcept {
#if VICAR_SANITIZES_THREADS
  AnnotateHappensBefore(__FILE__, __LINE__, where);
#endif
}
inline void acquired_at([[maybe_unused]] const void* where) noexcept {
#if VICAR_SANITIZES_THREADS
  AnnotateHappensAfter(__FILE__, __LINE__, where);
#endif
}

}  // namespace vicar::detail

#endif
