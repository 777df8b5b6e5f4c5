// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FUTURES_STATE_HPP
#define VICAR_DETAIL_FUTURES_STATE_HPP

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/base/valgrind.hpp>
#include <vicar/detail/futures/state_pool.hpp>
#include <vicar/detail/futures/waiters.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/system/conductor.hpp>
#include <vicar/detail/system/fork.hpp>
#include <vicar/detail/system/native_thread.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/system/wait_word.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/error.hpp>

// The shared state of a future: docs/internals.md lists its fields and invariants.
namespace vicar::detail {

class future_state_base;

/// Optional data of a state: how its value is computed, or which call has failed.
class state_extra {
 public:
  /// Destroys this object. Called when its state is freed.
  virtual void dispose() noexcept = 0;
  /// Reports a failure that no reader has seen. Called by the last handle.
  virtual void report(const std::exception_ptr& failure) noexcept = 0;

 protected:
  ~state_extra() = default;
};

/// The actor that has not answered in time, and which of its members: for an error text.
struct late_answer {
  actor_handle source;  ///< null if unknown
  std::string_view member;
};

/// Computes the value of `state` on the threads that read it; `lazy_value.hpp` has the only implementation.
class lazy_extra : public state_extra {
 public:
  /// Whether the value can be computed without waiting for another future.
  virtual bool ready(future_state_base& state) = 0;
  /// Waits until `ready` or the deadline; returns the same as `future_state_base::await`. Computes a value without
  /// sources.
  virtual const void* await_ready(future_state_base& state, const time_limit& limit, late_answer* late) = 0;
  /// As above, and computes the value.
  virtual const void* await(future_state_base& state, const time_limit& limit, late_answer* late) = 0;

 protected:
  ~lazy_extra() = default;
};

class VICAR_SHARED future_state_base : public from_state_pool {
 public:
  future_state_base(const future_state_base&) = delete;
  future_state_base& operator=(const future_state_base&) = delete;

  // Handles. A new state has one producer and one consumer.

  void add_consumer() noexcept { count_consumer(); }
  void drop_consumer() noexcept { drop(one_consumer); }
  void drop_producer() noexcept { drop(producer_bit); }
  /// Adds a consumer on behalf of the producer; false if the value was moved out.
  bool offer_consumer() noexcept {
    if ((count_consumer() & moved_out) == 0) return true;
    drop_consumer();
    return false;
  }
  /// Whether the caller's handle is the only consumer's: then it may move the value out, and the producer cannot add
  /// another consumer. Acquires what the other consumers did before they dropped their handles.
  bool move_out() noexcept {
    std::uint32_t now = look();  // acquires as said above
    while ((now & all_handles) == (one_consumer | producer_bit)) {
      // Acquires as said above; decides between this and `offer_consumer`.
      if (word_.compare_exchange_weak(now, now | moved_out, std::memory_order_acquire)) return true;
    }
    return (now & all_handles) == one_consumer;
  }

  // The producer's side.

