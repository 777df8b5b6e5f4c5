// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_EXHAUSTIVE_HPP
#define VICAR_DETAIL_WORLD_EXHAUSTIVE_HPP

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <vicar/detail/world/choice.hpp>

namespace vicar::detail {

/// Every order once, depth first. With `reduced`, one of the orders that differ only in steps that commute: sleep sets
/// (Godefroid 1996).
class exhaustive_search final : public chooser {
 public:
  explicit exhaustive_search(bool reduced) noexcept : reduced_{reduced} {}

  void begin(std::size_t) override {
    depth_ = 0;
    redundant_ = false;
    stepping_ = nullptr;
  }
  std::size_t choose(const choice& point) override {
    if (redundant_) return point.usual;  // the rest of this run tells nothing new
    if (depth_ == nodes_.size() && !add_node(point)) {
      redundant_ = true;
      stepping_ = nullptr;
      return point.usual;
    }
    node& here = nodes_[depth_++];
    stepping_ = &here;
    if (here.chosen >= point.enabled.size() || here.enabled[here.chosen] != point.enabled[here.chosen])
      diverged_ = true;
    return std::min(here.chosen, point.enabled.size() - 1);
  }
  void stepped(const footprint& step) override {
    if (stepping_) std::exchange(stepping_, nullptr)->step = step;
  }
  bool end() override {
    stepping_ = nullptr;
    while (!nodes_.empty()) {
      node& last = nodes_.back();
      last.asleep.emplace_back(last.enabled[last.chosen], std::move(last.step));
      const std::size_t next = last.first_awake();
      if (next < last.enabled.size()) {
        last.chosen = next;
        last.step = footprint{};
        return true;
      }
      nodes_.pop_back();
    }
    return false;
  }

  /// Whether the run that has ended was equivalent to an earlier one.
  bool redundant() const noexcept { return redundant_; }
  /// Whether the same choices have led to different threads: the program is not deterministic.
  bool diverged() const noexcept { return diverged_; }

 private:
  struct node {
    std::vector<runner_id> enabled;
    std::vector<std::pair<runner_id, footprint>> asleep;  ///< threads whose next step leads to nothing new
    footprint step;                                       ///< of the chosen thread
    std::size_t chosen = 0;

    std::size_t first_awake() const noexcept {
      for (std::size_t i = 0; i < enabled.size(); ++i) {
        const auto is_it = [&](const auto& each) { return each.first == enabled[i]; };
        if (std::none_of(asleep.begin(), asleep.end(), is_it)) return i;
      }
      return enabled.size();
    }
    /// The threads that are still asleep after the chosen step.
    std::vector<std::pair<runner_id, footprint>> asleep_afterwards() const {
      std::vector<std::pair<runner_id, footprint>> rest;
      for (const auto& each : asleep) {
        if (each.first != enabled[chosen] && !each.second.conflicts(step)) rest.push_back(each);
      }
      return rest;
    }
  };

  bool add_node(const choice& point) {
    node fresh;
    fresh.enabled.assign(point.enabled.begin(), point.enabled.end());
    if (depth_ > 0 && reduced_) fresh.asleep = nodes_[depth_ - 1].asleep_afterwards();
    fresh.chosen = fresh.first_awake();
    if (fresh.chosen == fresh.enabled.size()) return false;
    nodes_.push_back(std::move(fresh));
    return true;
  }

  bool reduced_;
  std::vector<node> nodes_;
  std::size_t depth_ = 0;
  node* stepping_ = nullptr;
  bool redundant_ = false;
  bool diverged_ = false;
};

}  // namespace vicar::detail

#endif
