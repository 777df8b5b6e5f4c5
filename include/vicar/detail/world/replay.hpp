// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_REPLAY_HPP
#define VICAR_DETAIL_WORLD_REPLAY_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include <vicar/detail/world/choice.hpp>
#include <vicar/detail/world/schedule.hpp>

namespace vicar::detail {

/// Follows a schedule; chooses the default where it has no difference, and where the thread that it wants cannot run.
class replay final : public chooser {
 public:
  explicit replay(schedule wanted) : wanted_{std::move(wanted)} {
    for (const deviation& each : wanted_.deviations) deviations_[{each.last, each.step}] = each.next;
  }
  void begin(std::size_t) override { steps_.clear(); }
  std::size_t choose(const choice& point) override {
    steps_[point.last] = point.step;
    if (const auto found = deviations_.find({point.last, point.step}); found != deviations_.end()) {
      if (const std::size_t place = place_of(found->second, point.enabled); place != nowhere) return place;
    }
    for (const hold& each : wanted_.holds) {
      if (each.until != point.last || each.until_step != point.step || each.until == each.held) continue;
      if (const std::size_t place = place_of(each.held, point.enabled); place != nowhere) return place;
    }
    return first_not_held(point, wanted_.from_latest ? point.latest : point.usual);
  }

 private:
  bool held(runner_id which) {
    return std::any_of(wanted_.holds.begin(), wanted_.holds.end(), [&](const hold& each) {
      if (each.held != which || steps_[which] < each.step) return false;
      return each.until == which || steps_[each.until] < each.until_step;
    });
  }
  /// The default, or the next one that is not held; the default if all are.
  std::size_t first_not_held(const choice& point, std::size_t fallback) {
    if (wanted_.holds.empty()) return fallback;
    for (std::size_t i = 0; i < point.enabled.size(); ++i) {
      const std::size_t place = (fallback + i) % point.enabled.size();
      if (point.enabled[place] < fault_is_absent && !held(point.enabled[place])) return place;
    }
    return fallback;
  }

  schedule wanted_;
  std::map<std::pair<runner_id, std::uint32_t>, runner_id> deviations_;
  std::map<runner_id, std::uint32_t> steps_;
};

}  // namespace vicar::detail

#endif
