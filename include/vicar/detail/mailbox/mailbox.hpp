// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_MAILBOX_MAILBOX_HPP
#define VICAR_DETAIL_MAILBOX_MAILBOX_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

#include <vicar/detail/base/awaited_event.hpp>
#include <vicar/detail/base/config.hpp>
#include <vicar/detail/base/convert.hpp>
#include <vicar/detail/mailbox/chunk.hpp>
#include <vicar/detail/mailbox/message.hpp>
#include <vicar/detail/system/spin_lock.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/system/wait_word.hpp>

// The queue between the senders and the consumer. docs/internals.md lists its fields and invariants.
namespace vicar::detail {

class VICAR_SHARED mailbox {
 public:
  enum class push_result : std::uint8_t {
    accepted,
    accepted_armed,  ///< and the consumer has to be notified, once
    full,            ///< nothing was moved
    closed,          ///< nothing was moved
  };
  static constexpr bool is_accepted(push_result result) noexcept { return result <= push_result::accepted_armed; }

  /// `displaces`: a full mailbox accepts ordinary messages, and removes the oldest; see `push_displacing`.
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

  // For senders: any thread.

  /// Allocates the chunk that a push may need, without holding the lock. Throws `std::bad_alloc`.
  void allocate(unused_chunk& fresh) {
    try {
      fresh.make();
    } catch (...) {
      pass_space_on();  // another sender may use the space that this one was woken for
      throw;
    }
  }

