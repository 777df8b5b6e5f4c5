// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_STRATEGIES_HPP
#define VICAR_DETAIL_WORLD_STRATEGIES_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>

#include <vicar/detail/world/choice.hpp>

namespace vicar::detail {

/// The numbers of run `run`.
inline random_numbers numbers_of_run(std::uint64_t seed, std::size_t run) noexcept {
  return random_numbers{seed + 0x51ed27 * run};
}

/// Each enabled thread with the same probability.
class random_walk final : public chooser {
 public:
  explicit random_walk(std::uint64_t seed) noexcept : seed_{seed} {}
  void begin(std::size_t run) override { numbers_ = numbers_of_run(seed_, run); }
  std::size_t choose(const choice& point) override { return numbers_.below(point.enabled.size()); }

 private:
  std::uint64_t seed_;
  random_numbers numbers_{0};
};

/// PCT: random priorities, which change at `depth - 1` random steps (Burckhardt et al., ASPLOS 2010). A bug that needs
/// an order of `depth` steps is found with a probability of at least 1/(n k^(depth-1)), for n threads and k steps.
/// After twice the expected number of steps it continues as a random walk, so that every loop ends.
class pct final : public chooser {
 public:
  pct(std::uint64_t seed, std::size_t depth) noexcept : seed_{seed}, depth_{depth} {}
  void begin(std::size_t run) override {
    expected_ = std::max(expected_, steps_);
    numbers_ = numbers_of_run(seed_, run);
    steps_ = 0;
    lowest_ = std::uint64_t{1} << 20U;
    priorities_.clear();
    changes_.clear();
    for (std::size_t i = 1; i < depth_; ++i) changes_.insert(numbers_.below(std::max<std::size_t>(expected_, 8)));
  }
  std::size_t choose(const choice& point) override {
    if (++steps_ > 2 * std::max<std::size_t>(expected_, 500)) return numbers_.below(point.enabled.size());
    for (const runner_id each : point.enabled) {
      priorities_.try_emplace(each, (numbers_.next() >> 1U) | (std::uint64_t{1} << 40U));
    }
    if (point.polls) priorities_[point.last] = --lowest_;
    std::size_t highest = of_highest_priority(point);
    if (changes_.contains(steps_)) {
      priorities_[point.enabled[highest]] = --lowest_;
      highest = of_highest_priority(point);
    }
    return highest;
  }

 private:
  std::size_t of_highest_priority(const choice& point) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < point.enabled.size(); ++i) {
      if (priorities_[point.enabled[i]] > priorities_[point.enabled[best]]) best = i;
    }
    return best;
  }

  std::uint64_t seed_;
  std::size_t depth_;
  random_numbers numbers_{0};
  std::size_t steps_ = 0;
  std::size_t expected_ = 0;
  std::uint64_t lowest_ = 0;
  std::map<runner_id, std::uint64_t> priorities_;
  std::set<std::size_t> changes_;
};

/// Partial order sampling: a random priority for each next step, drawn again when the step was taken, and when a step
/// that conflicts with it was (Yuan, Yang, Gu, CAV 2018).
class partial_order_sampling final : public chooser {
 public:
  explicit partial_order_sampling(std::uint64_t seed) noexcept : seed_{seed} {}
  void begin(std::size_t run) override {
    numbers_ = numbers_of_run(seed_, run);
    priorities_.clear();
  }
  std::size_t choose(const choice& point) override {
    std::size_t best = 0;
    for (std::size_t i = 0; i < point.enabled.size(); ++i) {
      priorities_.try_emplace(point.enabled[i], numbers_.next());
      if (priorities_[point.enabled[i]] > priorities_[point.enabled[best]]) best = i;
    }
    for (std::size_t i = 0; i < point.enabled.size(); ++i) {
      const bool conflicts = point.about[i] != 0 && point.about[i] == point.about[best];
      if (i != best && conflicts) priorities_.erase(point.enabled[i]);
    }
    priorities_.erase(point.enabled[best]);
    return best;
  }

 private:
  std::uint64_t seed_;
  random_numbers numbers_{0};
  std::map<runner_id, std::uint64_t> priorities_;
};

/// The strategies in turn, one a run: each finds bugs that another one misses.
class mixed_strategies final : public chooser {
 public:
  explicit mixed_strategies(std::uint64_t seed) : random_{seed}, shallow_{seed, 2}, deep_{seed, 4}, sampling_{seed} {}
  void begin(std::size_t run) override {
    const std::array<chooser*, 4> all{&shallow_, &sampling_, &deep_, &random_};
    current_ = all[run % all.size()];
    current_->begin(run / all.size());
  }
  std::size_t choose(const choice& point) override { return current_->choose(point); }

 private:
  random_walk random_;
  pct shallow_;
  pct deep_;
  partial_order_sampling sampling_;
  chooser* current_ = nullptr;
};

}  // namespace vicar::detail

#endif
