// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_TRACKED_HPP
#define VICAR_TESTS_SUPPORT_TRACKED_HPP

#include <atomic>
#include <stdexcept>
#include <utility>

namespace support {

/// Counts the operations on all objects of a test that share it.
struct tally {
  std::atomic<int> alive{0};
  std::atomic<int> copies{0};
  std::atomic<int> moves{0};
  std::atomic<bool> copy_throws{false};
  std::atomic<bool> move_throws{false};
};

/// Counts its copies and moves; throws in them if the tally says so. `NothrowMove` is the exception specification
/// of its move constructor.
template <bool NothrowMove>
class basic_tracked {
 public:
  explicit basic_tracked(tally& counts, int number = 0) : value{number}, tally_{&counts} { ++tally_->alive; }
  basic_tracked(const basic_tracked& other) : value{other.value}, tally_{other.tally_} {
    if (tally_->copy_throws) throw std::runtime_error{"the copy failed"};
    ++tally_->copies;
    ++tally_->alive;
  }
  basic_tracked(basic_tracked&& other) noexcept(NothrowMove)
      : value{std::exchange(other.value, -1)}, tally_{other.tally_} {
    if constexpr (!NothrowMove) {
      if (tally_->move_throws) {
        other.value = value;
        throw std::runtime_error{"the move failed"};
      }
    }
    ++tally_->moves;
    ++tally_->alive;
  }
  basic_tracked& operator=(const basic_tracked& other) {
    if (tally_->copy_throws) throw std::runtime_error{"the copy failed"};
    value = other.value;
    ++tally_->copies;
    return *this;
  }
  basic_tracked& operator=(basic_tracked&& other) noexcept(NothrowMove) {
    value = std::exchange(other.value, -1);
    ++tally_->moves;
    return *this;
  }
  ~basic_tracked() { --tally_->alive; }

  int value;

 private:
  tally* tally_;
};

using tracked = basic_tracked<true>;
using throwing_tracked = basic_tracked<false>;

}  // namespace support

#endif
