// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_FAILING_NEW_HPP
#define VICAR_TESTS_SUPPORT_FAILING_NEW_HPP

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace support {

/// The allocations of one thread.
struct allocation_counter {
  long live = 0;            ///< allocated minus freed, on this thread
  long until_failure = -1;  ///< allocations that succeed before one fails; negative: all
  bool lasting = false;     ///< whether all later ones fail, too
  long shortage = 0;        ///< the number of the `shortage` that ends this; zero: none
  long failures = 0;        ///< failed allocations
};
inline thread_local allocation_counter allocations;

/// The live allocations of the whole program; the bytes are the requested ones.
struct heap_counter {
  std::atomic<long> blocks{0};
  std::atomic<long> bytes{0};
};
inline constinit heap_counter heap;

/// During its lifetime, this thread's allocation after `successes` more fails, alone or with all later ones.
class failing_allocation {
 public:
  explicit failing_allocation(long successes, bool lasting = false) : before_{allocations.failures} {
    allocations.until_failure = successes;
    allocations.lasting = lasting;
    allocations.shortage = 0;
  }
  ~failing_allocation() { allocations.until_failure = -1; }
  failing_allocation(const failing_allocation&) = delete;
  failing_allocation& operator=(const failing_allocation&) = delete;

  /// Whether an allocation has failed.
  bool happened() const { return allocations.failures != before_; }

 private:
  long before_;
};

/// Like `failing_allocation`, for threads of actors: begun there, it ends on all threads with this object. One at a
/// time.
class shortage {
 public:
  shortage() {
    present() = ++number_of_last();
    failures() = 0;
  }
  ~shortage() { present() = 0; }
  shortage(const shortage&) = delete;
  shortage& operator=(const shortage&) = delete;

  /// Called on the thread whose allocations are to fail.
  void begin(long successes, bool lasting) const {
    allocations.until_failure = successes;
    allocations.lasting = lasting;
    allocations.shortage = present();
  }
  /// Whether an allocation has failed.
  bool happened() const { return failures() != 0; }

  static std::atomic<long>& present() noexcept {
    static constinit std::atomic<long> number{0};
    return number;
  }
  static std::atomic<long>& failures() noexcept {
    static constinit std::atomic<long> number{0};
    return number;
  }

 private:
  static long& number_of_last() noexcept {
    static long number = 0;
    return number;
  }
};

/// Whether the next allocation of this thread has to fail.
inline bool next_allocation_fails() noexcept {
  allocation_counter& counter = allocations;
  if (counter.until_failure < 0) return false;
  if (counter.shortage != 0 && counter.shortage != shortage::present()) return false;
  if (counter.until_failure > 0) {
    --counter.until_failure;
    return false;
  }
  if (!counter.lasting) counter.until_failure = -1;
  ++counter.failures;
  if (counter.shortage != 0) ++shortage::failures();
  return true;
}

/// The offset of a block from the beginning of its memory, where the block's size is stored.
constexpr std::size_t block_offset(std::size_t alignment) {
  return alignment > alignof(std::max_align_t) ? alignment : alignof(std::max_align_t);
}

inline void* allocate_block(std::size_t size, std::size_t alignment) {
  if (next_allocation_fails()) throw std::bad_alloc{};
  const std::size_t offset = block_offset(alignment);
  void* const memory = std::aligned_alloc(offset, (offset + size + offset - 1) / offset * offset);
  if (!memory) throw std::bad_alloc{};
  ::new (memory) std::size_t{size};
  ++allocations.live;
  ++heap.blocks;
  heap.bytes += static_cast<long>(size);
  return static_cast<std::byte*>(memory) + offset;
}

inline void free_block(void* block, std::size_t alignment) noexcept {
  if (!block) return;
  void* const memory = static_cast<std::byte*>(block) - block_offset(alignment);
  --allocations.live;
  --heap.blocks;
  heap.bytes -= static_cast<long>(*static_cast<std::size_t*>(memory));
  std::free(memory);
}

inline void* allocate_or_null(std::size_t size, std::size_t alignment) noexcept {
  try {
    return allocate_block(size, alignment);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace support

// In one unit of a program: these replace the standard ones. All overloads, since a sanitizer's would not
// call these.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
void* operator new(std::size_t size) { return support::allocate_block(size, 0); }
void* operator new[](std::size_t size) { return support::allocate_block(size, 0); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return support::allocate_or_null(size, 0); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return support::allocate_or_null(size, 0); }
void operator delete(void* block) noexcept { support::free_block(block, 0); }
void operator delete[](void* block) noexcept { support::free_block(block, 0); }
void operator delete(void* block, std::size_t) noexcept { support::free_block(block, 0); }
void operator delete[](void* block, std::size_t) noexcept { support::free_block(block, 0); }
void operator delete(void* block, const std::nothrow_t&) noexcept { support::free_block(block, 0); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { support::free_block(block, 0); }

void* operator new(std::size_t size, std::align_val_t alignment) {
  return support::allocate_block(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return support::allocate_block(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return support::allocate_or_null(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return support::allocate_or_null(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block, std::align_val_t alignment) noexcept {
  support::free_block(block, static_cast<std::size_t>(alignment));
}
void operator delete[](void* block, std::align_val_t alignment) noexcept {
  support::free_block(block, static_cast<std::size_t>(alignment));
}
void operator delete(void* block, std::size_t, std::align_val_t alignment) noexcept {
  support::free_block(block, static_cast<std::size_t>(alignment));
}
void operator delete[](void* block, std::size_t, std::align_val_t alignment) noexcept {
  support::free_block(block, static_cast<std::size_t>(alignment));
}
void operator delete(void* block, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  support::free_block(block, static_cast<std::size_t>(alignment));
}
void operator delete[](void* block, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  support::free_block(block, static_cast<std::size_t>(alignment));
}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#endif
