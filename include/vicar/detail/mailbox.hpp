// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_MAILBOX_HPP
#define VICAR_DETAIL_MAILBOX_HPP

#include <atomic>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>

#include <vicar/detail/config.hpp>
#include <vicar/detail/parker.hpp>
#include <vicar/detail/time_limit.hpp>

// The queue between those who send and the one who handles. docs/internals.md lists its fields and what always holds.
namespace vicar::detail {

class cell;

/// The head of every message; an envelope derives from it and adds its payload.
struct message {
  enum class action : std::uint8_t { run, abandon };

  /// Runs or abandons the message, then destroys it.
  void (*handle)(message& self, cell& owner, action what) noexcept;
  std::uint32_t size;  ///< bytes to the next message, set by the mailbox
  bool ordinary;       ///< counts against the capacity, set by the mailbox
};

/// What can lie in a chunk as it is. Everything else goes into a box.
template <class Envelope>
concept fits_in_place = std::is_nothrow_move_constructible_v<Envelope> && std::is_nothrow_destructible_v<Envelope> &&
                        alignof(Envelope) <= 16 && sizeof(Envelope) <= 256;

class VICAR_SHARED mailbox {
 public:
  enum class push_result : std::uint8_t {
    accepted,
    accepted_armed,  ///< and the consumer has to be told, once
    full,            ///< nothing was moved
    closed,          ///< nothing was moved
  };

  explicit mailbox(std::size_t capacity) noexcept : capacity_{capacity} {}
  mailbox(const mailbox&) = delete;
  mailbox& operator=(const mailbox&) = delete;
  ~mailbox() {
    release_chain(taken_);
    release_chain(first_);
    release_chain(spare_);
  }

  // For those who send: any thread.

