// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_REPORT_HPP
#define VICAR_DETAIL_WORLD_REPORT_HPP

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <vicar/detail/system/conductor.hpp>
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/detail/world/runner.hpp>

// What the threads of a world are doing, for humans to read.
namespace vicar::detail {

using runner_list = std::vector<std::unique_ptr<runner>>;

inline std::string_view doing(const runner& one, const runner* settling) noexcept {
  if (&one == settling) return "lets the others run";
  if (one.now == runner::state::ready) return "can run";
  return one.idle ? "waits for messages" : one.joins ? "joins a thread" : "waits";
}

/// A line for each thread that has not ended.
inline std::string table_of(const runner_list& runners, const runner* settling) {
  const outside_world apart;
  std::string text;
  for (const auto& each : runners) {
    if (each->now == runner::state::ended || each->now == runner::state::unborn) continue;
    std::string line = fmt::format("  {:<16} {}", each->name, doing(*each, settling));
    if (each->actor && !each->idle && !each->joins) {
      if (!each->actor->running().empty()) line += fmt::format(" in {}", each->actor->running());
      if (const auto edge = wait_edge::from(*each->actor); edge.target)
        line += fmt::format(" for {}.{}", edge.target->name(), edge.what);
    }
    if (each->actor) line += fmt::format("; {} in its mailbox", each->actor->depth());
    text += line + '\n';
  }
  return text;
}

/// A line for each thread that should have been woken.
inline std::string lost_wakeups_of(const runner_list& runners) {
  std::string text;
  for (const auto& each : runners) {
    if (each->now != runner::state::waiting || !each->word) continue;
    // Relaxed: no other thread of the world runs.
    if (each->word->load(std::memory_order_relaxed) != each->expected)
      text += fmt::format("{} sleeps although its word has changed: a lost wake-up\n", each->name);
  }
  return text;
}

}  // namespace vicar::detail

#endif
