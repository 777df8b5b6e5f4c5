// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_PROCESS_HPP
#define VICAR_DETAIL_WORLD_PROCESS_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include <vicar/detail/system/fork.hpp>
#include <vicar/error.hpp>

// What the process does to its worlds: its environment, exit() and fork().
namespace vicar::detail {

/// What VICAR_SCHEDULE says for the test at `place`; nothing if it is not set or names another test.
inline std::optional<std::string_view> schedule_for(std::string_view place) {
  const char* const value = std::getenv("VICAR_SCHEDULE");  // NOLINT(concurrency-mt-unsafe): tests do not set it
  if (!value || !*value) return std::nullopt;
  const std::string_view wanted = value;
  const std::size_t slash = wanted.rfind('/');
  if (slash == std::string_view::npos) return wanted;
  if (wanted.substr(0, slash) == place) return wanted.substr(slash + 1);
  static constinit std::atomic<bool> noted{false};
  if (!noted.exchange(true, std::memory_order_relaxed)) {  // relaxed: publishes nothing
    fmt::print(stderr, "vicar: VICAR_SCHEDULE is for {}; explore at {} and others run as without it\n",
               wanted.substr(0, slash), place);
  }
  return std::nullopt;
}

/// The process in which a world was made. A child made by fork() has only one of its threads.
class process_of_world {
 public:
  bool is_this() const noexcept { return generation_ == this_generation(); }
  /// Throws in a child.
  void require() const {
    if (!is_this()) throw error{inherited};
  }
  /// Ends a child.
  void end_child() const noexcept {
    if (is_this()) return;
    std::fprintf(stderr, "%s\n", inherited);
    std::abort();
  }

 private:
  static constexpr const char* inherited =
      "vicar: this process was made by fork() in a run of explore, and its world has no other thread here; end it with "
      "_exit() or exec, without returning from the function";
  const std::uint32_t generation_ = this_generation();
};

}  // namespace vicar::detail

#endif
