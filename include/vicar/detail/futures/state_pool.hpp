// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FUTURES_STATE_POOL_HPP
#define VICAR_DETAIL_FUTURES_STATE_POOL_HPP

#include <cstddef>
#include <new>
#include <utility>

#include <vicar/detail/base/config.hpp>

namespace vicar::detail {

/// Memory for the states of futures, which are allocated and freed with every call. Each thread caches the blocks that
/// it has freed, at most as many as it once had in use at the same time, and at most 8 MiB; the cache is freed when the
/// thread ends. A block may be freed by another thread than the one that allocated it: each block is a heap allocation
/// of its own, and belongs to no thread while it is in use.
template <std::size_t Size>
class state_pool {
 public:
  static void* allocate() {
    if (block* const first = here_.first) {
      here_.first = first->next;
      --here_.kept;
      count_use();
      return first;
    }
    void* const fresh = ::operator new(Size);
    count_use();
    return fresh;
  }

  static void deallocate(void* memory) noexcept {
    if (here_.used != 0) --here_.used;  // else another thread allocated it, and this thread does not cache it
    if (here_.kept + here_.used >= here_.most_used) {
      ::operator delete(memory);
    } else {
      keep(memory);
    }
  }

  /// Frees this thread's cache.
  static void empty() noexcept {
    while (block* const first = here_.first) {
      here_.first = first->next;
      ::operator delete(first);
    }
    here_.kept = 0;
    here_.most_used = here_.used;
  }
  /// The number of blocks in this thread's cache.
  static std::size_t kept() noexcept { return here_.kept; }

 private:
  struct block {
    block* next;
  };
  enum class guard : unsigned char { to_come, set, gone };
  struct cache {
    block* first = nullptr;
    std::size_t kept = 0;
    std::size_t used = 0;       // blocks that this thread has allocated minus those that it has freed
    std::size_t most_used = 0;  // the maximum of `used`
    guard end = guard::to_come;
  };
  /// Destroyed when the thread ends. Other thread-local objects may still use blocks after that.
  struct emptied_at_the_end {
    ~emptied_at_the_end() {
      here_.end = guard::gone;
      empty();
    }
  };

  static constexpr std::size_t most_kept = (std::size_t{8} << 20U) / Size;

  static void count_use() noexcept {
    ++here_.used;
    if (here_.used > here_.most_used && here_.used <= most_kept) here_.most_used = here_.used;
  }
  static void keep(void* memory) noexcept {
    if (here_.end != guard::set && !set_guard()) {
      ::operator delete(memory);
      return;
    }
    here_.first = ::new (memory) block{here_.first};
    ++here_.kept;
  }
  /// False if the thread is ending and has freed its cache.
  [[gnu::noinline, gnu::cold]] static bool set_guard() noexcept {
    if (here_.end == guard::gone) return false;
    here_.end = guard::set;
    static thread_local const emptied_at_the_end at_the_end;
    static_cast<void>(at_the_end);
    return true;
  }

  VICAR_SHARED static inline constinit thread_local cache here_{};
};

/// Allocates a class and its derived classes from the pools if their size allows. Disabled under AddressSanitizer, so
/// that it detects the use of freed memory.
struct from_state_pool {
  /// Frees what this thread has cached.
  static void empty_pools() noexcept {
    state_pool<64>::empty();
    state_pool<128>::empty();
  }

  static void* operator new(std::size_t size) {
#if !VICAR_SANITIZES_ADDRESSES
    if (size <= 64) return state_pool<64>::allocate();
    if (size <= 128) return state_pool<128>::allocate();
#endif
    return ::operator new(size);
  }
  static void operator delete(void* memory, [[maybe_unused]] std::size_t size) noexcept {
#if !VICAR_SANITIZES_ADDRESSES
    if (size <= 64) return state_pool<64>::deallocate(memory);
    if (size <= 128) return state_pool<128>::deallocate(memory);
#endif
    ::operator delete(memory);
  }
  static void* operator new(std::size_t size, std::align_val_t alignment) { return ::operator new(size, alignment); }
  static void operator delete(void* memory, std::align_val_t alignment) noexcept {
    ::operator delete(memory, alignment);
  }

 protected:
  ~from_state_pool() = default;
};

}  // namespace vicar::detail

#endif
