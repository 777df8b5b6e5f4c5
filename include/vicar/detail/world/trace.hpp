// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_TRACE_HPP
#define VICAR_DETAIL_WORLD_TRACE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <vicar/detail/world/choice.hpp>

namespace vicar::detail {

/// The events of one run, in order, and a hash of them.
class world_trace {
 public:
  enum class kind : std::uint8_t {
    starts,
    sends,
    refused,
    drops,
    takes,
    waits,
    goes_on,
    times_out,
    polls,
    gives_way,
    time_passes,
    fails,
    ends,
    stuck,
    faulted,
  };
  struct event {
    kind what;
    runner_id subject;
    runner_id object;
    std::string_view label;  ///< with static storage, or that of the world
    std::int64_t time;       ///< nanoseconds since the world began
  };

  void add(const event& next) {
    mix(static_cast<std::uint64_t>(next.what) | std::uint64_t{next.subject} << 8U | std::uint64_t{next.object} << 32U);
    mix(static_cast<std::uint64_t>(next.time));
    if (next.what != kind::fails) {  // whose text depends on whether checks are muted
      for (const char each : next.label) mix(static_cast<unsigned char>(each));
    }
    if (events_.size() < most) events_.push_back(next);
  }
  std::uint64_t hash() const noexcept { return hash_; }
  const std::vector<event>& events() const noexcept { return events_; }

  /// A line for each event up to the first of kind `last`; of a long run, the first and last lines.
  template <class Name>
  std::string text(kind last, Name name) const {
    constexpr std::ptrdiff_t part = 200;
    auto end = std::find_if(events_.begin(), events_.end(), [&](const event& each) { return each.what == last; });
    if (end != events_.end()) ++end;
    std::string text;
    for (auto each = events_.begin(); each != end; ++each) {
      if (each - events_.begin() == part && end - each > part) {
        text += fmt::format("  ... {} lines left out\n", end - each - part);
        each = end - part;
      }
      text += line(*each, name) + '\n';
    }
    return text;
  }
  /// `name(id)` is the name of a thread.
  template <class Name>
  static std::string line(const event& one, Name name) {
    const bool of_world = one.what == kind::time_passes || one.what == kind::stuck;
    return fmt::format("{:>10.3f} s  {:<16} {}", static_cast<double>(one.time) / 1e9,
                       of_world ? std::string{} : name(one.subject), action(one, name));
  }

 private:
  static constexpr std::size_t most = 200'000;

  template <class Name>
  static std::string action(const event& one, Name name) {
    switch (one.what) {
      case kind::starts:
        return fmt::format("starts {}", name(one.object));
      case kind::sends:
        return fmt::format("sends {} to {}", one.label, name(one.object));
      case kind::refused:
        return fmt::format("sends {} to {}, which does not accept it", one.label, name(one.object));
      case kind::drops:
        return fmt::format("makes {} drop its oldest message", name(one.object));
      case kind::takes:
        return fmt::format("handles {} from {}", one.label, name(one.object));
      case kind::waits:
        return fmt::format("waits{}", one.label);
      case kind::goes_on:
        return "continues";
      case kind::times_out:
        return "times out";
      case kind::polls:
        return "polls, and finds nothing";
      case kind::gives_way:
        return fmt::format("is preempted by {}", name(one.object));
      case kind::time_passes:
        return "(time passes)";
      case kind::fails:
        return fmt::format("fails: {}", one.label);
      case kind::ends:
        return "ends";
      case kind::stuck:
        return "(no thread can run)";
      case kind::faulted:
        return fmt::format("fault: {} {}", one.label, name(one.object));
    }
    return {};
  }

  void mix(std::uint64_t value) noexcept { hash_ = (hash_ ^ value) * 0x100000001b3; }

  std::vector<event> events_;
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace vicar::detail

#endif