  /// Moves the envelope, which is the sender's own, into the mailbox, unless that is closed, or full and the message is
  /// an ordinary one. Throws `std::bad_alloc` and changes nothing when there is no memory.
  template <class Envelope>
    requires std::derived_from<Envelope, message> && fits_in_place<Envelope>
  push_result push(Envelope& envelope, bool ordinary) {
    constexpr std::uint32_t size = padded(sizeof(Envelope));
    const std::lock_guard lock{mutex_};
    if (closed_.load(std::memory_order_relaxed)) return push_result::closed;  // relaxed: written under this lock
    if (ordinary && !has_room()) return push_result::full;
    auto* placed = ::new (reserve(size)) Envelope{std::move(envelope)};
    placed->size = size;
    placed->ordinary = ordinary;
    last_->used += size;
    // Relaxed: written under this lock; whoever reads without it takes it for a moment's number.
    if (ordinary) pushed_.store(pushed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (signal_.load(std::memory_order_relaxed) == filled)
      return push_result::accepted;  // relaxed: only this lock's holder sets it
    // Tells the consumer to look; what it finds there is published by the lock.
    return signal_.exchange(filled, std::memory_order_release) == armed ? push_result::accepted_armed
                                                                        : push_result::accepted;
  }

  /// Blocks until an ordinary message may find room or the mailbox is closed.
  void wait_for_room() {
    std::unique_lock lock{mutex_};
    // Sequentially consistent with `handled_`: either the consumer sees this sender, or this sender sees the room.
    blocked_.fetch_add(1, std::memory_order_seq_cst);
    room_.wait(lock,
               [this] { return closed_.load(std::memory_order_relaxed) || has_room(); });  // relaxed: under the lock
    blocked_.fetch_sub(1, std::memory_order_relaxed);  // relaxed: too large a number only costs a notification
  }

  /// Ordinary messages that wait.
  std::size_t depth() const noexcept {
    // Relaxed: a moment's number. The one handled is read first, so that the difference is never below zero.
    const std::uint64_t handled = handled_.load(std::memory_order_relaxed);
    const std::uint64_t pushed = pushed_.load(std::memory_order_relaxed);
    return pushed > handled ? static_cast<std::size_t>(pushed - handled) : 0;
  }
  bool closed() const noexcept {
    return closed_.load(std::memory_order_acquire);
  }  // acquires what the actor did before it closed

  // For the consumer: one thread at a time.

  /// The next message, or null if there is none. It stays where it is until `pop`.
  message* front() {
    for (;;) {
      if (taken_ && cursor_ < taken_->used) return std::launder(reinterpret_cast<message*>(taken_->data() + cursor_));
      if (taken_) finish_chunk();
      if (!taken_ && !take()) return nullptr;
    }
  }
  /// Leaves the message that `front` gave, before it is handled: it no longer waits.
  void begin(const message& next) noexcept {
    current_size_ = next.size;
    if (!next.ordinary) return;
    // Only this thread writes it. Sequentially consistent with `blocked_` where senders may wait for room.
    const std::uint64_t handled = handled_.load(std::memory_order_relaxed) + 1;
    if (capacity_ == static_cast<std::size_t>(-1)) {
      handled_.store(handled, std::memory_order_relaxed);  // relaxed: a counter for `depth`
    } else {
      handled_.store(handled, std::memory_order_seq_cst);
      if (blocked_.load(std::memory_order_seq_cst) != 0) notify_room();
    }
  }
  /// Gives up the bytes of the message that `begin` was called for; it was handled and destroyed. A second call changes
  /// nothing.
  void pop() noexcept { cursor_ += std::exchange(current_size_, 0); }

  /// True if there is no message: then the next push is told that the consumer has to be woken. Gives memory of a burst
  /// back.
  bool arm() noexcept {
    shrink();
    std::uint32_t expected = empty;
    // Acquires nothing: the messages are published by the lock.
    return signal_.compare_exchange_strong(expected, armed, std::memory_order_relaxed) || expected == armed;
  }
  bool has_messages() const noexcept {
    return signal_.load(std::memory_order_relaxed) == filled;
  }  // relaxed: `front` takes the lock
  /// Sleeps until a push or `wake` after `arm`.
  void sleep_until_woken() noexcept {
    while (signal_.load(std::memory_order_relaxed) == armed)
      sleep_while(signal_, armed);  // relaxed: `front` takes the lock
  }
  /// Uses the address of the mailbox only.
  void wake() const noexcept { wake_one(signal_); }

  /// No push lands after this. Those who wait for room are released. What is there stays for the consumer.
  void close() noexcept {
    const std::lock_guard lock{mutex_};
    closed_.store(true, std::memory_order_release);  // releases what the actor did before
    room_.notify_all();
  }

 private:
  struct chunk {
    chunk* next;
    std::uint32_t used;
    std::uint32_t capacity;
    std::byte* data() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
  };
  static_assert(sizeof(chunk) % 16 == 0 && __STDCPP_DEFAULT_NEW_ALIGNMENT__ >= 16);

  // signal_
  static constexpr std::uint32_t empty = 0;   // nothing was pushed since the consumer took the chain
  static constexpr std::uint32_t filled = 1;  // something was
  static constexpr std::uint32_t armed = 2;   // nothing was, and the consumer wants to be told

  static constexpr std::uint32_t first_capacity = 1024 - sizeof(chunk);
  static constexpr std::uint32_t largest_capacity = 16384 - sizeof(chunk);

  static constexpr std::uint32_t padded(std::size_t size) noexcept {
    return static_cast<std::uint32_t>((size + 15) / 16 * 16);
  }

  bool has_room() const noexcept {
    // Sequentially consistent with the consumer's store: see `wait_for_room`.
    return pushed_.load(std::memory_order_relaxed) - handled_.load(std::memory_order_seq_cst) < capacity_;
  }

  void notify_room() noexcept {
    {
      const std::lock_guard lock{mutex_};
    }  // a sender that has looked but does not sleep yet holds it
    room_.notify_one();
  }

  static chunk* make_chunk(std::uint32_t capacity) {
    return ::new (::operator new(sizeof(chunk) + capacity)) chunk{nullptr, 0, capacity};
  }
  static void release_chain(chunk* one) noexcept {
    while (one) ::operator delete(std::exchange(one, one->next));
  }

  /// Bytes for one message at the end of the filling chain; under the lock.
  void* reserve(std::uint32_t size) {
    if (!last_ || last_->capacity - last_->used < size) {
      // Chunks grow with the backlog, so that an idle actor stays small and a busy one allocates rarely.
      constexpr std::uint32_t head = sizeof(chunk);
      const std::uint32_t doubled = last_ ? last_->capacity * 2 + head : first_capacity;
      const std::uint32_t capacity = doubled < largest_capacity ? doubled : largest_capacity;
      chunk* next = nullptr;
      try {
        next = make_chunk(capacity);
      } catch (...) {
        room_.notify_one();  // the room that this sender was woken for is another one's now
        throw;
      }
      (last_ ? last_->next : first_) = next;
      last_ = next;
    }
    return last_->data() + last_->used;
  }

  /// Takes the whole filling chain and gives the spare chunk back to those who send.
  bool take() noexcept {
    if (signal_.load(std::memory_order_relaxed) != filled)
      return false;  // relaxed: the lock below acquires the messages
    const std::lock_guard lock{mutex_};
    taken_ = std::exchange(first_, spare_);
    last_ = std::exchange(spare_, nullptr);
    cursor_ = 0;
    signal_.store(empty, std::memory_order_relaxed);  // relaxed: under the lock
    return true;
  }

  /// Keeps the largest handled chunk as the spare one.
  void finish_chunk() noexcept {
    chunk* done = std::exchange(taken_, taken_->next);
    cursor_ = 0;
    if (!spare_ || spare_->capacity < done->capacity) std::swap(spare_, done);
    if (done) ::operator delete(done);
    if (spare_) {
      spare_->next = nullptr;
      spare_->used = 0;
    }
  }

  void shrink() noexcept {
    if (spare_ && spare_->capacity > first_capacity) ::operator delete(std::exchange(spare_, nullptr));
    const std::lock_guard lock{mutex_};
    if (first_ && first_ == last_ && first_->used == 0 && first_->capacity > first_capacity) {
      ::operator delete(std::exchange(first_, nullptr));
      last_ = nullptr;
    }
  }

  const std::size_t capacity_;

  std::mutex mutex_;
  chunk* first_ = nullptr;                // the filling chain: guarded by mutex_
  chunk* last_ = nullptr;                 // its end: guarded by mutex_
  std::atomic<bool> closed_{false};       // written under mutex_
  std::atomic<std::uint64_t> pushed_{0};  // ordinary messages so far: written under mutex_
  std::condition_variable room_;
  std::atomic<std::uint32_t> blocked_{0};  // senders that wait for room

  wait_word signal_{empty};
  std::atomic<std::uint64_t> handled_{0};  // ordinary messages begun so far: written by the consumer

  chunk* taken_ = nullptr;  // the chain being handled: the consumer's, as all below
  chunk* spare_ = nullptr;
  std::uint32_t cursor_ = 0;
  std::uint32_t current_size_ = 0;
};

}  // namespace vicar::detail

#endif
