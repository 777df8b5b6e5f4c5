// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_DEBUG_THREAD_STACK_HPP
#define VICAR_DETAIL_DEBUG_THREAD_STACK_HPP

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <string>

#include <fmt/core.h>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/system/conductor.hpp>
#include <vicar/detail/system/fork.hpp>
#include <vicar/detail/system/keep_library.hpp>
#include <vicar/detail/system/native_thread.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/system/wait_word.hpp>

// Whether stacks are available: VICAR_NO_STACKTRACE disables Boost where it is installed.
#if defined(__linux__) && !defined(VICAR_NO_STACKTRACE) && __has_include(<boost/stacktrace.hpp>)
#define VICAR_HAS_THREAD_STACKS 1
#include <boost/stacktrace.hpp>

#include <sys/syscall.h>
#include <unistd.h>
#else
#define VICAR_HAS_THREAD_STACKS 0
#endif

namespace vicar::detail {

// ThreadSanitizer runs a handler after the thread has returned from the system call, which a restarted call never does.
#if defined(__SANITIZE_THREAD__)
inline constexpr int restart_system_calls = 0;
#else
inline constexpr int restart_system_calls = SA_RESTART;
#endif

#if VICAR_HAS_THREAD_STACKS

/// The stack of another thread, recorded by that thread in a signal handler; one at a time in the process.
class VICAR_SHARED thread_stack {
 public:
  static thread_stack& instance() {
    static thread_stack* const the_one = new thread_stack;  // never destroyed: a late signal may still use it
    return *the_one;
  }

  /// The stack of the thread with this ID, one line per frame, or a line that says why there is none. Blocks for at
  /// most one second, and while another thread uses this object.
  std::string text_of(long thread) {
    const outside_world apart;  // the thread answers in real time
    if (thread == thread_number()) return text_of(boost::stacktrace::stacktrace());
    fork_handlers::add({&at_fork});
    const std::lock_guard lock{mutex_};
    if (signal_ == 0) signal_ = install();
    if (signal_ == 0) return "  no signal is free to interrupt this thread with\n";
    round_ += step;
    frames_ = 0;
    asked_thread_.store(thread, std::memory_order_relaxed);   // relaxed: published by the next line
    state_.store(round_ | asked, std::memory_order_release);  // publishes the emptied slot and its thread
    if (syscall(SYS_tgkill, getpid(), thread, signal_) != 0) {
      state_.store(round_, std::memory_order_relaxed);  // relaxed: no other thread is asked
      return "  this thread has ended\n";
    }
    const time_limit limit{std::chrono::seconds{1}};
    while (state_.load(std::memory_order_acquire) == (round_ | asked)) {  // acquires the frames
      if (!limit.passed()) {
        sleep_while(state_, round_ | asked, limit.until_nanoseconds());
        continue;
      }
      std::uint32_t expected = round_ | asked;
      // Acquires nothing: on success, the thread has not written and will not write.
      if (state_.compare_exchange_strong(expected, round_, std::memory_order_relaxed)) {
        return fmt::format("  it did not answer within a second; it may block signal {}\n", signal_);
      }
    }
    while (state_.load(std::memory_order_acquire) == (round_ | writing)) {  // acquires the frames
      sleep_while(state_, round_ | writing);
    }
    return text_of(
        boost::stacktrace::stacktrace::from_dump(static_cast<const void*>(dump_.data()), frames_ * sizeof(dump_[0])));
  }

 private:
  // state_: the round, which shows a late signal that it is late, and the progress of the request
  static constexpr std::uint32_t asked = 1;
  static constexpr std::uint32_t writing = 2;
  static constexpr std::uint32_t done = 3;
  static constexpr std::uint32_t step = 4;

  thread_stack() {
    const boost::stacktrace::stacktrace loads_the_unwinder(0, 1);  // which allocates on first use
    static_cast<void>(loads_the_unwinder.size());
  }

  /// In a child made by fork(): the thread that held the mutex does not exist there.
  static void forget() noexcept { ::new (&instance().mutex_) std::mutex; }
  VICAR_SHARED static inline constinit fork_steps at_fork{nullptr, nullptr, &forget};

  /// Takes the last real-time signal without a handler; 0 if there is none.
  static int install() noexcept {
    keep_this_library();  // the handler may run its code
    for (int candidate = SIGRTMAX; candidate >= SIGRTMIN; --candidate) {
      struct sigaction present{};
      if (sigaction(candidate, nullptr, &present) != 0 || present.sa_handler != SIG_DFL) continue;
      struct sigaction wanted{};
      wanted.sa_handler = &thread_stack::handle;
      wanted.sa_flags = restart_system_calls;
      sigemptyset(&wanted.sa_mask);
      if (sigaction(candidate, &wanted, nullptr) == 0) return candidate;
    }
    return 0;
  }

  static void handle(int) noexcept {
    const int before = errno;
    thread_stack& self = instance();
    std::uint32_t now = self.state_.load(std::memory_order_acquire);  // acquires the slot's thread
    // Relaxed: this may already be the thread of a later request; then the state has changed, too.
    const bool for_this_thread = self.asked_thread_.load(std::memory_order_relaxed) == thread_number();
    // Acquires the emptied slot; a late handler finds another state.
    if ((now & (step - 1)) == asked && for_this_thread &&
        self.state_.compare_exchange_strong(now, now - asked + writing, std::memory_order_acquire)) {
      self.frames_ = boost::stacktrace::safe_dump_to(2, static_cast<void*>(self.dump_.data()), sizeof(self.dump_));
      self.state_.store(now - asked + done, std::memory_order_release);  // publishes the frames
      wake_all_in_handler(self.state_);
    }
    errno = before;
  }

  static std::string text_of(const boost::stacktrace::stacktrace& stack) {
    std::string text;
    std::size_t number = 0;
    for (const boost::stacktrace::frame& each : stack) {
      text += fmt::format("  {:2} {}\n", number++, boost::stacktrace::to_string(each));
    }
    return text.empty() ? std::string{"  no frames\n"} : text;
  }

  std::mutex mutex_;
  int signal_ = 0;  // guarded by mutex_, like round_
  std::uint32_t round_ = 0;
  wait_word state_{0};
  std::atomic<long> asked_thread_{0};
  std::size_t frames_ = 0;  // the handler's while `writing`, else guarded by mutex_; the same holds for dump_
  std::array<const void*, 128> dump_{};
};

#endif

}  // namespace vicar::detail

#endif
