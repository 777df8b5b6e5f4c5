// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_RUNTIME_THREAD_DISPATCHER_HPP
#define VICAR_DETAIL_RUNTIME_THREAD_DISPATCHER_HPP

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/cells/lifecycle.hpp>
#include <vicar/detail/runtime/idle_wait.hpp>
#include <vicar/detail/runtime/worker_threads.hpp>
#include <vicar/detail/system/fork.hpp>
#include <vicar/detail/system/native_thread.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/error.hpp>

namespace vicar::detail {

/// Gives each cell a thread of its own. There is one in the process; it is never destroyed, since threads of daemons
/// may outlive `main`.
class VICAR_SHARED thread_dispatcher final : public waker {
 public:
  static thread_dispatcher& instance() {
    static thread_dispatcher* const the_dispatcher = new thread_dispatcher;
    return *the_dispatcher;
  }

  /// Runs the cell on a thread until it has ended. Throws `vicar::error` if the system gives no thread.
  void start(cell& one) {
    const bool awaited = !one.daemon();
    if (awaited) count(+1);
    try {
      threads_.run(life{cell_handle{one}, this}, one.own_thread() ? job_thread::own : job_thread::reused);
    } catch (const std::bad_alloc&) {
      if (awaited) count(-1);
      throw;
    } catch (const std::system_error& refused) {
      if (awaited) count(-1);
      throw error{
          format_text("vicar: no thread for {}: {}; stop actors that are done, or raise the system's limit on threads",
                      one.title(), refused.what())};
    }
  }

  void wake(const mailbox& armed) noexcept override {
    the_last_wake.note();
    armed.wake();
  }

  /// How many threads of actors that are no daemons there have been.
  std::uint64_t started() const noexcept {
    const std::lock_guard lock{mutex_};
    return started_;
  }
  /// Blocks until the thread of every actor that is no daemon is done with it: true. False if there are others than the
  /// first `started` of them.
  bool wait_for_all(std::uint64_t started) {
    for (;;) {
      std::uint32_t before = 0;
      {
        const std::lock_guard lock{mutex_};
        if (awaited_ == 0 || started_ != started) return awaited_ == 0;
        before = changed_.load(std::memory_order_relaxed);  // relaxed: under the lock
        ++waiting_;
      }
      sleep_while(changed_, before);
      const std::lock_guard lock{mutex_};
      --waiting_;
    }
  }
  /// Whether this thread is one that `wait_for_all` waits for.
  static bool waits_for_this_thread() noexcept { return awaited_here_; }
  /// This thread will not come back from what it does for its actor, if it runs one: nobody waits for it any more.
  void leave_this_thread() noexcept {
    if (std::exchange(awaited_here_, false)) count(-1);
  }

  // Around fork().
  void lock() noexcept {
    threads_.lock();
    mutex_.lock();
  }
  void unlock() noexcept {
    mutex_.unlock();
    threads_.unlock();
  }
  /// A child has none of the threads.
  void forget() noexcept {
    threads_.forget();
    awaited_ = 0;
    waiting_ = 0;
    awaited_here_ = false;
  }

 private:
  thread_dispatcher() = default;

  static void name_this_thread(cell& after) noexcept {
    static thread_local const long number = thread_number();  // in a child of fork(), no thread comes here again
    after.runs_on(number);
    try {
      const std::string shown{after.name().substr(0, 15)};  // Linux's limit
      name_thread(shown.c_str());
    } catch (...) {  // a name is a help, not a need
    }
  }

  /// All that a thread does for one cell.
  struct life {
    cell_handle owner;
    thread_dispatcher* dispatcher = nullptr;

    /// The thread is offered for another cell before anybody is told that this one has ended, so that whoever waits for
    /// that and then starts an actor finds it.
    template <class Offer>
    void operator()(Offer offer) {
      awaited_here_ = !owner->daemon();
      run(*owner);
      offer();
      owner->answer_stop_requests();
      owner = cell_handle{};  // in a template, clang 14 forgets to destroy what `{}` makes for the assignment
      dispatcher->leave_this_thread();
    }
  };

  static void run(cell& owner) noexcept {
    constexpr std::size_t batch = 256;
    name_this_thread(owner);
    idle_wait pause;
    for (;;) {
      switch (owner.run(batch)) {
        case cell::progress::more:
          break;
        case cell::progress::idle:
          pause.wait(owner.queue());
          break;
        case cell::progress::ended:
          owner.runs_on(0);
          return;
        case cell::progress::left:
        default:
          std::exit(owner.threw() ? EXIT_FAILURE : EXIT_SUCCESS);  // NOLINT(concurrency-mt-unsafe): as main returns
      }
    }
  }

  void count(int change) noexcept {
    const std::lock_guard lock{mutex_};
    awaited_ = change > 0 ? awaited_ + 1 : awaited_ - 1;
    if (change > 0) ++started_;
    changed_.fetch_add(1, std::memory_order_relaxed);  // relaxed: who sees it takes the lock
    if (waiting_ != 0) wake_all(changed_);             // under the lock: the process may end as soon as it is given up
  }

  worker_threads<life> threads_;
  VICAR_SHARED static inline constinit thread_local bool awaited_here_ = false;  // this thread is one of `awaited_`
  mutable std::mutex mutex_;
  wait_word changed_{0};       // how often the next two were: written under mutex_
  std::size_t awaited_ = 0;    // guarded by mutex_
  std::uint64_t started_ = 0;  // guarded by mutex_
  std::size_t waiting_ = 0;    // how many threads sleep, or are about to, until changed_ changes: guarded by mutex_
};

}  // namespace vicar::detail

#endif
