// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TASKS_FRAME_MEMORY_HPP
#define VICAR_DETAIL_TASKS_FRAME_MEMORY_HPP

#include <cstddef>
#include <new>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/futures/state_pool.hpp>

namespace vicar::detail {

/// Memory for frames of coroutines and their calls, from pools if they are small. Not under AddressSanitizer, so that
/// it detects the use of freed memory.
class frame_memory {
 public:
  static void* allocate(std::size_t size) {
    void* memory = nullptr;
    const auto from_pool = [&]<std::size_t Size>(state_pool<Size>) { memory = state_pool<Size>::allocate(); };
    return with_pool(size, from_pool) ? memory : ::operator new(size);
  }
  static void deallocate(void* memory, std::size_t size) noexcept {
    const auto to_pool = [&]<std::size_t Size>(state_pool<Size>) noexcept { state_pool<Size>::deallocate(memory); };
    if (!with_pool(size, to_pool)) ::operator delete(memory);
  }

 private:
  // The sizes that malloc has with 16 bytes between two: 8 of each 16 are its own.
  static constexpr std::size_t steps = 24;
  static constexpr std::size_t size_of(std::size_t step) noexcept {
    return step < 16 ? 24 + 16 * step : 264 + 96 * (step - 15);
  }

  /// False if no pool has blocks of that size. Where the size is known to the compiler, so is the pool.
  template <class Function>
  static bool with_pool([[maybe_unused]] std::size_t size, [[maybe_unused]] Function function) {
#if VICAR_SANITIZES_ADDRESSES
    return false;
#else
    return with_pool(size, function, std::make_index_sequence<steps>{});
#endif
  }
  template <class Function, std::size_t... Step>
  static bool with_pool(std::size_t size, Function function, std::index_sequence<Step...>) {
    return ((size <= size_of(Step) && (function(state_pool<size_of(Step)>{}), true)) || ...);
  }
};

}  // namespace vicar::detail

#endif
