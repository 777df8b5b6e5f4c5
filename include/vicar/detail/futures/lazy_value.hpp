// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FUTURES_LAZY_VALUE_HPP
#define VICAR_DETAIL_FUTURES_LAZY_VALUE_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/futures/state.hpp>
#include <vicar/detail/system/fork.hpp>
#include <vicar/detail/system/native_thread.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/system/wait_word.hpp>
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/error.hpp>

namespace vicar::detail {

/// Computes a value on the thread that reads it, on one thread at a time; `lazy_values.hpp` has the kinds.
///
/// The inputs are the source futures and the user's function. They are dropped once the value is computed. A thread
/// that accesses the sources holds the inputs meanwhile.
class lazy_value : public lazy_extra {
 public:
  /// The states of the source futures; valid while the inputs are held.
  struct source_list {
    future_state_base* const* first;
    std::size_t count;
  };

  lazy_value(const lazy_value&) = delete;
  lazy_value& operator=(const lazy_value&) = delete;

  /// A value without sources is computed by waiting for it, too.
  bool has_sources() const noexcept { return sources_.count != 0; }
  const source_list& sources() const noexcept { return sources_; }

  /// Holds the inputs until `leave`. False if they are dropped, or about to be: then the value is ready, or will be
  /// without waiting for its sources.
  bool hold() noexcept {
    // Relaxed, both: the inputs do not change before they are dropped, which `leave` orders.
    std::uint32_t now = holders_.load(std::memory_order_relaxed);
    while (now != 0) {
      if (holders_.compare_exchange_weak(now, now + 1, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  /// The last holder drops the inputs.
  void leave() noexcept {
    // Releases what this thread read of the inputs; acquires what the others did before they are destroyed.
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) drop_inputs();
  }

  /// Whether all sources are known to be ready, as they then stay. Acquires what the thread that found out had
  /// acquired.
  bool sources_were_ready() const noexcept { return sources_ready_.load(std::memory_order_acquire); }
  /// Releases the sources' outcomes to threads that do not check the sources themselves.
  void note_sources_ready() noexcept { sources_ready_.store(true, std::memory_order_release); }

  bool ready(future_state_base& state) final;
  const void* await_ready(future_state_base& state, const time_limit& limit, late_answer* late) final;
  const void* await(future_state_base& state, const time_limit& limit, late_answer* late) final;

  /// Computes the value of `state`, or waits for the thread that does; false if that has not finished by the deadline.
  /// The sources are ready.
  bool make_once(future_state_base& state, const time_limit& limit);

  /// Called when the functions that compute values on this thread will not return: the values become `broken_promise`.
  static void leave_all() noexcept;

  /// Destroys this object with its inputs. If that frees a lazy source, the source is destroyed afterwards instead of
  /// recursively, so that a long chain needs no deep stack.
  void dispose() noexcept final;
  void report(const std::exception_ptr&) noexcept final {}  // the reader of the value has seen the failure

 protected:
  explicit lazy_value(const source_list& sources) noexcept : sources_{sources} {}
  virtual ~lazy_value() = default;

 private:
  /// A value that this thread is computing; its function may read another lazy value.
  struct frame {
    lazy_value& value;
    future_state_base& state;
    frame* outer;
  };

  /// Runs the user's function and stores its outcome in the state, unpublished. If the function threw `timeout_error`
  /// because of `limit`, may rethrow it: then nothing is stored, and `make` may be called again.
  virtual void make(const time_limit& limit) = 0;
  /// Runs the user's destructors, so not under a lock.
  virtual void drop_inputs() noexcept = 0;

  void done() noexcept;
  /// False if the value is published or another thread is computing it. In that case `maker` is the actor on that
  /// thread, if any, and `before` is the value of `done_`.
  bool begin_to_make(const future_state_base& state, actor_handle& maker, std::uint32_t& before);
  void make_as_the_only_one(future_state_base& state, const time_limit& limit);
  /// False if the deadline has passed.
  bool wait_for_maker(const future_state_base& state, const time_limit& limit, const actor_handle& maker,
                      std::uint32_t before);

  const source_list sources_;
  std::atomic<std::uint32_t> holders_{1};  // the initial one is dropped by the thread that has computed the value
  std::atomic<bool> sources_ready_{false};

  std::mutex mutex_;
  const void* maker_ = nullptr;         // the computing thread: guarded by mutex_, like the next member
  std::uint32_t maker_generation_ = 0;  // the process of that thread
  // The actor that computes the value: written under mutex_.
  std::atomic<actor_record*> making_actor_{nullptr};
  wait_word done_{0};  // how often a thread has stopped computing it: written under mutex_

  lazy_value* next_ = nullptr;  // in this thread's list, which begins with doomed_

  VICAR_SHARED static inline constinit thread_local frame* innermost_ = nullptr;
  VICAR_SHARED static inline constinit thread_local lazy_value* doomed_ = nullptr;  // to be destroyed
  VICAR_SHARED static inline constinit thread_local bool disposing_ = false;
};

/// Traverses the sources of a state depth-first, without recursion. Holds the inputs of each state on the path, and
/// releases them in reverse order.
class source_walk {
 public:
  enum class aim : std::uint8_t {
    check,    ///< whether all sources are ready
    suspend,  ///< the same for a reader that need not block: values without sources count as ready
    wait,     ///< until they are; computes values without sources
    make,     ///< computes every value, sources first
  };

  source_walk(aim what, const time_limit& limit) noexcept : aim_{what}, limit_{limit} {}
  ~source_walk() {
    while (depth_ != 0) pop();
    delete[] more_;
  }
  source_walk(const source_walk&) = delete;
  source_walk& operator=(const source_walk&) = delete;

  /// Returns null, or the address of the state that was not ready. That state may be freed once this object releases
  /// its inputs, so `late` describes it before.
  const void* from(future_state_base& root, late_answer* late = nullptr) {
    const future_state_base* const pending = find_pending(root);
    return pending ? pending->describe(late) : nullptr;
  }

  /// For `suspend`: the next state that has to change before the value can be read without waiting; null if there is
  /// none. The previous one has changed. May throw `std::bad_alloc`.
  future_state_base* next_pending(future_state_base& root) {
    future_state_base* const arrived = arrive(last_ ? *last_ : root);
    last_ = arrived ? arrived : climb();
    return last_;
  }

 private:
  struct step {
    future_state_base* state;
    std::size_t next;  // of its sources
  };

  future_state_base* find_pending(future_state_base& root) {
    if (future_state_base* const pending = arrive(root)) return pending;
    return climb();
  }
  future_state_base* climb() {
    while (depth_ != 0) {
      step& here = at(depth_ - 1);
      future_state_base& state = *here.state;
      lazy_value& lazy = lazy_of(state);
      if (here.next < lazy.sources().count) {
        if (future_state_base* const pending = arrive(*lazy.sources().first[here.next++])) return pending;
        continue;
      }
      lazy.note_sources_ready();
      pop();
      if (aim_ == aim::make && !lazy.make_once(state, limit_)) return &state;
    }
    return nullptr;
  }

  /// Returns the state if it is not ready; appends it to the path if its sources have to be checked.
  future_state_base* arrive(future_state_base& state) {
    for (;;) {
      const std::uint32_t now = state.word_.load(std::memory_order_acquire);  // acquires the outcome, or the lazy value
      if (now & future_state_base::ready_bit) return nullptr;
      if (now & future_state_base::lazy_bit) return arrive_at_lazy(state);
      if (aim_ == aim::check || aim_ == aim::suspend) return state.absent_source() ? nullptr : &state;
      if (!state.sleep(limit_)) return &state;
    }
  }
  future_state_base* arrive_at_lazy(future_state_base& state) {
    lazy_value& lazy = lazy_of(state);
    if (!lazy.has_sources()) {
      if (aim_ == aim::check) return &state;
      if (aim_ == aim::suspend) return nullptr;
      return lazy.make_once(state, limit_) ? nullptr : &state;
    }
    if (aim_ != aim::make && lazy.sources_were_ready()) return nullptr;
    reserve();
    if (lazy.hold()) {
      at(depth_++) = {&state, 0};
      return nullptr;
    }
    return aim_ != aim::make || lazy.make_once(state, limit_) ? nullptr : &state;
  }

  static lazy_value& lazy_of(const future_state_base& state) noexcept { return static_cast<lazy_value&>(state.lazy()); }
  step& at(std::size_t index) noexcept { return index < few ? first_[index] : more_[index - few]; }
  void pop() noexcept { lazy_of(*at(--depth_).state).leave(); }
  void reserve() {
    if (depth_ < few + capacity_) return;
    const std::size_t larger = capacity_ == 0 ? 8 * few : 2 * capacity_;
    step* const copy = new step[larger];
    for (std::size_t i = 0; i < capacity_; ++i) copy[i] = more_[i];
    delete[] more_;
    more_ = copy;
    capacity_ = larger;
  }

  static constexpr std::size_t few = 8;  // steps that need no allocation

  const aim aim_;
  const time_limit& limit_;
  std::size_t depth_ = 0;
  std::size_t capacity_ = 0;  // of more_
  step first_[few];
  step* more_ = nullptr;
  future_state_base* last_ = nullptr;  // that `next_pending` returned
};

inline bool lazy_value::ready(future_state_base& state) {
  const time_limit forever;
  return source_walk{source_walk::aim::check, forever}.from(state) == nullptr;
}

inline const void* lazy_value::await_ready(future_state_base& state, const time_limit& limit, late_answer* late) {
  return source_walk{source_walk::aim::wait, limit}.from(state, late);
}

// Waits for all sources first, so that no function runs in vain if one of them times out.
inline const void* lazy_value::await(future_state_base& state, const time_limit& limit, late_answer* late) {
  if (const void* const pending = await_ready(state, limit, late)) return pending;
  return source_walk{source_walk::aim::make, limit}.from(state, late);
}

inline bool lazy_value::make_once(future_state_base& state, const time_limit& limit) {
  for (;;) {
    actor_handle maker;
    std::uint32_t before = 0;
    if (begin_to_make(state, maker, before)) {
      make_as_the_only_one(state, limit);
      return true;
    }
    if (state.published()) return true;
    if (!wait_for_maker(state, limit, maker, before)) return state.published();
  }
}

inline bool lazy_value::begin_to_make(const future_state_base& state, actor_handle& maker, std::uint32_t& before) {
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
  // Checked first: a thread of a child process may have the same number as a thread of the parent.
  if (maker_generation_ != this_generation()) {
    throw actor_dead_error{
        "vicar: the value of this future was being made by another thread during fork(), and that thread does not run in "
        "this process; read it before fork(), or make the future afterwards"};
  }
  if (maker_ == this_thread()) {
    throw deadlock_error{
        "vicar: a future waits for itself inside the function that makes its value; do not read it there"};
  }
  // Relaxed: under the lock. The actor is alive, since it is computing the value.
  if (actor_record* const actor = making_actor_.load(std::memory_order_relaxed)) maker = actor_handle{*actor};
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
  leave();  // before publishing: readers of the value find its inputs dropped, unless a third thread holds them
  innermost_ = here.outer;
  state.publish();
  done();
}

inline void lazy_value::done() noexcept {
  {
    const std::lock_guard lock{mutex_};
    maker_ = nullptr;
    making_actor_.store(
        nullptr,
        std::memory_order_relaxed);  // relaxed: a thread that follows an edge to it later takes the graph's lock
    done_.fetch_add(1, std::memory_order_relaxed);  // relaxed: a thread that sees it takes the lock
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
  disposing_ = false;  // a destructor that called exit will not return to `dispose`
}

inline void lazy_value::dispose() noexcept {
  if (disposing_) {
    next_ = std::exchange(doomed_, this);
    return;
  }
  disposing_ = true;
  for (lazy_value* each = this; each; each = std::exchange(doomed_, doomed_ ? doomed_->next_ : nullptr)) delete each;
  disposing_ = false;
}

inline bool lazy_value::wait_for_maker(const future_state_base& state, const time_limit& limit,
                                       const actor_handle& maker, std::uint32_t before) {
  if (!maker) {
    sleep_while(done_, before, limit.until_nanoseconds());
    return !limit.passed();
  }
  struct making {
    const lazy_value& what;
    const future_state_base& state;
    const actor_record* by;
  };
  const making now{*this, state, maker.get()};
  const auto goes_on = [](const void* context) noexcept {
    const auto& wanted = *static_cast<const making*>(context);
    // Relaxed: the graph's lock publishes what the maker did before it waits itself.
    return wanted.what.making_actor_.load(std::memory_order_relaxed) == wanted.by && !wanted.state.published();
  };
  const wait_edge edge{*maker, "a future's value", limit, {&now, goes_on}, wait_reason::value};
  if (edge.has_come()) return true;
  sleep_while(done_, before, limit.until_nanoseconds());
  return !limit.passed();
}

}  // namespace vicar::detail

#endif
