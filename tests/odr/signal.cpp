// SPDX-License-Identifier: BSL-1.0
// Closes the library with the given path after it has requested a report on a signal, and then sends the signal: the
// library starts no actor, but stays in memory, since its code writes the report.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <string_view>
#include <thread>

#include <vicar/vicar.hpp>

#include "support/library.hpp"

int main(int count, char** arguments) {
  if (count != 3) return 1;
  std::atomic<int> reports{0};
  vicar::set_log_sink([&](const vicar::log_record&) { ++reports; });
  {
    const support::library opened{arguments[1], std::string_view{arguments[2]} == "global" ? RTLD_GLOBAL : RTLD_LOCAL};
    if (!opened) return 1;
    opened.call<void>("report_on_signal_in_library");
  }
  if (!support::in_memory(arguments[1])) {
    std::puts("FAILED: the library stays in memory");
    return 1;
  }
  std::raise(SIGUSR1);
  while (reports == 0) std::this_thread::yield();
  std::puts("ok: the report is made");
  vicar::reset_log_sink();
}
