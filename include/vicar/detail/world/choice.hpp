// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_CHOICE_HPP
#define VICAR_DETAIL_WORLD_CHOICE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <vicar/detail/base/convert.hpp>

// Choices: which thread of a world runs next. Strategies make them, and know nothing of threads.
namespace vicar::detail {

/// The number of a thread of a world; 0 is the thread of the test.
using runner_id = std::uint32_t;
inline constexpr runner_id fault_is_absent = 0xfffffffd;  ///< a possible fault does not happen
inline constexpr runner_id fault_happens = 0xfffffffe;
inline constexpr runner_id timeout_expires = 0xffffffff;  ///< a timeout expires although a thread could run

/// Pseudo-random numbers that are the same on all platforms: splitmix64.
class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed) noexcept : state_{seed} {}
  std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111eb;
    return z ^ (z >> 31U);
  }
  std::size_t below(std::size_t end) noexcept { return convert<std::size_t>(next() % end); }

 private:
  std::uint64_t state_;
};

/// The objects that one step changes, from one choice to the next. Steps of two threads commute unless their footprints
/// conflict.
class footprint {
 public:
  void change(std::uint32_t object) { objects_.push_back(object); }
  void change_everything() noexcept { everything_ = true; }
  void clear() noexcept {
    objects_.clear();
    everything_ = false;
  }
  bool conflicts(const footprint& other) const noexcept {
    if (everything_ || other.everything_) return true;
    return std::find_first_of(objects_.begin(), objects_.end(), other.objects_.begin(), other.objects_.end()) !=
           objects_.end();
  }

 private:
  std::vector<std::uint32_t> objects_;
  bool everything_ = false;
};

/// A point at which a thread is chosen.
struct choice {
  std::span<const runner_id> enabled;    ///< the threads that can run, in the order of their numbers; time comes last
  std::span<const std::uint32_t> about;  ///< for each, the object that its next step changes; 0 if unknown
  runner_id last;                        ///< the thread that ran
  std::uint32_t step;                    ///< how often that thread has come to such a point
  bool polls;                            ///< that thread would only poll again
  std::size_t usual;                     ///< index of the default: the thread that ran, if it can go on, else the next
  std::size_t latest;                    ///< index of the other default: the thread that became enabled last
};

/// The index of a thread among those that can run; `nowhere` if it cannot.
inline constexpr auto nowhere = static_cast<std::size_t>(-1);
inline std::size_t place_of(runner_id wanted, std::span<const runner_id> enabled) noexcept {
  const auto place = std::find(enabled.begin(), enabled.end(), wanted);
  return place == enabled.end() ? nowhere : static_cast<std::size_t>(place - enabled.begin());
}

class chooser {
 public:
  virtual ~chooser() = default;
  /// Before run number `run`.
  virtual void begin(std::size_t run) = 0;
  /// Returns an index into `point.enabled`.
  virtual std::size_t choose(const choice& point) = 0;
  /// The footprint of the step that was chosen last.
  virtual void stepped(const footprint&) {}
  /// After each run. False if no other order is left.
  virtual bool end() { return true; }
};

}  // namespace vicar::detail

#endif
