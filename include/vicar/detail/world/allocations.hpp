// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_ALLOCATIONS_HPP
#define VICAR_DETAIL_WORLD_ALLOCATIONS_HPP

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/world/unseen.hpp>

namespace vicar::detail {

/// How many allocations succeed before one fails; null on threads that are not in a world. Allocations of the world
/// itself do not count.
VICAR_SHARED inline constinit thread_local std::atomic<std::size_t>* allocations_here = nullptr;

/// Whether the program replaces the operators: see VICAR_WORLD_ALLOCATIONS.
VICAR_SHARED inline constinit bool allocations_replaced = false;

/// Null if the allocation has to fail, or if there is no memory.
inline void* world_allocate(std::size_t size, std::size_t alignment) noexcept {
  if (allocations_here && !unseen::here()) {
    // Relaxed, both: the thread that has the turn counts. Sanitizers do not see the turns, so it is not a plain number.
    const std::size_t left = allocations_here->load(std::memory_order_relaxed);
    if (left != 0) allocations_here->store(left - 1, std::memory_order_relaxed);
    if (left == 1) return nullptr;
  }
  if (alignment <= alignof(std::max_align_t)) return std::malloc(size + (size == 0));
  return std::aligned_alloc(alignment, (size + alignment) / alignment * alignment);
}
inline void* world_allocate_or_throw(std::size_t size, std::size_t alignment) {
  if (void* const memory = world_allocate(size, alignment)) return memory;
  throw std::bad_alloc{};
}

}  // namespace vicar::detail

#if defined(__GNUC__) && !defined(__clang__)
#define VICAR_ALLOCATIONS_BEGIN \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wmismatched-new-delete\"")
#define VICAR_ALLOCATIONS_END _Pragma("GCC diagnostic pop")
#else
#define VICAR_ALLOCATIONS_BEGIN
#define VICAR_ALLOCATIONS_END
#endif

// All overloads, since those of a sanitizer would not call these.
#define VICAR_ALLOCATION_OPERATORS(array)                                                                  \
  void* operator new array(std::size_t size) { return vicar::detail::world_allocate_or_throw(size, 1); }   \
  void* operator new array(std::size_t size, std::align_val_t alignment) {                                 \
    return vicar::detail::world_allocate_or_throw(size, static_cast<std::size_t>(alignment));              \
  }                                                                                                        \
  void* operator new array(std::size_t size, const std::nothrow_t&) noexcept {                             \
    return vicar::detail::world_allocate(size, 1);                                                         \
  }                                                                                                        \
  void* operator new array(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept { \
    return vicar::detail::world_allocate(size, static_cast<std::size_t>(alignment));                       \
  }                                                                                                        \
  void operator delete array(void* memory) noexcept { std::free(memory); }                                 \
  void operator delete array(void* memory, std::size_t) noexcept { std::free(memory); }                    \
  void operator delete array(void* memory, std::align_val_t) noexcept { std::free(memory); }               \
  void operator delete array(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }  \
  void operator delete array(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }          \
  void operator delete array(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { std::free(memory); }

/// `VICAR_WORLD_ALLOCATIONS();` stands in one source file of a program, at global scope: replaces all `operator new`
/// and `operator delete`, so that `vicar::world::fail_allocation` can make allocations fail.
#define VICAR_WORLD_ALLOCATIONS() \
  VICAR_ALLOCATIONS_BEGIN         \
  VICAR_ALLOCATION_OPERATORS()    \
  VICAR_ALLOCATION_OPERATORS([])  \
  VICAR_ALLOCATIONS_END           \
  static const bool vicar_replaces_allocations = vicar::detail::allocations_replaced = true

#endif
