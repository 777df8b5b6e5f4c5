// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FUTURE_STATE_HPP
#define VICAR_DETAIL_FUTURE_STATE_HPP

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/config.hpp>
#include <vicar/detail/counted_handle.hpp>
#include <vicar/detail/fork.hpp>
#include <vicar/detail/format_text.hpp>
#include <vicar/detail/native_thread.hpp>
#include <vicar/detail/parker.hpp>
#include <vicar/detail/state_pool.hpp>
#include <vicar/detail/time_limit.hpp>
#include <vicar/detail/unanswered.hpp>
#include <vicar/detail/wait_graph.hpp>
#include <vicar/error.hpp>

// The shared part of a future: docs/internals.md lists its fields and what always holds.
namespace vicar::detail {

class future_state_base;

/// Runs once, on the thread that makes the state ready, or on the one that attaches it if that is later.
struct continuation {
  void (*run)(continuation& self) noexcept;
};

/// How a value is made by the thread that asks for it. One thread at a time makes it; `lazy_state.hpp` has the kinds.
class lazy_value {
 public:
  virtual ~lazy_value() = default;

  /// Whether making the value would not wait for another future.
  virtual bool ready() const noexcept = 0;
  /// Waits until `ready`, at most until `limit`; gives the state that was not ready by then, or null.
  virtual const future_state_base* wait(const time_limit& limit) = 0;
  /// Runs the user's function and stores its outcome in the state, unpublished. May throw a `timeout_error` that the
  /// function threw because of `limit`: then nothing is stored and it may be called again.
  virtual void make(const time_limit& limit) = 0;

  /// Makes the value of `state` unless another thread does; false if that one is not done by `limit`.
  bool make_once(future_state_base& state, const time_limit& limit);

  /// The functions that make values on this thread will not return: those who wait for them are answered
  /// `broken_promise`.
  static void leave_all() noexcept;

 private:
  /// A value that is being made on this thread; its function may ask for another one.
  struct frame {
    lazy_value& value;
    future_state_base& state;
    frame* outer;
  };

  void done() noexcept;
  /// False if the value is published, or another thread makes it: then `maker` is the actor there, if any, and `before`
  /// what `done_` was.
  bool begin_to_make(const future_state_base& state, participant_handle& maker, std::uint32_t& before);
  void make_as_the_only_one(future_state_base& state, const time_limit& limit);
  /// False if the limit has passed.
  bool wait_for_maker(const future_state_base& state, const time_limit& limit, const participant_handle& maker,
                      std::uint32_t before);

  std::mutex mutex_;
  const void* maker_ = nullptr;         // its thread: guarded by mutex_, as the next
  std::uint32_t maker_generation_ = 0;  // the process of that thread
  // The actor that makes the value: written under mutex_.
  std::atomic<participant*> making_actor_{nullptr};
  wait_word done_{0};  // how often a thread has stopped making it: written under mutex_
  VICAR_SHARED static inline constinit thread_local frame* innermost_ = nullptr;
};

class VICAR_SHARED future_state_base : public from_state_pool {
 public:
  future_state_base(const future_state_base&) = delete;
  future_state_base& operator=(const future_state_base&) = delete;

  // Handles. A new state is held by one producer and by one consumer.

  void add_consumer() noexcept { count_consumer(); }
  void drop_consumer() noexcept { drop(one_consumer); }
  void drop_producer() noexcept { drop(producer_bit); }
  /// Another consumer's handle, from the producer; false if the value was moved out.
  bool offer_consumer() noexcept {
    if ((count_consumer() & moved_out) == 0) return true;
    drop_consumer();
    return false;
  }
  /// Whether the caller's handle is the only one of a consumer: then it may move the value out, and the producer gives
  /// no further handle away. Acquires what the other consumers did before they let go.
  bool move_out() noexcept {
    std::uint32_t now = word_.load(std::memory_order_acquire);  // acquires as said above
    while ((now & all_handles) == (one_consumer | producer_bit)) {
      // Acquires as said above; decides between this and `offer_consumer`.
      if (word_.compare_exchange_weak(now, now | moved_out, std::memory_order_acquire)) return true;
    }
    return (now & all_handles) == one_consumer;
  }

  // The producer's side.

