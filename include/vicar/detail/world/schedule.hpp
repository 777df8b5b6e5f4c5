// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_SCHEDULE_HPP
#define VICAR_DETAIL_WORLD_SCHEDULE_HPP

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include <vicar/detail/world/choice.hpp>
#include <vicar/error.hpp>

namespace vicar::detail {

/// When thread `last` came to a choice for the `step`-th time, `next` was chosen, which was not the default.
struct deviation {
  runner_id last;
  std::uint32_t step;
  runner_id next;
  friend bool operator==(const deviation&, const deviation&) = default;
};

/// After its `step`-th choice, thread `held` does not run until thread `until` has come to its `until_step`-th; then it
/// runs at once. If both are the same thread, it does not run as long as another one can.
struct hold {
  runner_id held;
  std::uint32_t step;
  runner_id until;
  std::uint32_t until_step;
  friend bool operator==(const hold&, const hold&) = default;
};

/// How a run differs from a default order. Choices are numbered by thread, so that a deviation keeps its meaning when
/// another one is left out. As text: `2.5-0,3.1-t,1.2~0.15`, where `t` is time and `f` a fault, or `usual` without
/// differences; `+` at the front names the other default order.
struct schedule {
  std::vector<deviation> deviations;
  std::vector<hold> holds;
  bool from_latest = false;

  std::size_t size() const noexcept { return deviations.size() + holds.size(); }

  /// Without `count` differences from number `first` on.
  schedule without(std::size_t first, std::size_t count) const {
    schedule rest{{}, {}, from_latest};
    for (std::size_t i = 0; i < size(); ++i) {
      if (i >= first && i - first < count) continue;
      if (i < deviations.size())
        rest.deviations.push_back(deviations[i]);
      else
        rest.holds.push_back(holds[i - deviations.size()]);
    }
    return rest;
  }

  std::string text() const {
    std::string made;
    for (const deviation& each : deviations) {
      made += fmt::format("{}{}.{}-", made.empty() ? "" : ",", each.last, each.step);
      made += each.next == timeout_expires ? "t" : each.next == fault_happens ? "f" : std::to_string(each.next);
    }
    for (const hold& each : holds) {
      made += fmt::format("{}{}.{}~", made.empty() ? "" : ",", each.held, each.step);
      if (each.until != each.held) made += fmt::format("{}.{}", each.until, each.until_step);
    }
    if (made.empty()) made = "usual";
    return from_latest ? '+' + made : made;
  }

  /// Throws `vicar::error` for anything that `text` does not write.
  static schedule parse(std::string_view text) {
    const std::string_view whole = text;
    schedule made;
    made.from_latest = take(text, '+');
    if (text == "usual") return made;
    bool right = true;
    do {
      right = made.take_one(text);
    } while (right && take(text, ','));
    if (right && text.empty()) return made;
    throw error{
        fmt::format("vicar: `{}` is not a schedule; copy the text after VICAR_SCHEDULE= from the failed run", whole)};
  }

 private:
  bool take_one(std::string_view& text) {
    runner_id thread = 0;
    std::uint32_t step = 0;
    if (!take_number(text, thread) || !take(text, '.') || !take_number(text, step)) return false;
    if (take(text, '~')) {
      hold each{thread, step, thread, 0};
      const bool until_the_end = text.empty() || text.front() == ',';
      if (!until_the_end && (!take_number(text, each.until) || !take(text, '.') ||
                             !take_number(text, each.until_step) || each.until == thread))
        return false;
      holds.push_back(each);
      return true;
    }
    if (!take(text, '-')) return false;
    deviation each{thread, step, 0};
    if (take(text, 't'))
      each.next = timeout_expires;
    else if (take(text, 'f'))
      each.next = fault_happens;
    else if (!take_number(text, each.next))
      return false;
    deviations.push_back(each);
    return true;
  }
  static bool take(std::string_view& text, char wanted) noexcept {
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
  }
  static bool take_number(std::string_view& text, std::uint32_t& number) noexcept {
    const auto [rest, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    return true;
  }
};

}  // namespace vicar::detail

#endif
