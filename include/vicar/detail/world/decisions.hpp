// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_DECISIONS_HPP
#define VICAR_DETAIL_WORLD_DECISIONS_HPP

#include <cstdint>
#include <map>
#include <vector>

#include <vicar/detail/world/choice.hpp>
#include <vicar/detail/world/schedule.hpp>

namespace vicar::detail {

/// All choices of one run, in order.
class decisions {
 public:
  struct decision {
    deviation made;
    runner_id usual;           ///< what the default order would have chosen
    std::uint32_t usual_step;  ///< how often that thread had come to a choice
    bool is_usual;
    bool is_latest;
  };

  void add(const decision& next) { all_.push_back(next); }

  /// How the run differs from one of the two default orders.
  schedule deviations(bool from_latest) const {
    schedule made{{}, {}, from_latest};
    for (const decision& each : all_) {
      if (!(from_latest ? each.is_latest : each.is_usual)) made.deviations.push_back(each.made);
    }
    return made;
  }

  /// How the run differs from the usual order, as threads that do not run for some time. Such a schedule may lead to
  /// another run.
  schedule holds() const {
    schedule made;
    std::map<runner_id, hold> open;
    for (const decision& each : all_) {
      if (each.made.next >= fault_is_absent) {
        if (!each.is_usual) made.deviations.push_back(each.made);
        continue;
      }
      if (const auto found = open.find(each.made.next); found != open.end()) {
        found->second.until = each.made.last;
        found->second.until_step = each.made.step;
        if (each.made.last != each.made.next) made.holds.push_back(found->second);
        open.erase(found);
      }
      if (!each.is_usual && each.usual < fault_is_absent)
        open.try_emplace(each.usual, hold{each.usual, each.usual_step, each.usual, 0});
    }
    for (const auto& [thread, left] : open) made.holds.push_back(left);
    return made;
  }

 private:
  std::vector<decision> all_;
};

}  // namespace vicar::detail

#endif
