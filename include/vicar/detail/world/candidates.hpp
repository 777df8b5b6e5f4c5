// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_CANDIDATES_HPP
#define VICAR_DETAIL_WORLD_CANDIDATES_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <vicar/detail/world/choice.hpp>

namespace vicar::detail {

/// What can happen next in a world: one of its threads runs, or time passes.
class candidates {
 public:
  void clear() noexcept {
    ids_.clear();
    about_.clear();
    enabled_at_.clear();
  }
  /// In the order of the numbers; `about` is the object that the next step changes, or 0.
  void add(runner_id which, std::uint32_t about, std::uint64_t enabled_at) {
    ids_.push_back(which);
    about_.push_back(about);
    enabled_at_.push_back(enabled_at);
  }
  void drop(runner_id which) {
    const std::size_t place = place_of(which, ids_);
    if (place == nowhere) return;
    const auto at = static_cast<std::ptrdiff_t>(place);
    ids_.erase(ids_.begin() + at);
    about_.erase(about_.begin() + at);
    enabled_at_.erase(enabled_at_.begin() + at);
  }
  bool empty() const noexcept { return ids_.empty(); }
  std::size_t size() const noexcept { return ids_.size(); }
  runner_id operator[](std::size_t place) const noexcept { return ids_[place]; }
  std::span<const runner_id> ids() const noexcept { return ids_; }
  std::span<const std::uint32_t> about() const noexcept { return about_; }

  /// The default: `last` goes on if it can, else the thread with the next number.
  std::size_t usual(runner_id last) const noexcept {
    if (const std::size_t same = place_of(last, ids_); same != nowhere) return same;
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      if (ids_[i] > last && ids_[i] < fault_is_absent) return i;
    }
    return 0;
  }
  /// The other default: if `last` cannot go on, the thread that became able to run last.
  std::size_t latest(runner_id last) const noexcept {
    if (const std::size_t same = place_of(last, ids_); same != nowhere) return same;
    std::size_t best = 0;
    for (std::size_t i = 1; i < ids_.size(); ++i) {
      if (ids_[i] < fault_is_absent && enabled_at_[i] > enabled_at_[best]) best = i;
    }
    return best;
  }

 private:
  std::vector<runner_id> ids_;
  std::vector<std::uint32_t> about_;
  std::vector<std::uint64_t> enabled_at_;
};

}  // namespace vicar::detail

#endif
