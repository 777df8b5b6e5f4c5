// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_MAILBOX_MAILBOX_HPP
#define VICAR_DETAIL_MAILBOX_MAILBOX_HPP

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/awaited_event.hpp>
#include <vicar/detail/base/config.hpp>
#include <vicar/detail/base/convert.hpp>
#include <vicar/detail/system/spin_lock.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/system/wait_word.hpp>

// The queue between those who send and the one who handles. docs/internals.md lists its fields and what always holds.
namespace vicar::detail {

class cell;

/// The head of every message; an envelope derives from it and adds its payload.
struct message {
  enum class action : std::uint8_t {
    run,
    abandon,   ///< the actor has ended; on its thread
    displace,  ///< a newer message took its place; on the thread of that one's sender
  };

  /// What all messages of one type share, so that a message has one pointer of its own.
  struct traits {
    /// Does it, then destroys the message.
    void (*handle)(message& self, cell& owner, action what) noexcept;
    void (*relocate)(void* place, message& from) noexcept;  ///< moves it; null for one that cannot lie in a chunk
    std::uint32_t size;
    bool ordinary;  ///< counts against the capacity
  };
  const traits* type;
};

/// What can lie in a chunk as it is. Everything else goes into a box.
template <class Envelope>
concept fits_in_place = requires(Envelope envelope, void* place) {
  { ::new (place) Envelope(static_cast<Envelope&&>(envelope)) } noexcept;
  { envelope.~Envelope() } noexcept;
} && alignof(Envelope) <= 8 && sizeof(Envelope) <= 256;

template <class Message>
void relocate_message(void* place, message& from) noexcept {
  ::new (place) Message(static_cast<Message&&>(static_cast<Message&>(from)));
}

class VICAR_SHARED mailbox {
 public:
  enum class push_result : std::uint8_t {
    accepted,
    accepted_armed,  ///< and the consumer has to be told, once
    full,            ///< nothing was moved
    closed,          ///< nothing was moved
  };
  static constexpr bool is_accepted(push_result result) noexcept { return result <= push_result::accepted_armed; }

  class unused_chunk;
  class unneeded_chunks;

  /// `displaces`: a full mailbox accepts ordinary messages, and the oldest makes way; see `push_displacing`.
  explicit mailbox(std::size_t capacity, bool displaces = false) noexcept
      : capacity_{capacity},
        limit_{displaces && capacity != unlimited ? 0 : capacity},
        bounded_{capacity != unlimited},
        displaces_{displaces && capacity != unlimited} {}
  mailbox(const mailbox&) = delete;
  mailbox& operator=(const mailbox&) = delete;
  ~mailbox() {
    const void* const first = first_;
    release_chain(taken_);
    release_chain(first_);
    release_chain(spare_);
    release_chain(drained_);
    if (begun_ && begun_ != first) ::operator delete(begun_);
  }

  // For those who send: any thread.

