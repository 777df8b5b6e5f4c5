// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BASE_NEVER_DESTROYED_HPP
#define VICAR_DETAIL_BASE_NEVER_DESTROYED_HPP

#include <new>

namespace vicar::detail {

/// For a `static` object that outlives all others, because actors may end during static destruction. Allocates no heap
/// memory, because callers that must not throw could not handle a failure.
template <class T>
class never_destroyed {
 public:
  never_destroyed() { ::new (static_cast<void*>(memory_)) T; }
  never_destroyed(const never_destroyed&) = delete;
  never_destroyed& operator=(const never_destroyed&) = delete;

  T& get() noexcept { return *std::launder(reinterpret_cast<T*>(memory_)); }

 private:
  alignas(T) unsigned char memory_[sizeof(T)];
};

}  // namespace vicar::detail

#endif
