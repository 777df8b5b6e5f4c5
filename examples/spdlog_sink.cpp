// SPDX-License-Identifier: BSL-1.0
// vicar's log in the log of the program, here spdlog's. Which levels are on is switched while the program runs.
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <vicar/vicar.hpp>

/// The text without the URN behind the actor's class, `pump (urn:uuid:...)`, or behind its name and class, `north pump
/// (pump, urn:uuid:...)`. It is another one in each run, and the name is said anyway.
std::string without_urn(std::string_view text) {
  const std::size_t urn = text.find("urn:uuid:");
  if (urn == text.npos) return std::string{text};
  const bool named = text[urn - 2] == ',';
  return std::string{text.substr(0, urn - 2)}.append(text.substr(text.find(')', urn) + (named ? 0 : 1)));
}

/// Sends vicar's log to `target`. Actors log on their own threads, so its sinks have to be thread-safe ones (`_mt`).
void log_to(std::shared_ptr<spdlog::logger> target) {
  vicar::set_log_sink([target = std::move(target)](const vicar::log_record& record) {
    using namespace spdlog::level;
    constexpr level_enum levels[] = {debug, info, warn, err};  // in the order of vicar::log_level
    std::string text = without_urn(record.message);
    if (record.exception) text += " " + vicar::exception_text(record.exception);
    target->log(levels[static_cast<std::size_t>(record.level)], "{}: {}", record.actor, text);
  });
}

struct postcard {};

class pump {
 public:
  void run(int litres) {
    if (litres == 0) throw std::runtime_error{"no water"};
  }
};
VICAR_PROXY(pump, run)

/// Everything that is logged happens here: a pump starts, hands an exception to its caller, gets a message that it does
/// not take, fails with nobody waiting, and ends.
void run_dry(std::string_view name) {
  const auto proxy = vicar::start<pump>(vicar::options{.name = name}).proxy();
  try {
    proxy->run(0).get();
  } catch (const std::runtime_error&) {  // logged at `info`
  }
  vicar::any_actor_ref{proxy.ref()}.tell(postcard{});
  proxy->run.defer(0);
  proxy.stop().wait();
}

int main() {
  const auto logger = spdlog::stdout_logger_mt("actors");
  logger->set_pattern("  %-7l  %v");
  logger->set_level(spdlog::level::trace);  // all that it is given: vicar's level decides, before a text is made
  log_to(logger);

  fmt::print("as it is: warnings and errors\n");
  run_dry("north pump");

  fmt::print("everything\n");
  vicar::set_log_level(vicar::log_level::debug);
  run_dry("south pump");

  fmt::print("nothing\n");
  vicar::set_log_level(vicar::log_level::off);
  run_dry("east pump");
}