  /// Moves the envelope, which is the sender's own, into the mailbox, unless that is closed, or full and the message is
  /// an ordinary one. Throws `std::bad_alloc` and changes nothing when there is no memory.
  VICAR_INLINE_WHERE_OPTIMISED push_result push(message& envelope) { return push(envelope, *envelope.type); }
  /// The same where the sender knows, when it is compiled, what is equal to the envelope's traits but for its handler.
  VICAR_INLINE_WHERE_OPTIMISED push_result push(message& envelope, const message::traits& type) {
    unused_chunk fresh;
    return push(envelope, type, fresh);
  }
  /// The same with memory that the sender has taken before: with `make`, it does not throw.
  push_result push(message& envelope, unused_chunk& fresh) { return push(envelope, *envelope.type, fresh); }
  VICAR_INLINE_WHERE_OPTIMISED push_result push(message& envelope, const message::traits& type, unused_chunk& fresh) {
    const std::uint32_t size = padded(type.size);
    for (;; fresh.make(*this)) {
      const std::lock_guard lock{lock_};
      if (closed_.load(std::memory_order_relaxed)) return push_result::closed;  // relaxed: written under this lock
      if (type.ordinary && at_limit() && !raise_limit()) return push_result::full;
      if (!reserve(size, fresh)) continue;  // allocates without the lock
      type.relocate(last_->data() + last_->used, envelope);
      last_->used += size;
      // Relaxed: written under this lock; whoever reads without it takes it for a moment's number.
      if (type.ordinary) pushed_.store(pushed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      // Relaxed, both: written under this lock, which publishes what the consumer finds when it looks.
      const std::uint32_t before = signal_.load(std::memory_order_relaxed);
      if (before != filled) signal_.store(filled, std::memory_order_relaxed);
      return before == armed ? push_result::accepted_armed : push_result::accepted;
    }
  }

  /// A message that made way for a newer one. It stays where it is until `forget`.
  struct displaced {
    message* oldest = nullptr;
    void* place = nullptr;
  };
  /// As `push` for a mailbox that displaces, whose `push` takes no ordinary message at all: if it is full, the oldest
  /// ordinary message that was not begun makes way, and is the sender's to abandon. `closed` if a request to stop is
  /// older than all of them: none is handled any more.
  VICAR_COLD push_result push_displacing(message& envelope, displaced& made_way, unused_chunk& fresh) {
    const message::traits& type = *envelope.type;
    const std::uint32_t size = padded(type.size);
    unneeded_chunks unneeded;
    for (;; fresh.make(*this)) {
      const std::lock_guard lock{lock_};
      // Relaxed, here and below: in such a mailbox all is written under this lock.
      if (closed_.load(std::memory_order_relaxed)) return push_result::closed;
      const bool full = type.ordinary &&
                        pushed_.load(std::memory_order_relaxed) - handled_.load(std::memory_order_relaxed) == capacity_;
      if (full && !oldest(unneeded)->type->ordinary) return push_result::closed;
      if (!reserve(size, fresh)) continue;  // allocates without the lock, and nothing has made way yet
      type.relocate(last_->data() + last_->used, envelope);
      last_->used += size;
      if (full) made_way.oldest = leave_oldest(made_way.place, unneeded);
      if (type.ordinary) {
        limit_ = pushed_.load(std::memory_order_relaxed) + 1;
        pushed_.store(limit_, std::memory_order_relaxed);
      }
      const std::uint32_t before = signal_.load(std::memory_order_relaxed);
      signal_.store(queued, std::memory_order_relaxed);
      return before == armed ? push_result::accepted_armed : push_result::accepted;
    }
  }
  /// The message was abandoned and destroyed.
  void forget(const displaced& one) noexcept {
    unneeded_chunks unneeded;
    const std::lock_guard lock{lock_};
    unpin(static_cast<chunk*>(one.place), unneeded);
  }
  bool displaces() const noexcept { return displaces_; }

  /// Whether an ordinary message would be accepted now.
  bool accepts_now() const noexcept { return !closed() && (displaces_ || !lacks_room()); }

  /// A sender that found the mailbox full, until it looks again.
  class room_wait {
   public:
    explicit room_wait(mailbox& full) noexcept
        : full_{full},
          // Sequentially consistent with `handled_`: either the consumer sees that a sender waits, or this sender sees
          // the space. Acquires what made the space.
          before_{full.room_.fetch_or(awaited, std::memory_order_seq_cst) | awaited} {}
    room_wait(const room_wait&) = delete;
    room_wait& operator=(const room_wait&) = delete;

    /// What ends the wait.
    awaited_event room() const noexcept {
      return {&full_, [](const void* whose) noexcept { return static_cast<const mailbox*>(whose)->lacks_room(); }};
    }
    /// Whether senders that waited then have to look again.
    bool released() const noexcept {
      return full_.room_.load(std::memory_order_acquire) != before_;  // acquires what made the space
    }
    /// Blocks until half of the capacity is free, the mailbox is closed or `limit` has passed. The consumer may stay in
    /// one message while less than half is free, and even wait there for what this sender does next: so the sender
    /// looks by itself, too, ever more rarely, and returns if there is any space. May return early.
    void sleep(const time_limit& limit = {}) noexcept {
      const bool released_by_any_space = full_.capacity_ / 2 + 1 >= full_.capacity_;
      for (double patience = first_patience; full_.lacks_room() && !limit.passed(); patience *= 2) {
        time_limit look = limit;
        if (!released_by_any_space) {
          const time_limit soon{patience < last_patience ? patience : last_patience};
          if (soon.until_nanoseconds() < limit.until_nanoseconds()) look = soon;
        }
        sleep_while(full_.room_, before_, look.until_nanoseconds());
        if (released()) return;
      }
    }

   private:
    mailbox& full_;
    const std::uint32_t before_;
  };

  /// Lets all who wait for space look again if there is some. For the consumer, which is about to wait itself.
  void offer_room_to_all() noexcept {
    // Relaxed: the graph's lock, which the caller holds, orders this after those who have an edge already.
    if ((room_.load(std::memory_order_relaxed) & awaited) == 0 || lacks_room()) return;
    room_.fetch_add(awaited, std::memory_order_release);  // publishes the space
    wake_all(room_);
  }

  /// Ordinary messages that wait.
  std::size_t depth() const noexcept {
    // Relaxed: a moment's number. The two loads are not ordered, so the number handled may be the larger one; then none
    // wait. The difference may be too large if this thread is held up in between.
    const std::uint64_t handled = handled_.load(std::memory_order_relaxed);
    const std::uint64_t pushed = pushed_.load(std::memory_order_relaxed);
    const std::size_t waiting = pushed > handled ? convert<std::size_t>(pushed - handled) : 0;
    return waiting < capacity_ ? waiting : capacity_;
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
      if (taken_) continue;
      // Relaxed: the lock that is taken then acquires the messages.
      const std::uint32_t signal = signal_.load(std::memory_order_relaxed);
      if (signal != filled) return signal == queued ? take_oldest() : nullptr;
      take();
    }
  }
  /// Leaves the message that `front` gave, before it is handled: it no longer waits.
  void begin(const message& next) noexcept {
    current_size_ = padded(next.type->size);
    if (!next.type->ordinary) return;
    if (bounded_) return begin_bounded();
    // Relaxed: a counter for `depth`, which this thread alone writes.
    handled_.store(handled_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  /// Gives up the bytes of the message that `begin` was called for; it was handled and destroyed. A second call changes
  /// nothing.
  void pop() noexcept { cursor_ += std::exchange(current_size_, 0); }

  /// True if there is no message: then the next push is told that the consumer has to be woken. Gives memory of a burst
  /// back.
  bool arm() noexcept {
    shrink();
    const std::lock_guard lock{lock_};
    // Relaxed, both: written under this lock.
    if ((signal_.load(std::memory_order_relaxed) & filled) != 0) return false;
    signal_.store(armed, std::memory_order_relaxed);
    return true;
  }
  bool has_messages() const noexcept {
    return (signal_.load(std::memory_order_relaxed) & filled) != 0;
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
    {
      const std::lock_guard lock{lock_};
      closed_.store(true, std::memory_order_release);  // releases what the actor did before
    }
    room_.fetch_add(next_number, std::memory_order_release);  // publishes that it is closed
    wake_all(room_);
  }

 private:
  struct alignas(8) chunk {
    chunk* next;
    std::uint32_t used;
    std::uint16_t capacity;
    std::uint16_t pins;  // messages that were taken out one by one and are not destroyed yet: guarded by lock_
    std::byte* data() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
  };
  static_assert(sizeof(chunk) % 8 == 0 && alignof(chunk) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

  // signal_
  static constexpr std::uint32_t empty = 0;   // nothing was pushed since the consumer took the chain
  static constexpr std::uint32_t filled = 1;  // something was
  static constexpr std::uint32_t armed = 2;   // nothing was, and the consumer wants to be told
  static constexpr std::uint32_t queued = 3;  // something is there that the consumer takes one by one

  // room_: above this bit, a number that is another one each time that senders have to look again
  static constexpr std::uint32_t awaited = 1;  // some sender waits for space
  static constexpr std::uint32_t next_number = 2;

  // Seconds after which a sender that sleeps looks by itself, at first and in the end.
  static constexpr double first_patience = 0.001;
  static constexpr double last_patience = 0.064;

  static constexpr auto unlimited = static_cast<std::size_t>(-1);
  static constexpr std::uint32_t first_capacity = 1024 - sizeof(chunk);
  static constexpr std::uint32_t largest_capacity = 16384 - sizeof(chunk);
  static constexpr std::uint32_t most_spares = 64;

  /// Chunks grow while the actor is busy, so that it allocates rarely, and an idle one stays small.
  static constexpr std::uint32_t larger(std::uint32_t capacity) noexcept {
    constexpr std::uint32_t head = sizeof(chunk);
    return capacity < largest_capacity ? capacity * 2 + head : capacity;
  }
  static constexpr std::uint32_t padded(std::uint32_t size) noexcept {
    if constexpr (alignof(message) % 8 == 0) return size;  // every message derives from that
    return (size + 7) / 8 * 8;
  }

  /// Whether an ordinary message would be refused now, but not forever. Needs no lock: a sender that sees space too
  /// late looks again, because `room_` has changed.
  bool lacks_room() const noexcept {
    if (closed_.load(std::memory_order_acquire)) return false;  // acquires what the actor did before it closed
    // Sequentially consistent with the consumer's store: see `room_wait`. Read first, because it acquires the number of
    // those pushed that the consumer has seen: without the lock, the difference may be too large, but not below zero.
    const std::uint64_t handled = handled_.load(std::memory_order_seq_cst);
    return pushed_.load(std::memory_order_relaxed) - handled >= capacity_;
  }

  // Relaxed: written under the lock, which the caller holds.
  bool at_limit() const noexcept { return pushed_.load(std::memory_order_relaxed) == limit_; }

  /// The number of messages that may be pushed was reached: looks how many the consumer has begun meanwhile. Returns
  /// whether that leaves space for one. Under the lock.
  VICAR_COLD bool raise_limit() noexcept {
    if (displaces_) return false;
    // Relaxed, both: an old number only makes the sender look again, see `room_wait`; `pushed_` is written under the
    // lock.
    limit_ = handled_.load(std::memory_order_relaxed) + capacity_;
    return !at_limit();
  }

  /// Wakes senders where half of the capacity is free: one for each message that there is space for. To wake one for
  /// each message handled would cost a switch of threads a message.
  VICAR_COLD void begin_bounded() noexcept {
    if (displaces_) return;                                                      // `take_oldest` has counted it
    const std::uint64_t handled = handled_.load(std::memory_order_relaxed) + 1;  // relaxed: written by this thread
    // Sequentially consistent, both: see `room_wait`.
    handled_.store(handled, std::memory_order_seq_cst);
    if ((room_.load(std::memory_order_seq_cst) & awaited) == 0) return;
    // Relaxed: not older than what the sender saw that waits, because `room_` was read before.
    const std::uint64_t waiting = pushed_.load(std::memory_order_relaxed) - handled;
    if (waiting > capacity_ / 2) return;
    // Takes the mark away and makes the number another one. Releases the space.
    room_.fetch_add(awaited, std::memory_order_release);
    if (wake_some(room_, capacity_ - convert<std::size_t>(waiting)))
      room_.fetch_or(awaited, std::memory_order_relaxed);  // relaxed: this thread alone goes by the mark
  }

  /// For a sender that was woken and does not use the space.
  void pass_room_on() noexcept {
    room_.fetch_add(next_number, std::memory_order_release);  // publishes the space
    wake_one(room_);
  }

  static chunk* make_chunk(std::uint32_t capacity) {
    return ::new (::operator new(sizeof(chunk) + capacity)) chunk{nullptr, 0, static_cast<std::uint16_t>(capacity), 0};
  }
  static void release_chain(chunk* one) noexcept {
    while (one) ::operator delete(std::exchange(one, one->next));
  }

 public:
  /// Chunks to be released when the lock is not held any more.
  class unneeded_chunks {
   public:
    unneeded_chunks() = default;
    unneeded_chunks(const unneeded_chunks&) = delete;
    unneeded_chunks& operator=(const unneeded_chunks&) = delete;
    ~unneeded_chunks() { release_chain(chain_); }
    void add(chunk* one) noexcept { one->next = std::exchange(chain_, one); }

   private:
    chunk* chain_ = nullptr;
  };
  /// A chunk that a sender has allocated while it did not hold the lock.
  class unused_chunk {
   public:
    unused_chunk() = default;
    unused_chunk(const unused_chunk&) = delete;
    unused_chunk& operator=(const unused_chunk&) = delete;
    ~unused_chunk() { release_chain(chunk_); }

    void make(mailbox& whose) {
      try {
        release_chain(std::exchange(chunk_, nullptr));
        chunk_ = make_chunk(capacity);
      } catch (...) {
        whose.pass_room_on();  // the space that this sender was woken for is another one's now
        throw;
      }
    }
    chunk* take() noexcept { return std::exchange(chunk_, nullptr); }

    std::uint32_t capacity = first_capacity;  // what the one to make is to have

   private:
    chunk* chunk_ = nullptr;
  };

 private:
  /// Makes room for one message at the end of the filling chain; false if a chunk is needed for that. Under the lock.
  VICAR_INLINE_WHERE_OPTIMISED bool reserve(std::uint32_t size, unused_chunk& fresh) noexcept {
    return (last_ && last_->capacity - last_->used >= size) || append_chunk(fresh);
  }
  bool append_chunk(unused_chunk& fresh) noexcept {
    chunk* next = spare_;
    if (next) {
      spare_ = next->next;
      next->next = nullptr;
      --spares_;
    } else {
      next = fresh.take();
    }
    if (!next) {
      fresh.capacity = next_capacity_;
      next_capacity_ = larger(next_capacity_);
      return false;
    }
    (last_ ? last_->next : first_) = next;
    last_ = next;
    return true;
  }

  // A mailbox that displaces: sender and consumer both take the oldest message, one at a time, out of the filling
  // chain. The message stays in its chunk, which is pinned until the message was destroyed. All under the lock; chunks
  // that are not needed any more are released without it.

  /// The oldest message; null if there is none. It is in the first chunk.
  message* oldest(unneeded_chunks& unneeded) noexcept {
    if (first_ && front_ == first_->used && first_ != last_) {
      chunk* const done = std::exchange(first_, first_->next);
      front_ = 0;
      if (done->pins == 0) recycle(done, unneeded);
    }
    if (!first_ || front_ == first_->used) return nullptr;
    return std::launder(reinterpret_cast<message*>(first_->data() + front_));
  }
  /// Takes it out, and gives its chunk.
  message* leave_oldest(void*& place, unneeded_chunks& unneeded) noexcept {
    message* const one = oldest(unneeded);
    place = first_;
    ++first_->pins;
    front_ += padded(one->type->size);
    // Relaxed: written under the lock; whoever reads without it takes it for a moment's number.
    if (one->type->ordinary) handled_.store(handled_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return one;
  }
  void unpin(chunk* place, unneeded_chunks& unneeded) noexcept {
    if (--place->pins == 0 && place != first_) recycle(place, unneeded);
  }
  void recycle(chunk* done, unneeded_chunks& unneeded) noexcept {
    if (spares_ < 2) {
      done->used = 0;
      done->next = std::exchange(spare_, done);
      ++spares_;
    } else {
      unneeded.add(done);
    }
  }
  /// The oldest message, for the consumer, which has destroyed the one before.
  VICAR_COLD message* take_oldest() noexcept {
    unneeded_chunks unneeded;
    const std::lock_guard lock{lock_};
    if (begun_) unpin(static_cast<chunk*>(std::exchange(begun_, nullptr)), unneeded);
    message* const one = leave_oldest(begun_, unneeded);
    if (!oldest(unneeded)) signal_.store(empty, std::memory_order_relaxed);  // relaxed: written under the lock
    return one;
  }
  /// What `shrink` does. The consumer has nothing to do, and destroyed the last message.
  VICAR_COLD void shrink_queued() noexcept {
    unneeded_chunks unneeded;
    const std::lock_guard lock{lock_};
    if (begun_) unpin(static_cast<chunk*>(std::exchange(begun_, nullptr)), unneeded);
    if (oldest(unneeded)) return;
    if (first_ && first_->pins == 0) {
      chunk* const emptied = std::exchange(first_, nullptr);
      last_ = nullptr;
      front_ = 0;
      recycle(emptied, unneeded);
    }
    spares_ = 0;
    for (chunk* chain = std::exchange(spare_, nullptr); chain;) {
      chunk* const one = std::exchange(chain, chain->next);
      if (one->capacity == first_capacity)
        recycle(one, unneeded);
      else
        unneeded.add(one);
    }
    next_capacity_ = first_capacity;
  }

  /// Takes the whole filling chain and gives drained chunks back to those who send.
  void take() noexcept {
    const std::lock_guard lock{lock_};
    taken_ = std::exchange(first_, nullptr);
    last_ = nullptr;
    while (drained_ && spares_ < most_spares) {
      chunk* const one = std::exchange(drained_, drained_->next);
      one->next = std::exchange(spare_, one);
      ++spares_;
    }
    cursor_ = 0;
    signal_.store(empty, std::memory_order_relaxed);  // relaxed: under the lock
  }

  /// Keeps the chunk for those who send, unless there are larger ones.
  void finish_chunk() noexcept {
    chunk* const done = std::exchange(taken_, taken_->next);
    cursor_ = 0;
    if (done->capacity < largest_drained_) {
      ::operator delete(done);
      return;
    }
    largest_drained_ = done->capacity;
    done->used = 0;
    done->next = std::exchange(drained_, done);
  }

  /// Leaves those who send two small chunks, one to fill while the other is handled, and gives the rest back.
  void shrink() noexcept {
    if (!drained_) return displaces_ ? shrink_queued() : void();  // nothing has been handled since
    chunk* spare = nullptr;
    {
      const std::lock_guard lock{lock_};
      spare = std::exchange(spare_, nullptr);
      spares_ = 0;
      next_capacity_ = first_capacity;
    }
    largest_drained_ = 0;
    chunk* kept = nullptr;
    std::uint16_t count = 0;
    for (chunk* chain : {std::exchange(drained_, nullptr), spare}) {
      while (chain) {
        chunk* const one = std::exchange(chain, chain->next);
        if (one->capacity == first_capacity && count < 2) {
          one->next = std::exchange(kept, one);
          ++count;
        } else {
          ::operator delete(one);
        }
      }
    }
    const std::lock_guard lock{lock_};  // those who send have had no spare chunk meanwhile, and may have made one
    spare_ = kept;
    spares_ = count;
  }

  // Those who send and the consumer write different cache lines, so that neither slows the other down.
  const std::size_t capacity_;
  spin_lock lock_;
  std::atomic<bool> closed_{false};               // written under lock_
  std::uint16_t spares_ = 0;                      // how many chunks are in spare_: guarded by lock_
  std::uint32_t next_capacity_ = first_capacity;  // of the next chunk to be allocated: guarded by lock_
  chunk* first_ = nullptr;                        // the filling chain: guarded by lock_
  chunk* last_ = nullptr;                         // its end: guarded by lock_
  chunk* spare_ = nullptr;                        // chunks for those who send: guarded by lock_
  std::atomic<std::uint64_t> pushed_{0};          // ordinary messages so far: written under lock_
  std::uint64_t limit_{capacity_};                // how large pushed_ may become: guarded by lock_
  std::uint32_t front_ = 0;                       // in a mailbox that displaces, what was taken of first_: likewise
  wait_word signal_{empty};

  alignas(64) std::atomic<std::uint64_t> handled_{
      0};                   // ordinary messages begun so far: written by the consumer; under lock_ where it displaces
  chunk* taken_ = nullptr;  // the chain being handled: the consumer's, as all below
  chunk* drained_ = nullptr;
  wait_word room_{0};  // what senders sleep on that wait for space
  std::uint32_t cursor_ = 0;
  std::uint32_t current_size_ = 0;
  std::uint32_t largest_drained_ = 0;  // the capacity of the largest chunk handled since the mailbox was idle
  const bool bounded_;
  const bool displaces_;
  void* begun_ = nullptr;  // in a mailbox that displaces, the chunk of the message that is being handled
};

}  // namespace vicar::detail

#endif
