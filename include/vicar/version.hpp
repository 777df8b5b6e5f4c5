// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_VERSION_HPP
#define VICAR_VERSION_HPP

#include <vicar/detail/base/config.hpp>

/// The version of the library: major * 10000 + minor * 100 + patch.
#define VICAR_VERSION 100

namespace vicar {

/// The version of the library as numbers, equal to the version of the CMake package.
///@{
inline constexpr int version_major = VICAR_VERSION / 10000;
inline constexpr int version_minor = VICAR_VERSION / 100 % 100;
inline constexpr int version_patch = VICAR_VERSION % 100;
///@}

}  // namespace vicar

#endif