  /// The right to store the outcome; false when it was taken before. A message's reply needs none: it has one owner.
  bool claim() noexcept {
    // Acquires what a producer wrote that returned the right: it may have begun to construct a value in this state. The
    // outcome itself is published by `publish`.
    return (word_.fetch_or(claimed, std::memory_order_acquire) & claimed) == 0;
  }
  /// Returns the right because the outcome could not be stored.
  void unclaim() noexcept {
    word_.fetch_and(~claimed, std::memory_order_release);  // releases what was written of a value whose copy threw
  }
  void store_error(std::exception_ptr error) noexcept { error_ = std::move(error); }
  void publish() noexcept {
    // Releases the outcome to whoever sees `ready`; acquires the continuation.
    const std::uint32_t before = word_.fetch_or(claimed | ready_bit, std::memory_order_acq_rel);
    if (before & sleeping) wake_all(word_);
    if (before & continued) continuation_->run(*continuation_);
  }
  /// As `publish`, and drops the producer's handle in the same step, so that the state, an exception in it above all,
  /// is freed by those who read it and not by the producer. Nothing but the address of the state is used after that.
  void publish_last() noexcept {
    wait_word& word = word_;  // for its address, which a state that is gone cannot be asked for
    // Releases the outcome and what the producer did; acquires the continuation, and what the consumers did if none is
    // left.
    const std::uint32_t before = word.fetch_sub(producer_bit - ready_bit, std::memory_order_acq_rel);
    if ((before & all_consumers) == 0) {
      delete this;
      return;
    }
    if (before & sleeping) wake_all(word);
    if (before & continued) continuation_->run(*continuation_);  // its owner is a consumer, who waits for it
  }
  /// Takes the lazy value, which was made with `new`.
  void set_lazy(lazy_value* lazy) noexcept {
    lazy_ = lazy;
    // Releases the lazy value to those who ask later or sleep now.
    if (word_.fetch_or(lazy_bit, std::memory_order_release) & sleeping) wake_all(word_);
  }

  // The consumers' side.

  /// Acquires the outcome.
  bool published() const noexcept { return (word_.load(std::memory_order_acquire) & ready_bit) != 0; }
  bool ready() const noexcept {
    const std::uint32_t now = word_.load(std::memory_order_acquire);  // acquires the outcome, or the lazy value
    return (now & ready_bit) || ((now & lazy_bit) && lazy_->ready()) || absent_source();
  }

  /// Blocks until the outcome is there, making it if it is lazy. Gives null, or the state that was not ready by
  /// `limit`.
  const future_state_base* await(const time_limit& limit) {
    for (;;) {
      const std::uint32_t now = word_.load(std::memory_order_acquire);  // acquires the outcome, or the lazy value
      if (now & ready_bit) return nullptr;
      if (now & lazy_bit) {
        if (const future_state_base* pending = lazy_->wait(limit)) return pending;
        return lazy_->make_once(*this, limit) ? nullptr : this;
      }
      if (!sleep(limit)) return this;
    }
  }

  /// As `await`, but does not make a value whose sources are ready; one without sources is made.
  const future_state_base* await_ready(const time_limit& limit) {
    for (;;) {
      const std::uint32_t now = word_.load(std::memory_order_acquire);  // acquires the outcome, or the lazy value
      if (now & ready_bit) return nullptr;
      if (now & lazy_bit) {
        if (const future_state_base* pending = lazy_->wait(limit)) return pending;
        if (lazy_->ready()) return nullptr;
        return lazy_->make_once(*this, limit) ? nullptr : this;
      }
      if (!sleep(limit)) return this;
    }
  }

  const std::exception_ptr& error() const noexcept { return error_; }

  /// Fills the one slot for a continuation. `next` must stay in place until it has run.
  void attach(continuation& next) noexcept {
    continuation_ = &next;
    // Releases the continuation to the producer; acquires the outcome if it is there already.
    if (word_.fetch_or(continued, std::memory_order_acq_rel) & ready_bit) next.run(next);
  }

  /// Who will answer and which member; the view, and the participant, stay as long as the state is not ready.
  void set_source(participant& source, const std::string_view& member) noexcept {
    source_ = &source;
    member_ = &member;
  }

  [[noreturn]] void throw_timeout(const time_limit& limit) const {
    throw timeout_error{counted_handle<const late_text>::adopt(
        new unanswered{retain_source(), member_ ? *member_ : std::string_view{}, limit.asked_seconds()})};
  }

