// SPDX-License-Identifier: BSL-1.0
// <vicar/debug.hpp> without Boost: everything except the stacks.
#define VICAR_NO_STACKTRACE
#include <vicar/debug.hpp>

#include <csignal>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include <vicar/vicar.hpp>

#if defined(BOOST_VERSION) || defined(BOOST_STACKTRACE_HPP)
#error "debug.hpp includes Boost in spite of VICAR_NO_STACKTRACE"
#endif

namespace {

class lamp {};

void print_first_line(std::string_view of, const std::string& text) {
  fmt::print("{}: {}\n", of, text.substr(0, text.find('\n')));
}

}  // namespace

int main() {
  const auto ref = vicar::start<lamp>();
  const std::string table = vicar::actor_table();
  print_first_line("table", table.substr(0, table.find(' ')));
  print_first_line("row", table.substr(table.find("lamp-"), 6));
  print_first_line("stacks", vicar::thread_tracebacks());

  vicar::promise<std::string> reported;
  const auto report = reported.get_future();
  vicar::set_log_sink([&](const vicar::log_record& record) { reported.set_value(record.message); });
  vicar::log_on_signal(SIGUSR1);
  std::raise(SIGUSR1);
  const std::string text = report.get();
  vicar::set_log_sink([](const vicar::log_record&) {});
  fmt::print("the report has the actor: {}\n", text.find("lamp-1") != text.npos);
  fmt::print("and says why it has no stacks: {}\n", text.find("vicar: stacks are not available; ") != text.npos);
}
