// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_RUNTIME_THREAD_EXECUTOR_HPP
#define VICAR_DETAIL_RUNTIME_THREAD_EXECUTOR_HPP

#include <cstddef>
#include <cstdlib>
#include <string>
#include <system_error>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/cells/executor.hpp>
#include <vicar/detail/cells/lifecycle.hpp>
#include <vicar/detail/runtime/exit_list.hpp>
#include <vicar/detail/runtime/idle_wait.hpp>
#include <vicar/detail/runtime/worker_threads.hpp>
#include <vicar/detail/system/native_thread.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/error.hpp>

namespace vicar::detail {

/// Runs each actor on a thread of its own. A singleton, never destroyed: threads of daemons may outlive `main`.
class VICAR_SHARED thread_executor final : public executor {
 public:
  static thread_executor& instance() {
    static thread_executor* const the_executor = new thread_executor;
    return *the_executor;
  }

  /// Throws `vicar::error` if the system cannot create a thread.
  void start(cell& constructed) override {
    try {
      threads_.run(life{cell_handle{constructed}, exit_list::entry{!constructed.daemon()}},
                   constructed.own_thread() ? job_thread::own : job_thread::reused);
    } catch (const std::system_error& refused) {
      throw error{format_text(
          "vicar: cannot start a thread for {}: {}; stop actors that are no longer needed, or raise the system's "
          "limit on threads",
          constructed.title(), refused.what())};
    }
  }

  void wake(const mailbox& armed) noexcept override {
    the_last_wake.note();
    armed.wake();
  }

  // Around fork().
  void lock() noexcept { threads_.lock(); }
  void unlock() noexcept { threads_.unlock(); }
  /// A child has none of the threads.
  void forget() noexcept { threads_.forget(); }

 private:
  thread_executor() = default;

  static void name_this_thread(cell& after) noexcept {
    static thread_local const long number = thread_number();  // in a forked child, no thread calls this again
    after.runs_on(number);
    try {
      const std::string shown{after.name().substr(0, 15)};  // Linux's limit
      name_thread(shown.c_str());
    } catch (...) {  // the name is optional
    }
  }

  /// Everything that a thread does for one actor.
  struct life {
    cell_handle owner;
    exit_list::entry awaited;

    /// Offers the thread for another actor before answering the stop requests, so that a caller that waits for the end
    /// of this actor and then starts another one finds the thread.
    template <class Offer>
    void operator()(Offer offer) {
      awaited.begin_here();
      run(*owner);
      offer();
      owner->answer_stop_requests();
      owner = cell_handle{};  // not `{}`: in a template, clang 14 does not destroy that temporary
      exit_list::leave_this_thread();
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
          // As returning from main does.
          std::exit(owner.threw() ? EXIT_FAILURE : EXIT_SUCCESS);  // NOLINT(concurrency-mt-unsafe)
      }
    }
  }

  worker_threads<life> threads_;
};

}  // namespace vicar::detail

#endif
