// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CALLS_ACCESS_KIND_HPP
#define VICAR_DETAIL_CALLS_ACCESS_KIND_HPP

#include <cstdint>

namespace vicar::detail {

/// What a message does with its target.
enum class access_kind : std::uint8_t {
  call,
  read,
  write,
  function,  ///< the caller's function, which needs the object itself
};

}  // namespace vicar::detail

#endif
