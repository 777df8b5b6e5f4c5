// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_RULES_HPP
#define VICAR_DETAIL_WORLD_RULES_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <vicar/error.hpp>

namespace vicar {

/// Thrown by a wait that would never have ended, because its world has to end.
class world_ended : public error {
 public:
  using error::error;
};

namespace detail {

struct world_rules {
  std::string place;       ///< of the call of `explore`
  bool quiet = false;      ///< the default log sink writes nothing
  std::int64_t slack = 0;  ///< nanoseconds: a timeout that is nearer may expire although a thread could run
  std::size_t most_steps = 200'000;
  std::chrono::milliseconds grace{500};  ///< for threads outside of the world, when no thread of it can run
};

}  // namespace detail
}  // namespace vicar

#endif