  /// Claims the right to store the outcome; false if it was claimed before. A message's reply does not need it: it has
  /// one owner.
  bool claim() noexcept {
    // Acquires what a producer wrote before it returned the right: it may have begun to construct a value in this
    // state. The outcome itself is published by `publish`.
    const bool free = (word_.fetch_or(claimed, std::memory_order_acquire) & claimed) == 0;
    happens_after(&word_);
    return free;
  }
  /// Returns the right because the outcome could not be stored.
  void unclaim() noexcept {
    happens_before(&word_);
    word_.fetch_and(~claimed, std::memory_order_release);  // releases what was written of a value whose copy threw
  }
  void store_error(std::exception_ptr error) noexcept { error_ = std::move(error); }
  /// As `store_error`, for the exception of a call: if no reader sees it, `origin` reports it. Takes ownership of
  /// `origin`, which was made with `new` or is null. Called at most once, and not for a lazy state.
  void store_failure(std::exception_ptr error, state_extra* origin) noexcept {
    store_error(std::move(error));
    extra_ = origin;
    if (origin) word_.fetch_or(failed, std::memory_order_relaxed);  // relaxed: published with the outcome
  }
  void publish() noexcept {
    happens_before(&word_);
    // Releases the outcome to threads that see `ready`.
    const std::uint32_t before = word_.fetch_or(claimed | ready_bit, std::memory_order_release);
    if (before & sleeping) wake_all(word_);
    if (before & attached) run_waiters();
  }
  /// As `publish`, and drops the producer's handle in the same step, so that the state, and any exception in it, is
  /// freed by a reader instead of the producer. After that, only the address of the state is used,
  /// unless a waiter is attached.
  VICAR_INLINE_WHERE_OPTIMISED void publish_last() noexcept {
    wait_word& word = word_;  // for its address: the state may be freed when it is needed
    // Releases the outcome and what the producer did; acquires what the consumers did if none is left.
    happens_before(&word);
    const std::uint32_t before = word.fetch_sub(producer_bit - ready_bit, std::memory_order_acq_rel);
    if ((before & all_consumers) == 0) {
      happens_after(&word);
      free(before);
      return;
    }
    if (before & sleeping) wake_all(word);
    // The owner of a waiter is a consumer, which keeps the state alive until the waiter has run.
    if (before & attached) run_waiters();
  }
  /// Takes ownership of the lazy value, which was made with `new`.
  void set_lazy(lazy_extra* lazy) noexcept {
    extra_ = lazy;
    happens_before(&word_);
    // Releases the lazy value to threads that are sleeping, or that read the state later.
    const std::uint32_t before = word_.fetch_or(lazy_bit, std::memory_order_release);
    if (before & sleeping) wake_all(word_);
    if (before & attached) run_waiters();  // they look what the value is computed from
  }

  // The consumers' side.

  /// Acquires the outcome.
  bool published() const noexcept { return (look() & ready_bit) != 0; }
  /// Whether `await` would return without waiting. May throw `std::bad_alloc` if there are many sources.
  bool ready() {
    if (ready_now()) return true;
    if (!conductor_here) return false;
    conductor_here->pass(conductor::point::poll);
    return ready_now();
  }

  /// Blocks until the outcome is ready, and computes it if it is lazy. On a timeout, returns the address of the state
  /// that was not ready, and describes it in `late`; otherwise null. That state may be the source of a lazy value, and
  /// already freed.
  const void* await(const time_limit& limit, late_answer* late = nullptr) {
    for (;;) {
      const std::uint32_t now = look();  // acquires the outcome, or the lazy value
      if (now & ready_bit) return nullptr;
      if (now & lazy_bit) return lazy().await(*this, limit, late);
      if (!sleep(limit)) return describe(late);
    }
  }

  /// As `await`, but does not compute a value that has sources, once they are ready.
  const void* await_ready(const time_limit& limit, late_answer* late = nullptr) {
    for (;;) {
      const std::uint32_t now = look();  // acquires the outcome, or the lazy value
      if (now & ready_bit) return nullptr;
      if (now & lazy_bit) return lazy().await_ready(*this, limit, late);
      if (!sleep(limit)) return describe(late);
    }
  }

  /// Throws the error and marks it as observed. Cold, so that reading a value saves no registers for it.
  [[noreturn]] VICAR_COLD void throw_error() {
    observe();
    std::rethrow_exception(error_);
  }
  /// Marks the failure of this call as known to a reader, now or later, so that it is not reported.
  void observe() noexcept {
    // Relaxed: the caller has a handle, and dropping it comes later in the modification order of the word.
    word_.fetch_or(observed, std::memory_order_relaxed);
  }

  const std::exception_ptr& error() const noexcept { return error_; }

  /// Runs `next` once the state is ready or has a lazy value: immediately, on this thread, if so; else on the
  /// publishing thread, after the waiters that were attached before. The caller keeps its handle, and `next` in place,
  /// until `next` has run.
  void attach(waiter& next) noexcept {
    // First the bit, then the list: if the producer does not see the bit, it has published before, and this thread sees
    // that. Acquires the outcome if it is ready.
    const bool is_ready = (word_.fetch_or(attached, std::memory_order_acquire) & (ready_bit | lazy_bit)) != 0;
    if (is_ready) happens_after(&word_);
    if (is_ready || !waiters_.push(next)) next.run(next);
  }

