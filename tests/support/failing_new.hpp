// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_FAILING_NEW_HPP
#define VICAR_TESTS_SUPPORT_FAILING_NEW_HPP

#include <cstddef>
#include <cstdlib>
#include <new>

namespace support {

/// The allocations of one thread through the plain `operator new`.
struct allocation_counter {
  long live = 0;            ///< made minus given back, on this thread
  long until_failure = -1;  ///< how many succeed before one fails; negative: all do
};
inline thread_local allocation_counter allocations;

/// While it lives, the allocation of this thread after `successes` more fails, once.
class failing_allocation {
 public:
  explicit failing_allocation(long successes) { allocations.until_failure = successes; }
  ~failing_allocation() { allocations.until_failure = -1; }
  failing_allocation(const failing_allocation&) = delete;
  failing_allocation& operator=(const failing_allocation&) = delete;

  /// Whether it has come to that.
  bool happened() const { return allocations.until_failure < 0; }
};

}  // namespace support

// For one unit of a program: these take the place of the library's.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
void* operator new(std::size_t size) {
  support::allocation_counter& counter = support::allocations;
  if (counter.until_failure >= 0 && counter.until_failure-- == 0) throw std::bad_alloc{};
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (!memory) throw std::bad_alloc{};
  ++counter.live;
  return memory;
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return ::operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept {
  if (!memory) return;
  --support::allocations.live;
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { ::operator delete(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { ::operator delete(memory); }
// A sanitizer's own array forms would not come here.
void* operator new[](std::size_t size) { return ::operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t& none) noexcept { return ::operator new(size, none); }
void operator delete[](void* memory) noexcept { ::operator delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { ::operator delete(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { ::operator delete(memory); }
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#endif
