// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DEBUG_HPP
#define VICAR_DEBUG_HPP

#include <vicar/detail/base/config.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <pthread.h>

#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/debug/thread_stack.hpp>
#include <vicar/detail/runtime/cell_table.hpp>
#include <vicar/detail/system/keep_library.hpp>
#include <vicar/detail/system/wait_word.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/detail/wait/actor_record.hpp>
#include <vicar/detail/wait/suspended_call.hpp>
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/error.hpp>
#include <vicar/log.hpp>

namespace vicar {

namespace detail {

/// A copy of what a suspended call waits for.
struct suspended_snapshot {
  std::string_view member;
  actor_handle target;  ///< null if no actor is known that gives it
  std::string_view what;
};
inline std::vector<suspended_snapshot> suspended_calls_of(const actor_record& actor) {
  std::vector<suspended_snapshot> calls;
  calls.reserve(actor.suspended().count());
  const std::lock_guard lock{wait_graph_mutex()};
  actor.suspended().for_each([&](const suspended_call& call) {
    if (calls.size() == calls.capacity()) return;  // suspended since then; this thread holds a spin lock now
    const awaited_answer next = call.awaited();
    calls.push_back({*call.label, try_handle(next.source), next.member});
  });
  return calls;
}

}  // namespace detail

/// Returns a table of every actor that has not ended, in the order of starting, for humans to read: name, class and
/// state, the running member and for how many seconds it has been running, the number of pending messages, and the
/// actor and member whose reply it waits for. Each suspended coroutine has a row of its own, below its actor's.
/// Includes unregistered actors. Each row is a snapshot, taken without stopping any thread. May be called from any
/// thread; does not wait for actors.
inline std::string actor_table() {
  std::vector<std::array<std::string, 7>> rows{{"actor", "class", "state", "running", "for", "mailbox", "waits for"}};
  for (const detail::cell_handle& each : detail::cell_table::instance().snapshot(detail::cell_table::which::all)) {
    const actor_stats stats = each->stats();
    const detail::wait_edge::snapshot wait = detail::wait_edge::from(*each);
    const std::chrono::duration<double> busy =
        std::chrono::nanoseconds{detail::steady_now()} - stats.running_since.time_since_epoch();
    rows.push_back({one_line(each->name()), std::string{detail::last_component(each->class_name())},
                    std::string{wait.target ? "waiting" : each->state()}, std::string{stats.running_member},
                    stats.running_member.empty() ? std::string{} : fmt::format("{:.1f} s", std::max(0.0, busy.count())),
                    std::to_string(stats.mailbox_depth),
                    wait.target ? fmt::format("{}.{}", one_line(wait.target->name()), wait.what) : std::string{}});
    for (const detail::suspended_snapshot& call : detail::suspended_calls_of(*each)) {
      const std::string none;
      rows.push_back({none, none, "suspended", std::string{call.member}, none, none,
                      call.target ? fmt::format("{}.{}", one_line(call.target->name()), call.what) : none});
    }
  }
  std::array<std::size_t, 7> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}", row[i], widths[i] + 2);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

/// Returns the stack of every actor's thread, for humans to read: a heading with the actor's name and, if possible, a
/// line with the name of each function. Each thread records its own stack in a signal handler, for which the last free
/// real-time signal of the process is taken; system calls are restarted where the system can, and `poll` and the like
/// fail with `EINTR`. May be called from any thread. Blocks until the threads have answered, at most one second for
/// each. Available on Linux if <boost/stacktrace.hpp> is found when the program is compiled; otherwise the text is a
/// line that says which of them is missing. With VICAR_NO_STACKTRACE defined, Boost is not used.
///
/// Function names need a program that was linked with `-rdynamic`. The names of functions local to a file, and line
/// numbers, need Boost.Stacktrace with libbacktrace. The CMake target `vicar::debug` provides both.
inline std::string thread_tracebacks() {
  std::string text;
#if VICAR_HAS_THREAD_STACKS
  for (const detail::cell_handle& each : detail::cell_table::instance().snapshot(detail::cell_table::which::all)) {
    const long thread = each->thread();
    if (thread == 0) continue;
    text += fmt::format("{} ({}), thread {}:\n", one_line(each->name()), each->class_name(), thread);
    const std::string stack = detail::thread_stack::instance().text_of(thread);
    // Once an actor has ended, its thread does not answer signals, and may run another actor.
    text += each->thread() == thread ? stack : "  this actor has ended\n";
  }
#elif defined(__linux__)
  text =
      "vicar: stacks are not available; compile this program with Boost.Stacktrace, and without VICAR_NO_STACKTRACE\n";
#else
  text = "vicar: the stacks of other threads are available on Linux only\n";
#endif
  return text;
}

namespace detail {

/// Waits on its own thread for signals that request a report.
class VICAR_SHARED report_on_signal {
 public:
  static report_on_signal& instance() {
    static report_on_signal* const the_one = new report_on_signal;  // never destroyed: a late signal may still use it
    return *the_one;
  }

  void install(int signal) {
    keep_this_library();  // the handler and the helper thread may run its code
    struct sigaction wanted{};
    wanted.sa_handler = &report_on_signal::handle;
    wanted.sa_flags = restart_system_calls;
    sigemptyset(&wanted.sa_mask);
    if (sigaction(signal, &wanted, nullptr) != 0) {
      throw error{fmt::format("vicar: signal {} cannot be handled: {}; choose another one, such as SIGUSR1", signal,
                              std::generic_category().message(errno))};
    }
  }

 private:
  report_on_signal() {
    // The new thread inherits the mask, so that signals go only to the threads that the program chose for them.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      start_thread(
          [](void* self) -> void* {
            static_cast<report_on_signal*>(self)->report_for_ever();
            return nullptr;
          },
          this);
    } catch (const std::system_error& refused) {
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
      throw error{
          fmt::format("vicar: cannot start the thread that reports on signals: {}; raise the system's limit on threads",
                      refused.what())};
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  /// Does only what a signal handler may do.
  static void handle(int signal) noexcept {  // NOLINT(bugprone-exception-escape): the instance exists by now
    const int before = errno;
    report_on_signal& self = instance();
    self.signal_.store(static_cast<std::uint32_t>(signal), std::memory_order_relaxed);  // relaxed: no other data
    wake_all_in_handler(self.signal_);
    errno = before;
  }

  void report_for_ever() noexcept {
    for (;;) {
      const std::uint32_t signal = signal_.exchange(0, std::memory_order_relaxed);  // relaxed: no other data
      if (signal == 0) {
        sleep_while(signal_, 0);
        continue;
      }
      try {
        std::string text = fmt::format("The actors at signal {}:\n{}", signal, actor_table());
        text += thread_tracebacks();  // after the table: an actor that waits in the table still does
        logger::instance().write_lines(log_level::warning, text);
      } catch (...) {
        logger::instance().write(
            {log_level::error, "Could not write the report on the signal:", std::current_exception(), {}});
      }
    }
  }

  wait_word signal_{0};
};

}  // namespace detail

/// From now on, when the process receives `signal`, such as `SIGUSR1`, logs the texts of `actor_table` and
/// `thread_tracebacks` as one warning, at any log level. A helper thread that lives as long as the process writes the
/// report, so it works while every other thread is blocked. May be called for several signals. Replaces an earlier
/// handler of the signal. Throws `vicar::error` if the signal cannot be handled or the system cannot create a thread.
inline void log_on_signal(int signal) { detail::report_on_signal::instance().install(signal); }

}  // namespace vicar

#endif