  /// Whether a waiter may have been attached, to this state or a source of it.
  bool was_attached() const noexcept {
    return (word_.load(std::memory_order_relaxed) & (attached | lazy_bit)) != 0;  // relaxed: only a hint
  }

  /// Whether the value is computed from others, when it is read. Acquires the lazy value.
  bool is_lazy() const noexcept { return (look() & lazy_bit) != 0; }
  /// The source if it was started before fork(), so that it cannot answer in this process; otherwise null.
  actor_handle absent_source() const noexcept {
    if (this_generation() == 0) return {};  // the fast path: this process is not a forked child
    actor_handle known = source();
    return known && known->inherited() ? std::move(known) : actor_handle{};
  }

  /// Sets the actor that will answer, and which of its members. Both outlive the pending state.
  void set_source(actor_record& source, const std::string_view& member) noexcept {
    source_ = &source;
    member_ = &member;
  }

  /// The actor that will answer; null unless the state is pending: only then is the actor known to be alive.
  actor_handle source() const noexcept {
    if (!source_) return {};
    const std::lock_guard lock{wait_graph_mutex()};
    return published() ? actor_handle{} : try_handle(source_);
  }
  /// As `source`, under the graph's lock, and without a reference: the actor is alive as long as the lock is held.
  actor_record* pending_source() const noexcept { return source_ && !changed() ? source_ : nullptr; }
  /// The member that will answer; empty if unknown.
  std::string_view member() const noexcept { return member_ ? *member_ : std::string_view{}; }
  /// Describes this state, which was not ready in time, and returns its address.
  const void* describe(late_answer* late) const noexcept {
    if (late) *late = {source(), member()};
    return this;
  }

 protected:
  future_state_base() = default;
  virtual ~future_state_base() = default;
  bool holds_value() const noexcept { return published() && !error_; }

 private:
  // word_: the status of the outcome, and the handles of the state
  static constexpr std::uint32_t ready_bit = 1;       // the outcome may be read
  static constexpr std::uint32_t sleeping = 2;        // a thread sleeps, or is about to, until the word changes
  static constexpr std::uint32_t attached = 4;        // a waiter is in waiters_, or about to be
  static constexpr std::uint32_t claimed = 8;         // a producer has the right to store the outcome
  static constexpr std::uint32_t lazy_bit = 16;       // extra_ is a lazy value
  static constexpr std::uint32_t producer_bit = 32;   // the producer has a handle
  static constexpr std::uint32_t moved_out = 64;      // the value was moved out while the producer had a handle
  static constexpr std::uint32_t failed = 128;        // extra_ identifies the call that stored the error
  static constexpr std::uint32_t observed = 256;      // a reader knows the error, or will
  static constexpr std::uint32_t one_consumer = 512;  // this bit and those above count the consumers' handles
  static constexpr std::uint32_t all_consumers = ~(one_consumer - 1);
  // Half of the range: many threads may increment the count at once before one of them checks it.
  static constexpr std::uint32_t most_consumers = std::uint32_t{1} << 31U;
  static constexpr std::uint32_t all_handles = all_consumers | producer_bit;

  /// Returns the previous word.
  std::uint32_t count_consumer() noexcept {  // NOLINT(bugprone-exception-escape): one too many ends the process
    // Relaxed: the caller's handle keeps the state alive, and this operation itself decides whether a producer may add
    // a consumer.
    const std::uint32_t before = word_.fetch_add(one_consumer, std::memory_order_relaxed);
    if (before >= most_consumers) refuse_handle();
    return before;
  }
  /// Ends the process, since the state would be freed too early. No correct program keeps so many handles.
  [[noreturn]] static void refuse_handle() {
    throw vicar::error{"vicar: one future has more than 4 million copies; keep fewer, or pass them by reference"};
  }

  /// Acquires everything that was published.
  std::uint32_t look() const noexcept {
    const std::uint32_t now = word_.load(std::memory_order_acquire);
    happens_after(&word_);
    return now;
  }

