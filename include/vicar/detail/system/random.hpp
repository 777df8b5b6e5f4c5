// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_SYSTEM_RANDOM_HPP
#define VICAR_DETAIL_SYSTEM_RANDOM_HPP

#include <cerrno>
#include <cstddef>
#include <system_error>

#include <unistd.h>
#if defined(__APPLE__)
#include <sys/random.h>
#endif

#include <vicar/detail/system/conductor.hpp>

namespace vicar::detail {

/// Random bytes from the system, at most 256; in a world, the same bytes in each run. Throws `std::system_error`.
inline void fill_random(unsigned char* bytes, std::size_t count) {
  if (conductor* const world = conductor_here) return world->fill_random(bytes, count);
  if (getentropy(bytes, count) != 0)
    throw std::system_error{errno, std::generic_category(), "vicar: the system provides no random bytes for a URN"};
}

}  // namespace vicar::detail

#endif
