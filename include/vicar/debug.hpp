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
#include <string>
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
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/error.hpp>
#include <vicar/log.hpp>

namespace vicar {

/// A table of every actor that has not ended, in the order of starting, for people to read: its name, class and state,
/// the member that runs and since when (in seconds), how many messages wait in its mailbox, and for whose answer to
/// what it waits itself. Actors that were taken out of the registry are in it. Each row is a moment's look, taken
/// without stopping anybody; may be called from any thread and does not wait for actors.
inline std::string actor_table() {
  std::vector<std::array<std::string, 7>> rows{{"actor", "class", "state", "running", "for", "mailbox", "waits for"}};
  for (const detail::cell_handle& each : detail::cell_table::instance().snapshot(detail::cell_table::which::all)) {
    const actor_stats stats = each->stats();
    const detail::wait_edge::look wait = detail::wait_edge::from(*each);
    const std::chrono::duration<double> busy =
        std::chrono::nanoseconds{detail::steady_now()} - stats.running_since.time_since_epoch();
    rows.push_back({one_line(each->name()), std::string{detail::last_component(each->class_name())},
                    std::string{wait.target ? "waiting" : each->state()}, std::string{stats.running_member},
                    stats.running_member.empty() ? std::string{} : fmt::format("{:.1f} s", std::max(0.0, busy.count())),
                    std::to_string(stats.mailbox_depth),
                    wait.target ? fmt::format("{}.{}", one_line(wait.target->name()), wait.what) : std::string{}});
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

/// The stack of every actor's thread, for people to read: a heading with the actor's name and, where the program lets
/// it, a line with the name of each function. Each thread writes down its own stack in a signal handler, for which the
/// last free real-time signal of the process is taken; system calls are restarted where the system can, and `poll` and
/// the like fail with `EINTR`. May be called from any thread; blocks until the threads have answered, a second each at
/// most. On Linux, and where <boost/stacktrace.hpp> is found when the program is compiled; elsewhere the text is a line
/// that says which of them is missing. With VICAR_NO_STACKTRACE defined, Boost is not used.
///
/// Functions have names where the program was linked with `-rdynamic`, and those that are local to a file, too, and
/// lines, where Boost.Stacktrace has libbacktrace: the CMake target `vicar::debug` sees to both.
inline std::string thread_tracebacks() {
  std::string text;
#if VICAR_HAS_THREAD_STACKS
  for (const detail::cell_handle& each : detail::cell_table::instance().snapshot(detail::cell_table::which::all)) {
    const long thread = each->thread();
    if (thread == 0) continue;
    text += fmt::format("{} ({}), thread {}:\n", one_line(each->name()), each->class_name(), thread);
    const std::string stack = detail::thread_stack::instance().text_of(thread);
    // Once an actor has ended, its thread answers no signals, and may run another actor.
    text += each->thread() == thread ? stack : "  this actor has ended\n";
  }
#elif defined(__linux__)
  text = "vicar: there are no stacks; compile this program with Boost.Stacktrace, and without VICAR_NO_STACKTRACE\n";
#else
  text = "vicar: the stacks of other threads can be had on Linux only\n";
#endif
  return text;
}

namespace detail {

/// Waits on a thread of its own for signals that ask for a report.
class VICAR_SHARED report_on_signal {
 public:
  static report_on_signal& instance() {
    static report_on_signal* const the_one = new report_on_signal;  // never destroyed: a late signal may still find it
    return *the_one;
  }

  void install(int signal) {
    keep_this_library();  // whose code the handler and the helper thread may be
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
    // The thread takes over the mask: signals go to the threads that the program wants them to go to.
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
      throw error{fmt::format("vicar: no thread to report on signals: {}; raise the system's limit on threads",
                              refused.what())};
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  /// Only what a signal handler may do.
  static void handle(int signal) noexcept {  // NOLINT(bugprone-exception-escape): the instance is there by now
    const int before = errno;
    report_on_signal& self = instance();
    self.signal_.store(static_cast<std::uint32_t>(signal), std::memory_order_relaxed);  // relaxed: a number by itself
    wake_all(self.signal_);
    errno = before;
  }

  void report_for_ever() noexcept {
    for (;;) {
      const std::uint32_t signal = signal_.exchange(0, std::memory_order_relaxed);  // relaxed: a number by itself
      if (signal == 0) {
        sleep_while(signal_, 0);
        continue;
      }
      try {
        std::string text = fmt::format("The actors at signal {}:\n{}", signal, actor_table());
        text += thread_tracebacks();  // after the table: an actor that waits there still does here
        logger::instance().write_lines(log_level::warning, text);
      } catch (...) {
        logger::instance().write({log_level::error, "There is no report on the signal:", std::current_exception(), {}});
      }
    }
  }

  wait_word signal_{0};
};

}  // namespace detail

/// From now on, when the process gets `signal`, such as `SIGUSR1`, what `actor_table` and `thread_tracebacks` say goes
/// to the log as one warning, whatever the level of the log. Written by a helper thread that lives as long as the
/// process, so it works while every other thread is blocked. May be called for several signals. Takes the place of an
/// earlier handler. Throws `vicar::error` if the signal cannot be handled or the system gives no thread.
inline void log_on_signal(int signal) { detail::report_on_signal::instance().install(signal); }

}  // namespace vicar

#endif