  void drop(std::uint32_t share) noexcept {
    // Releases what was done through this handle; acquires what was done through the others before the state is freed.
    happens_before(&word_);
    const std::uint32_t before = word_.fetch_sub(share, std::memory_order_acq_rel);
    if ((before & all_handles) != share) return;
    happens_after(&word_);
    free(before);
  }

  /// `before`: the word before the last handle was dropped.
  void free(std::uint32_t before) noexcept {
    if (before & (lazy_bit | failed))
      free_with_extra(before);
    else
      delete this;
  }
  VICAR_COLD void free_with_extra(std::uint32_t before) noexcept {
    if ((before & (failed | observed)) == failed) extra_->report(error_);
    state_extra* const extra = extra_;
    delete this;
    extra->dispose();
  }

  friend class source_walk;
  lazy_extra& lazy() const noexcept { return static_cast<lazy_extra&>(*extra_); }

  awaited_event answer() const noexcept {
    return {this, [](const void* state) noexcept { return !static_cast<const future_state_base*>(state)->changed(); }};
  }

  bool ready_now() {
    const std::uint32_t now = look();  // acquires the outcome, or the lazy value
    if (now & ready_bit) return true;
    return (now & lazy_bit) ? lazy().ready(*this) : static_cast<bool>(absent_source());
  }

  bool changed() const noexcept {
    return (look() & (ready_bit | lazy_bit)) != 0;  // acquires the outcome, or the lazy value
  }

  /// Blocks until `changed` or the deadline.
  bool sleep(const time_limit& limit) {
    if (const actor_handle absent = absent_source())
      throw inherited_error(*absent, format_text("{} will not be answered", *member_));
    if (limit.passed()) {
      if (conductor_here && !changed()) conductor_here->pass(conductor::point::poll);
      return changed();
    }
    if (spin_until([this] { return changed(); })) return true;
    if (const actor_handle known = source()) {
      const wait_edge edge{*known, *member_, limit, answer(), wait_reason::reply};
      return sleep_in_kernel(limit);
    }
    return sleep_in_kernel(limit);
  }

  VICAR_COLD void run_waiters() noexcept { run_all(waiters_.close()); }

  bool sleep_in_kernel(const time_limit& limit) {
    for (;;) {
      // Acquires the outcome; lets the producer know that a thread has to be woken.
      const std::uint32_t now = word_.fetch_or(sleeping, std::memory_order_acquire) | sleeping;
      if (now & (ready_bit | lazy_bit)) return true;
      if (limit.passed()) return false;
      sleep_while(word_, now, limit.until_nanoseconds());
    }
  }

  wait_word word_{producer_bit | one_consumer};
  std::exception_ptr error_;
  actor_record* source_ = nullptr;
  const std::string_view* member_ = nullptr;
  waiter_list waiters_;
  state_extra* extra_ = nullptr;  // owned
};

/// The value of a `future<void>`.
struct nothing {};

template <class T>
class future_state final : public future_state_base {
 public:
  using value_type = std::conditional_t<std::is_void_v<T>, nothing, T>;

  future_state() noexcept {}
  ~future_state() noexcept override {  // noexcept even if the destructor of the value is not
    if (holds_value()) std::destroy_at(std::addressof(value_));
  }

  /// Constructs the value in place from the result of `factory`, so that immovable types work, too. Does not publish
  /// it.
  template <class Factory>
  void store(Factory&& factory) {
    if constexpr (std::is_void_v<T>) {
      std::forward<Factory>(factory)();
      ::new (static_cast<void*>(std::addressof(value_))) value_type{};
    } else if constexpr (std::is_array_v<std::remove_reference_t<decltype(std::forward<Factory>(factory)())>>) {
      ::new (static_cast<void*>(std::addressof(value_))) value_type(read_field(std::forward<Factory>(factory)()));
    } else {
      ::new (static_cast<void*>(std::addressof(value_))) value_type(std::forward<Factory>(factory)());
    }
  }

  /// Where callers that do not use `store` construct the value.
  void* place() noexcept { return static_cast<void*>(std::addressof(value_)); }

  /// The value; only after `published`.
  value_type& value() noexcept { return value_; }

 private:
  union {
    value_type value_;
  };
};

}  // namespace vicar::detail

#endif