  /// Moves the envelope, which the sender owns, into the mailbox, unless the mailbox is closed, or it is full and the
  /// message is ordinary. Throws `std::bad_alloc` and changes nothing if there is no memory.
  VICAR_INLINE_WHERE_OPTIMISED push_result push(message& envelope) { return push(envelope, *envelope.type); }
  /// As above, for a sender that knows, at compile time, traits equal to the envelope's except for the handler.
  VICAR_INLINE_WHERE_OPTIMISED push_result push(message& envelope, const message::traits& type) {
    unused_chunk fresh;
    return push(envelope, type, fresh);
  }
  /// As above, with memory that the sender has allocated before, with `allocate`; then it does not throw.
  push_result push(message& envelope, unused_chunk& fresh) { return push(envelope, *envelope.type, fresh); }
  VICAR_INLINE_WHERE_OPTIMISED push_result push(message& envelope, const message::traits& type, unused_chunk& fresh) {
    const std::uint32_t size = padded(type.size);
    for (;; allocate(fresh)) {
      const std::lock_guard lock{lock_};
      if (closed_.load(std::memory_order_relaxed)) return push_result::closed;  // relaxed: written under this lock
      if (type.ordinary && at_limit() && !raise_limit()) return push_result::full;
      if (!reserve(size, fresh)) continue;  // allocates without the lock
      type.relocate(last_->data() + last_->used, envelope);
      last_->used += size;
      // Relaxed: written under this lock; a thread that reads without the lock gets a snapshot.
      if (type.ordinary) pushed_.store(pushed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      // Relaxed, both: written under this lock, which publishes the messages that the consumer finds.
      const std::uint32_t before = signal_.load(std::memory_order_relaxed);
      if (before != filled) signal_.store(filled, std::memory_order_relaxed);
      return before == armed ? push_result::accepted_armed : push_result::accepted;
    }
  }

  /// From now on, `push` accepts no ordinary message: it says `full`, and the sender has to use `push_past_guard`.
  /// Before the first push. So a world sees each message before it is pushed, and other mailboxes pay nothing for that.
  void guard() noexcept {
    guarded_ = true;
    limit_ = 0;
  }
  bool guarded() const noexcept { return guarded_; }
  VICAR_COLD push_result push_past_guard(message& envelope) {
    const message::traits& type = *envelope.type;
    const std::uint32_t size = padded(type.size);
    unused_chunk fresh;
    for (;; allocate(fresh)) {
      const std::lock_guard lock{lock_};
      // Relaxed, here and below: as in `push`.
      if (closed_.load(std::memory_order_relaxed)) return push_result::closed;
      const std::uint64_t pushed = pushed_.load(std::memory_order_relaxed);
      if (type.ordinary && bounded_ && pushed - handled_.load(std::memory_order_relaxed) >= capacity_)
        return push_result::full;
      if (!reserve(size, fresh)) continue;  // allocates without the lock
      type.relocate(last_->data() + last_->used, envelope);
      last_->used += size;
      if (type.ordinary) {
        limit_ = pushed + 1;
        pushed_.store(limit_, std::memory_order_relaxed);
      }
      const std::uint32_t before = signal_.load(std::memory_order_relaxed);
      if (before != filled) signal_.store(filled, std::memory_order_relaxed);
      return before == armed ? push_result::accepted_armed : push_result::accepted;
    }
  }

  /// As `push`, for a message that does not count against the capacity. Never fails: without memory for it, links
  /// `instead`, which is handled after the messages that lie in chunks. Its owner keeps it in place until then.
  VICAR_COLD push_result push_surely(message& envelope, linked_message& instead) noexcept {
    const std::uint32_t size = padded(envelope.type->size);
    unused_chunk fresh;
    for (bool no_memory = false;;) {
      {
        const std::lock_guard lock{lock_};
        if (closed_.load(std::memory_order_relaxed)) return push_result::closed;  // relaxed: written under this lock
        const bool fits = reserve(size, fresh);
        if (fits) {
          envelope.type->relocate(last_->data() + last_->used, envelope);
          last_->used += size;
        } else if (no_memory) {
          link(instead);
        }
        if (fits || no_memory) {
          // Relaxed, both: as in `push`.
          const std::uint32_t before = signal_.load(std::memory_order_relaxed);
          signal_.store(displaces_ ? queued : filled, std::memory_order_relaxed);
          return before == armed ? push_result::accepted_armed : push_result::accepted;
        }
      }
      try {
        fresh.make();
      } catch (...) {
        no_memory = true;
      }
    }
  }

  /// A message that was removed for a newer one. It stays in place until `forget`.
  struct displaced {
    message* oldest = nullptr;
    void* place = nullptr;  ///< its chunk; null if it was moved to `moved`
    alignas(8) unsigned char moved[most_in_place];
  };
  /// As `push`, for a mailbox that displaces, whose `push` accepts no ordinary messages at all. If the mailbox is full,
  /// the oldest ordinary message that was not begun is removed, and the sender has to abandon it. `closed` if a stop
  /// request is older than all of them: no further message is handled.
  VICAR_COLD push_result push_displacing(message& envelope, displaced& made_way, unused_chunk& fresh) {
    const message::traits& type = *envelope.type;
    const std::uint32_t size = padded(type.size);
    unneeded_chunks unneeded;
    for (;; allocate(fresh)) {
      const std::lock_guard lock{lock_};
      // Relaxed, here and below: in such a mailbox, all of them are written under this lock.
      if (closed_.load(std::memory_order_relaxed)) return push_result::closed;
      const bool full = type.ordinary &&
                        pushed_.load(std::memory_order_relaxed) - handled_.load(std::memory_order_relaxed) == capacity_;
      message* const oldest_ordinary = full ? find_ordinary(unneeded) : nullptr;
      if (full && !oldest_ordinary) return push_result::closed;
      if (!reserve(size, fresh)) continue;  // allocates without the lock; no message has been removed yet
      type.relocate(last_->data() + last_->used, envelope);
      last_->used += size;
      if (full && oldest_ordinary == oldest(unneeded))
        made_way.oldest = leave_oldest(made_way.place, unneeded);
      else if (full)
        move_out(*oldest_ordinary, made_way);
      if (type.ordinary) {
        limit_ = pushed_.load(std::memory_order_relaxed) + 1;
        pushed_.store(limit_, std::memory_order_relaxed);
      }
      const std::uint32_t before = signal_.load(std::memory_order_relaxed);
      signal_.store(queued, std::memory_order_relaxed);
      return before == armed ? push_result::accepted_armed : push_result::accepted;
    }
  }
  /// Called after the message was abandoned and destroyed.
  void forget(const displaced& removed) noexcept {
    if (!removed.place) return;
    unneeded_chunks unneeded;
    const std::lock_guard lock{lock_};
    unpin(static_cast<chunk*>(removed.place), unneeded);
  }
  bool displaces() const noexcept { return displaces_; }

  /// Whether an ordinary message would be accepted now.
  bool accepts_now() const noexcept { return !closed() && (displaces_ || !lacks_space()); }

  /// A sender that found the mailbox full, until it checks again.
  class space_wait {
   public:
    explicit space_wait(mailbox& full) noexcept
        : full_{full},
          // Sequentially consistent with `handled_`: either the consumer sees that a sender waits, or this sender sees
          // the space. Acquires the freed space.
          before_{full.space_.fetch_or(awaited, std::memory_order_seq_cst) | awaited} {}
    space_wait(const space_wait&) = delete;
    space_wait& operator=(const space_wait&) = delete;

    /// The event that ends the wait.
    awaited_event space() const noexcept {
      return {&full_, [](const void* full) noexcept { return static_cast<const mailbox*>(full)->lacks_space(); }};
    }
    /// Whether the senders that were blocked have to check again.
    bool released() const noexcept {
      return full_.space_.load(std::memory_order_acquire) != before_;  // acquires the freed space
    }
    /// Blocks until half of the capacity is free, the mailbox is closed or `limit` has passed. The consumer may stay in
    /// one message while less than half is free, and may even wait there for this sender's next action. So the sender
    /// also polls, at growing intervals, and returns if there is any space. May return early.
    void sleep(const time_limit& limit = {}) {
      const bool released_by_any_space = full_.capacity_ / 2 + 1 >= full_.capacity_ || full_.guarded_;
      for (double patience = first_patience; full_.lacks_space() && !limit.passed(); patience *= 2) {
        time_limit look = limit;
        if (!released_by_any_space) {
          const time_limit soon{patience < last_patience ? patience : last_patience};
          if (soon.until_nanoseconds() < limit.until_nanoseconds()) look = soon;
        }
        sleep_while(full_.space_, before_, look.until_nanoseconds());
        if (released()) return;
      }
    }

   private:
    mailbox& full_;
    const std::uint32_t before_;
  };

  /// Lets all blocked senders check again if there is space. For the consumer, when it is about to wait itself.
  void offer_space_to_all() noexcept {
    // Relaxed: the graph's lock, which the caller holds, orders this after the senders that already have an edge.
    if ((space_.load(std::memory_order_relaxed) & awaited) == 0 || lacks_space()) return;
    space_.fetch_add(awaited, std::memory_order_release);  // publishes the space
    wake_all(space_);
  }

  /// The number of pending ordinary messages.
  std::size_t depth() const noexcept {
    // Relaxed: a snapshot. The two loads are not ordered, so the number handled may be the larger one; then no message
    // is pending. The difference may be too large if this thread is preempted between the loads.
    const std::uint64_t handled = handled_.load(std::memory_order_relaxed);
    const std::uint64_t pushed = pushed_.load(std::memory_order_relaxed);
    const std::size_t waiting = pushed > handled ? convert<std::size_t>(pushed - handled) : 0;
    return waiting < capacity_ ? waiting : capacity_;
  }
  bool closed() const noexcept {
    return closed_.load(std::memory_order_acquire);
  }  // acquires what the actor did before it closed

  // For the consumer: one thread at a time.

  /// The next message, or null if there is none. It stays in place until `pop`.
  message* front() {
    for (;;) {
      if (taken_ && cursor_ < taken_->used) return std::launder(reinterpret_cast<message*>(taken_->data() + cursor_));
      if (taken_) finish_chunk();
      if (taken_) continue;
      if (linked_) [[unlikely]]
        return std::exchange(linked_, linked_->next_linked);
      // Relaxed: the lock taken below acquires the messages.
      const std::uint32_t signal = signal_.load(std::memory_order_relaxed);
      if (signal != filled) return signal == queued ? take_oldest() : nullptr;
      take();
    }
  }
  /// The message that `front` would return, which stays in a mailbox that displaces. While no sender runs.
  VICAR_COLD message* peek() {
    if (!displaces_) {
      message* const next = front();
      if (next && next->type->size == 0) {  // it was linked; `front` has taken it
        auto& whole = static_cast<linked_message&>(*next);
        whole.next_linked = std::exchange(linked_, &whole);
      }
      return next;
    }
    unneeded_chunks unneeded;
    const std::lock_guard lock{lock_};
    message* const next = oldest(unneeded);
    return next ? next : arrived_;
  }
  /// Marks the message that `front` returned as begun, before it is handled: it is no longer pending.
  void begin(const message& next) noexcept {
    current_size_ = padded(next.type->size);
    if (!next.type->ordinary) return;
    if (bounded_) return begin_bounded();
    // Relaxed: a counter for `depth`, written only by this thread.
    handled_.store(handled_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  /// Releases the bytes of the message that was passed to `begin`, after it was handled and destroyed. A second call
  /// has no effect.
  void pop() noexcept { cursor_ += std::exchange(current_size_, 0); }

  /// Returns true if there is no message: then the next push reports that the consumer has to be woken. Frees the
  /// memory of a burst.
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
  void sleep_until_woken() {
    while (signal_.load(std::memory_order_relaxed) == armed)
      sleep_while(signal_, armed);  // relaxed: `front` takes the lock
  }
  /// Uses only the address of the mailbox.
  void wake() const noexcept { wake_one(signal_); }

  /// No push succeeds after this. Blocked senders are released. Pending messages stay for the consumer.
  void close() noexcept {
    {
      const std::lock_guard lock{lock_};
      closed_.store(true, std::memory_order_release);  // releases what the actor did before
    }
    space_.fetch_add(next_number, std::memory_order_release);  // publishes that the mailbox is closed
    wake_all(space_);
  }

 private:
  // signal_
  static constexpr std::uint32_t empty = 0;   // no push since the consumer took the chain
  static constexpr std::uint32_t filled = 1;  // a push since then
  static constexpr std::uint32_t armed = 2;   // no push since then, and the consumer has to be notified
  static constexpr std::uint32_t queued = 3;  // there are messages that the consumer takes one by one

  // space_: the bits above this one hold a number that changes each time senders have to check again
  static constexpr std::uint32_t awaited = 1;  // a sender waits for space
  static constexpr std::uint32_t next_number = 2;

  // Seconds after which a sleeping sender polls, at first and at most.
  static constexpr double first_patience = 0.001;
  static constexpr double last_patience = 0.064;

  static constexpr auto unlimited = static_cast<std::size_t>(-1);
  static constexpr std::uint32_t most_spares = 64;

  static constexpr std::uint32_t padded(std::uint32_t size) noexcept {
    if constexpr (alignof(message) % 8 == 0) return size;  // every message derives from it
    return (size + 7) / 8 * 8;
  }

  /// Whether an ordinary message would be rejected now, but not forever. Needs no lock: a sender that sees the space
  /// too late checks again, because `space_` has changed.
  bool lacks_space() const noexcept {
    if (closed_.load(std::memory_order_acquire)) return false;  // acquires what the actor did before it closed
    // Sequentially consistent with the consumer's store: see `space_wait`. Read first, because it acquires the value of
    // `pushed_` that the consumer has seen: without the lock, the difference may be too large, but not negative.
    const std::uint64_t handled = handled_.load(std::memory_order_seq_cst);
    return pushed_.load(std::memory_order_relaxed) - handled >= capacity_;
  }

  // Relaxed: written under the lock, which the caller holds.
  bool at_limit() const noexcept { return pushed_.load(std::memory_order_relaxed) == limit_; }

  /// Called when the number of messages that may be pushed is reached: reads how many the consumer has begun meanwhile.
  /// Returns whether that leaves space for one. Under the lock.
  VICAR_COLD bool raise_limit() noexcept {
    if (displaces_ || guarded_) return false;
    // Relaxed, both: an old number only makes the sender check again, see `space_wait`; `pushed_` is written under the
    // lock.
    limit_ = handled_.load(std::memory_order_relaxed) + capacity_;
    return !at_limit();
  }

  /// Wakes senders when half of the capacity is free: one for each message that there is space for. Waking one for each
  /// handled message would cost a context switch per message.
  VICAR_COLD void begin_bounded() noexcept {
    if (displaces_) return;                                                      // `take_oldest` has already counted it
    const std::uint64_t handled = handled_.load(std::memory_order_relaxed) + 1;  // relaxed: written by this thread
    // Sequentially consistent, both: see `space_wait`.
    handled_.store(handled, std::memory_order_seq_cst);
    if ((space_.load(std::memory_order_seq_cst) & awaited) == 0) return;
    // Relaxed: not older than the value that the waiting sender saw, because `space_` was read before.
    const std::uint64_t waiting = pushed_.load(std::memory_order_relaxed) - handled;
    if (waiting > capacity_ / 2 && !guarded_) return;
    // Clears the mark and changes the number. Releases the space.
    space_.fetch_add(awaited, std::memory_order_release);
    if (wake_some(space_, capacity_ - convert<std::size_t>(waiting)))
      space_.fetch_or(awaited, std::memory_order_relaxed);  // relaxed: only this thread acts on the mark
  }

  /// Called by a sender that was woken and does not use the space.
  void pass_space_on() noexcept {
    space_.fetch_add(next_number, std::memory_order_release);  // publishes the space
    wake_one(space_);
  }

  /// Under the lock.
  void link(linked_message& last) noexcept {
    last.next_linked = nullptr;
    linked_message** end = &arrived_;
    while (*end) end = &(*end)->next_linked;  // few: there was no memory
    *end = &last;
  }

  /// Makes space for one message at the end of the filling chain; false if that needs another chunk. Under the lock.
  VICAR_INLINE_WHERE_OPTIMISED bool reserve(std::uint32_t size, unused_chunk& fresh) noexcept {
    return (last_ && last_->capacity - last_->used >= size) || append_chunk(fresh);
  }
  VICAR_INLINE_WHERE_OPTIMISED bool append_chunk(unused_chunk& fresh) noexcept {
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
      next_capacity_ = larger_chunk(next_capacity_);
      return false;
    }
    (last_ ? last_->next : first_) = next;
    last_ = next;
    return true;
  }

  // A mailbox that displaces: sender and consumer both take the oldest message, one at a time, from the filling chain.
  // The message stays in its chunk, which is pinned until the message is destroyed. All of this happens under the lock;
  // chunks that are no longer needed are freed without it.

  /// The oldest message, in the first chunk; null if there is none.
  message* oldest(unneeded_chunks& unneeded) noexcept {
    if (first_ && front_ == first_->used && first_ != last_) {
      chunk* const done = std::exchange(first_, first_->next);
      front_ = 0;
      if (done->pins == 0) recycle(done, unneeded);
    }
    if (!first_ || front_ == first_->used) return nullptr;
    return std::launder(reinterpret_cast<message*>(first_->data() + front_));
  }
  /// Takes out the oldest message, and stores its chunk in `place`.
  message* leave_oldest(void*& place, unneeded_chunks& unneeded) noexcept {
    message* const msg = oldest(unneeded);
    place = first_;
    ++first_->pins;
    front_ += padded(msg->type->size);
    // Relaxed: written under the lock; a thread that reads without the lock gets a snapshot.
    if (msg->type->ordinary) handled_.store(handled_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return msg;
  }
  /// The oldest ordinary message; null if a stop request is older. Resumptions may be, which are few.
  message* find_ordinary(unneeded_chunks& unneeded) noexcept {
    if (!oldest(unneeded)) return nullptr;
    std::uint32_t at = front_;
    for (chunk* in = first_; in; in = in->next, at = 0) {
      while (at != in->used) {
        auto* const each = std::launder(reinterpret_cast<message*>(in->data() + at));
        if (each->type->ordinary) return each;
        if (each->type->last) return nullptr;
        at += padded(each->type->size);
      }
    }
    return nullptr;
  }
  /// Takes out a message that is not the oldest one. It is moved as a sender moves it in, under the lock.
  void move_out(message& from, displaced& to) noexcept {
    const std::uint32_t size = padded(from.type->size);
    const message::traits& type = *from.type;
    type.relocate(to.moved, from);
    if (type.destructor) type.destructor(from);
    to.oldest = std::launder(reinterpret_cast<message*>(to.moved));
    ::new (static_cast<void*>(&from)) message{&gap::of(size)};
    handled_.store(handled_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);  // relaxed: as above
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
  /// The oldest message, for the consumer, which has destroyed the previous one.
  VICAR_COLD message* take_oldest() noexcept {
    unneeded_chunks unneeded;
    const std::lock_guard lock{lock_};
    if (begun_) unpin(static_cast<chunk*>(std::exchange(begun_, nullptr)), unneeded);
    message* msg = nullptr;
    if (oldest(unneeded))
      msg = leave_oldest(begun_, unneeded);
    else if (arrived_)
      msg = std::exchange(arrived_, arrived_->next_linked);
    if (!oldest(unneeded) && !arrived_)
      signal_.store(empty, std::memory_order_relaxed);  // relaxed: written under the lock
    return msg;
  }
  /// `shrink` for a mailbox that displaces. The consumer is idle, and has destroyed the last message.
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
      chunk* const spare = std::exchange(chain, chain->next);
      if (spare->capacity == first_chunk_capacity)
        recycle(spare, unneeded);
      else
        unneeded.add(spare);
    }
    next_capacity_ = first_chunk_capacity;
  }

  /// Takes the whole filling chain and returns drained chunks to the senders.
  void take() noexcept {
    const std::lock_guard lock{lock_};
    taken_ = std::exchange(first_, nullptr);
    last_ = nullptr;
    if (arrived_) [[unlikely]]
      linked_ = std::exchange(arrived_, nullptr);
    while (drained_ && spares_ < most_spares) {
      chunk* const drained = std::exchange(drained_, drained_->next);
      drained->next = std::exchange(spare_, drained);
      ++spares_;
    }
    cursor_ = 0;
    signal_.store(empty, std::memory_order_relaxed);  // relaxed: written under the lock
  }

  /// Keeps the chunk for the senders, unless there are larger ones.
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

  /// Leaves two small chunks for the senders, one to fill while the other is handled, and frees the rest.
  void shrink() noexcept {
    if (!drained_) return displaces_ ? shrink_queued() : void();  // nothing was handled since the last call
    chunk* spare = nullptr;
    {
      const std::lock_guard lock{lock_};
      spare = std::exchange(spare_, nullptr);
      spares_ = 0;
      next_capacity_ = first_chunk_capacity;
    }
    largest_drained_ = 0;
    chunk* kept = nullptr;
    std::uint16_t count = 0;
    for (chunk* chain : {std::exchange(drained_, nullptr), spare}) {
      while (chain) {
        chunk* const unused = std::exchange(chain, chain->next);
        if (unused->capacity == first_chunk_capacity && count < 2) {
          unused->next = std::exchange(kept, unused);
          ++count;
        } else {
          ::operator delete(unused);
        }
      }
    }
    const std::lock_guard lock{lock_};  // meanwhile, the senders had no spare chunk, and may have allocated one
    spare_ = kept;
    spares_ = count;
  }

  // Senders and the consumer write different cache lines, so that neither slows the other down.
  const std::size_t capacity_;
  spin_lock lock_;
  bool guarded_ = false;                                // not changed once others know this mailbox
  std::atomic<bool> closed_{false};                     // written under lock_
  std::uint16_t spares_ = 0;                            // the number of chunks in spare_: guarded by lock_
  std::uint32_t next_capacity_ = first_chunk_capacity;  // of the next chunk to allocate: guarded by lock_
  chunk* first_ = nullptr;                              // the filling chain: guarded by lock_
  chunk* last_ = nullptr;                               // its end: guarded by lock_
  chunk* spare_ = nullptr;                              // chunks for the senders: guarded by lock_
  linked_message* arrived_ = nullptr;                   // for which there was no memory: guarded by lock_
  std::atomic<std::uint64_t> pushed_{0};                // ordinary messages so far: written under lock_
  std::uint64_t limit_{capacity_};                      // the maximum of pushed_: guarded by lock_
  std::uint32_t front_ = 0;  // in a mailbox that displaces, the bytes of first_ that were taken: guarded by lock_
  wait_word signal_{empty};

  alignas(64) std::atomic<std::uint64_t> handled_{
      0};  // ordinary messages begun so far: written by the consumer; under lock_ if the mailbox displaces
  chunk* taken_ = nullptr;  // the chain being handled: used by the consumer only, like all below except space_
  chunk* drained_ = nullptr;
  wait_word space_{0};  // blocked senders sleep on it
  std::uint32_t cursor_ = 0;
  std::uint32_t current_size_ = 0;
  std::uint32_t largest_drained_ = 0;  // the capacity of the largest chunk handled since the mailbox was idle
  const bool bounded_;
  const bool displaces_;
  linked_message* linked_ = nullptr;  // those that belong to the chain being handled
  void* begun_ = nullptr;             // in a mailbox that displaces, the chunk of the message being handled
};

}  // namespace vicar::detail

#endif