 protected:
  future_state_base() = default;
  virtual ~future_state_base() { delete lazy_; }
  bool holds_value() const noexcept { return published() && !error_; }

 private:
  // word_: what is known of the outcome, and who holds the state
  static constexpr std::uint32_t ready_bit = 1;       // the outcome may be read
  static constexpr std::uint32_t sleeping = 2;        // somebody sleeps, or is about to, until the word changes
  static constexpr std::uint32_t continued = 4;       // continuation_ is set
  static constexpr std::uint32_t claimed = 8;         // a producer has the right to store the outcome
  static constexpr std::uint32_t lazy_bit = 16;       // lazy_ is set
  static constexpr std::uint32_t producer_bit = 32;   // the producer has a handle
  static constexpr std::uint32_t moved_out = 64;      // the value was, while the producer had a handle
  static constexpr std::uint32_t one_consumer = 128;  // from here on: how many handles the consumers have
  static constexpr std::uint32_t all_consumers = ~(one_consumer - 1);
  static constexpr std::uint32_t most_consumers = std::uint32_t{1} << 31U;  // many threads may be in the way at once
  static constexpr std::uint32_t all_handles = all_consumers | producer_bit;

  /// Gives the word as it was.
  std::uint32_t count_consumer() noexcept {  // NOLINT(bugprone-exception-escape): one too many ends the process
    // Relaxed: a new handle is made from one that keeps the state alive, and what a producer gives away is decided
    // here.
    const std::uint32_t before = word_.fetch_add(one_consumer, std::memory_order_relaxed);
    if (before >= most_consumers) refuse_handle();
    return before;
  }
  /// Ends the process, since the state would be freed too early: nobody can have kept so many by design.
  [[noreturn]] static void refuse_handle() {
    throw vicar::error{"vicar: one future has more than 16 million copies; keep fewer, or pass them by reference"};
  }

  void drop(std::uint32_t share) noexcept {
    // Releases what this handle did, and acquires what the others did before the state is freed.
    if ((word_.fetch_sub(share, std::memory_order_acq_rel) & all_handles) == share) delete this;
  }

  /// Null unless the state is pending: only then is the source known to be alive.
  participant_handle retain_source() const noexcept {
    if (!source_) return {};
    const std::lock_guard lock{wait_graph_mutex()};
    if (published() || !source_->try_retain()) return {};
    return participant_handle::adopt(source_);
  }

  awaited_event answer() const noexcept {
    return {this, [](const void* whose) noexcept { return !static_cast<const future_state_base*>(whose)->changed(); }};
  }

  /// The one that was to answer before fork(), which it cannot do in this process; null if there is none.
  participant_handle absent_source() const noexcept {
    if (this_generation() == 0) return {};  // nothing was inherited, which is all that most programs have to know
    participant_handle source = retain_source();
    return source && source->inherited() ? std::move(source) : participant_handle{};
  }

  bool changed() const noexcept {
    return (word_.load(std::memory_order_acquire) & (ready_bit | lazy_bit)) !=
           0;  // acquires the outcome, or the lazy value
  }

  /// Blocks until `changed`, at most until `limit`.
  bool sleep(const time_limit& limit) {
    if (const participant_handle absent = absent_source())
      throw inherited_error(*absent, format_text("{} will not be answered", *member_));
    if (limit.passed()) return changed();
    if (spin_until([this] { return changed(); })) return true;
    if (const participant_handle source = retain_source()) {
      const wait_edge edge{*source, *member_, limit, answer(), wait_reason::reply};
      return sleep_in_kernel(limit);
    }
    return sleep_in_kernel(limit);
  }

  bool sleep_in_kernel(const time_limit& limit) noexcept {
    for (;;) {
      // Acquires the outcome; tells the producer that somebody has to be woken.
      const std::uint32_t now = word_.fetch_or(sleeping, std::memory_order_acquire) | sleeping;
      if (now & (ready_bit | lazy_bit)) return true;
      if (limit.passed()) return false;
      sleep_while(word_, now, limit);
    }
  }

