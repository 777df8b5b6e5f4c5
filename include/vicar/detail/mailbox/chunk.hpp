// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_MAILBOX_CHUNK_HPP
#define VICAR_DETAIL_MAILBOX_CHUNK_HPP

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include <vicar/detail/base/config.hpp>

namespace vicar::detail {

/// Memory for the messages of a mailbox, which lie in it one after the other.
struct alignas(8) chunk {
  chunk* next;
  std::uint32_t used;
  std::uint16_t capacity;
  std::uint16_t pins;  // messages that were taken out one by one and are not destroyed yet: guarded by the lock
  std::byte* data() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
};
static_assert(sizeof(chunk) % 8 == 0 && alignof(chunk) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

inline constexpr std::uint32_t first_chunk_capacity = 1024 - sizeof(chunk);
inline constexpr std::uint32_t largest_chunk_capacity = 16384 - sizeof(chunk);

/// Chunks grow while the actor is busy, so that it allocates rarely, and an idle actor stays small.
constexpr std::uint32_t larger_chunk(std::uint32_t capacity) noexcept {
  constexpr std::uint32_t head = sizeof(chunk);
  return capacity < largest_chunk_capacity ? capacity * 2 + head : capacity;
}

inline chunk* make_chunk(std::uint32_t capacity) {
  return ::new (::operator new(sizeof(chunk) + capacity)) chunk{nullptr, 0, static_cast<std::uint16_t>(capacity), 0};
}
inline void release_chain(chunk* chain) noexcept {
  while (chain) ::operator delete(std::exchange(chain, chain->next));
}

/// Chunks to be freed after the lock is released.
class unneeded_chunks {
 public:
  unneeded_chunks() = default;
  unneeded_chunks(const unneeded_chunks&) = delete;
  unneeded_chunks& operator=(const unneeded_chunks&) = delete;
  ~unneeded_chunks() { release_chain(chain_); }
  void add(chunk* unneeded) noexcept { unneeded->next = std::exchange(chain_, unneeded); }

 private:
  chunk* chain_ = nullptr;
};

/// A chunk that a sender has allocated without holding the lock.
class unused_chunk {
 public:
  unused_chunk() = default;
  unused_chunk(const unused_chunk&) = delete;
  unused_chunk& operator=(const unused_chunk&) = delete;
  ~unused_chunk() { release_chain(chunk_); }

  /// Throws `std::bad_alloc`.
  void make() {
    release_chain(std::exchange(chunk_, nullptr));
    chunk_ = make_chunk(capacity);
  }
  chunk* take() noexcept { return std::exchange(chunk_, nullptr); }

  std::uint32_t capacity = first_chunk_capacity;  // of the chunk that `make` allocates

 private:
  chunk* chunk_ = nullptr;
};

}  // namespace vicar::detail

#endif
