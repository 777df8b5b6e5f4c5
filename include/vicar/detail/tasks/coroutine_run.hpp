// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TASKS_COROUTINE_RUN_HPP
#define VICAR_DETAIL_TASKS_COROUTINE_RUN_HPP

#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>

#include <vicar/detail/tasks/frame_memory.hpp>
#include <vicar/detail/tasks/resumption.hpp>
#include <vicar/detail/wait/suspended_call.hpp>

namespace vicar::detail {

class promise_base;

/// An outermost coroutine and those that it awaits, of which the innermost one runs or waits. None is resumed inside
/// another one: each says which is next and returns to `resume_all`, since not every compiler makes a tail call of a
/// symmetric transfer. Used by the thread of its home.
class coroutine_run : public resumable {
 public:
  /// `first` lives as long as this object.
  coroutine_run(resumption& first, bool interleaves) noexcept : first_{first}, interleaves_{interleaves} {}
  coroutine_run(const coroutine_run&) = delete;
  coroutine_run& operator=(const coroutine_run&) = delete;

  /// For one suspension. Throws `std::bad_alloc`.
  resumption* make_resumption() { return first_.reuse() ? &first_ : resumption::make(first_.home()); }
  /// Whether anything else happens at home while a coroutine awaits something.
  bool interleaves() const noexcept { return interleaves_; }
  /// Whether others get their turn now, although what is awaited is ready. Otherwise a loop over ready futures would
  /// keep the home to itself.
  bool gives_way() noexcept {
    if (!interleaves_ || ++ready_awaits_ < most_ready_awaits) return false;
    ready_awaits_ = 0;
    return true;
  }
  /// The innermost coroutine waits for this state now; null: for nothing that an actor gives.
  virtual void now_awaits(future_state_base*) noexcept {}
  /// Throws if that closes a cycle.
  virtual void look_for_cycle() {}
  /// The innermost coroutine, a continuation, waits for this; null: no more.
  virtual void follows(followed_state*) noexcept {}
  /// The continuation that came last of those that wait for this state; null if there is none.
  virtual followed_state* last_that_follows(const void*) noexcept { return nullptr; }
  /// The coroutine that has just begun to wait continues at once.
  void continue_now() noexcept;
  /// For the innermost coroutine, which `rethrow` throws it in.
  void keep_current_exception() noexcept;
  void rethrow();

  /// Begins with the outermost coroutine.
  void begin_with(promise_base& outermost) noexcept;
  /// `inner` runs next, and `outer`, which awaits it, after its end.
  void enter(promise_base& inner) noexcept;
  /// The innermost coroutine has ended.
  void leave(promise_base& ended) noexcept;
  /// The innermost coroutine waits.
  void wait() noexcept {
    next_ = nullptr;
    ready_awaits_ = 0;
  }

  /// The one that lives as long as this object.
  resumption& first() const noexcept { return first_; }
  /// Resumes the innermost coroutine, and what follows, until one waits or the outermost has ended.
  void resume_all() noexcept;
  /// Destroys the frames of the inner coroutines, one by one: a long chain would need as much stack.
  void destroy_inner() noexcept;

 protected:
  ~coroutine_run() = default;

 private:
  static constexpr unsigned most_ready_awaits = 64;

  resumption& first_;
  const bool interleaves_;
  unsigned ready_awaits_ = 0;  // since the last suspension
  std::coroutine_handle<> next_;
  promise_base* innermost_ = nullptr;
};

/// What the promises of all tasks share.
class promise_base {
 public:
  static void* operator new(std::size_t size) { return frame_memory::allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept { frame_memory::deallocate(memory, size); }

  struct final_step {
    static bool await_ready() noexcept { return false; }
    template <class Promise>
    static void await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      promise_base& mine = ended.promise();
      mine.run->leave(mine);
    }
    static void await_resume() noexcept {}
  };
  static std::suspend_always initial_suspend() noexcept { return {}; }
  static final_step final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }

  /// Gives the awaiter of anything that a task may await: see `awaiting`.
  template <class Awaited>
  decltype(auto) await_transform(Awaited&& awaited);

  std::coroutine_handle<> self;
  coroutine_run* run = nullptr;
  promise_base* outer = nullptr;               ///< the coroutine that awaits this one
  std::coroutine_handle<>* kept_by = nullptr;  ///< the handle that destroys this frame

  void rethrow() {
    if (error) std::rethrow_exception(std::exchange(error, nullptr));
  }
  std::exception_ptr error;  ///< that left the coroutine, or that its current `co_await` throws
};

inline void coroutine_run::begin_with(promise_base& outermost) noexcept {
  outermost.run = this;
  innermost_ = &outermost;
}
inline void coroutine_run::enter(promise_base& inner) noexcept {
  inner.outer = std::exchange(innermost_, &inner);
  inner.run = this;
  next_ = inner.self;
}
inline void coroutine_run::leave(promise_base& ended) noexcept {
  if (!ended.outer) return;  // the owner of the run looks at the frame
  innermost_ = ended.outer;
  next_ = ended.outer->self;
}
inline void coroutine_run::continue_now() noexcept { next_ = innermost_->self; }
inline void coroutine_run::keep_current_exception() noexcept { innermost_->error = std::current_exception(); }
inline void coroutine_run::rethrow() { innermost_->rethrow(); }
inline void coroutine_run::resume_all() noexcept {
  next_ = innermost_->self;
  while (const std::coroutine_handle<> now = std::exchange(next_, nullptr)) now.resume();
}
inline void coroutine_run::destroy_inner() noexcept {
  while (innermost_->outer) {
    promise_base& last = *std::exchange(innermost_, innermost_->outer);
    std::exchange(*last.kept_by, nullptr).destroy();
  }
}

}  // namespace vicar::detail

#endif