  wait_word word_{producer_bit | one_consumer};
  std::exception_ptr error_;
  participant* source_ = nullptr;
  const std::string_view* member_ = nullptr;
  continuation* continuation_ = nullptr;
  lazy_value* lazy_ = nullptr;  // its own
};

inline bool lazy_value::make_once(future_state_base& state, const time_limit& limit) {
  for (;;) {
    participant_handle maker;
    std::uint32_t before = 0;
    if (begin_to_make(state, maker, before)) {
      make_as_the_only_one(state, limit);
      return true;
    }
    if (state.published()) return true;
    if (!wait_for_maker(state, limit, maker, before)) return state.published();
  }
}

inline bool lazy_value::begin_to_make(const future_state_base& state, participant_handle& maker,
                                      std::uint32_t& before) {
  const std::lock_guard lock{mutex_};
  before = done_.load(std::memory_order_relaxed);  // relaxed: under the lock
  if (state.published()) return false;
  if (!maker_) {
    maker_ = this_thread();
    maker_generation_ = this_generation();
    // Relaxed: read under the lock, or see below.
    making_actor_.store(innermost_frame ? &innermost_frame->owner : nullptr, std::memory_order_relaxed);
    return true;
  }
  // Looked at first: a thread of a child may have the number of one of the parent's.
  if (maker_generation_ != this_generation()) {
    throw actor_dead_error{
        "vicar: the value of this future was being made by another thread at the fork(), and that thread does not run "
        "in this process; read it before fork(), or make the future after"};
  }
  if (maker_ == this_thread()) {
    throw deadlock_error{
        "vicar: a future waits for itself inside the function that makes its value; do not ask it there"};
  }
  // Relaxed: under the lock. It is alive, since it is making.
  if (participant* const actor = making_actor_.load(std::memory_order_relaxed)) maker = participant_handle{*actor};
  return false;
}

inline void lazy_value::make_as_the_only_one(future_state_base& state, const time_limit& limit) {
  frame here{*this, state, innermost_};
  innermost_ = &here;
  try {
    make(limit);
  } catch (...) {
    innermost_ = here.outer;
    done();
    throw;
  }
  innermost_ = here.outer;
  state.publish();
  done();
}

inline void lazy_value::done() noexcept {
  {
    const std::lock_guard lock{mutex_};
    maker_ = nullptr;
    making_actor_.store(nullptr,
                        std::memory_order_relaxed);  // relaxed: whoever walks to it later takes the graph's lock
    done_.fetch_add(1, std::memory_order_relaxed);   // relaxed: who sees it takes the lock
  }
  wake_all(done_);
}

inline void lazy_value::leave_all() noexcept {
  for (const frame* each = std::exchange(innermost_, nullptr); each; each = each->outer) {
    each->state.store_error(std::make_exception_ptr(
        broken_promise{"vicar: the function that makes this value has called exit; there will be no value"}));
    each->state.publish();
    each->value.done();
  }
}

inline bool lazy_value::wait_for_maker(const future_state_base& state, const time_limit& limit,
                                       const participant_handle& maker, std::uint32_t before) {
  if (!maker) {
    sleep_while(done_, before, limit);
    return !limit.passed();
  }
  struct making {
    const lazy_value& what;
    const future_state_base& state;
    const participant* by;
  };
  const making now{*this, state, maker.get()};
  const auto goes_on = [](const void* which) noexcept {
    const auto& asked = *static_cast<const making*>(which);
    // Relaxed: what the maker did before it waits itself is published by the graph's lock.
    return asked.what.making_actor_.load(std::memory_order_relaxed) == asked.by && !asked.state.published();
  };
  const wait_edge edge{*maker, "a future's value", limit, {&now, goes_on}, wait_reason::value};
  if (edge.has_come()) return true;
  sleep_while(done_, before, limit);
  return !limit.passed();
}

/// Stands for the value of a `future<void>`.
struct nothing {};

template <class T>
class future_state final : public future_state_base {
 public:
  using value_type = std::conditional_t<std::is_void_v<T>, nothing, T>;

  future_state() noexcept {}
  ~future_state() noexcept override {  // also where the destructor of a value may throw
    if (holds_value()) std::destroy_at(std::addressof(value_));
  }

  /// Builds the value in place from what `factory` returns, so that a type that cannot be moved works too. Not yet
  /// published.
  template <class Factory>
  void store(Factory&& factory) {
    if constexpr (std::is_void_v<T>) {
      std::forward<Factory>(factory)();
      ::new (static_cast<void*>(std::addressof(value_))) value_type{};
    } else {
      ::new (static_cast<void*>(std::addressof(value_))) value_type(std::forward<Factory>(factory)());
    }
  }

  /// Where the value is built by those who do not use `store`.
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
