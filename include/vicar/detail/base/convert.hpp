// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BASE_CONVERT_HPP
#define VICAR_DETAIL_BASE_CONVERT_HPP

namespace vicar::detail {

/// As `static_cast`, for number types that are the same on some targets, where -Wuseless-cast would warn of a cast.
template <class To, class From>
constexpr To convert(From from) noexcept {
  return static_cast<To>(from);
}

}  // namespace vicar::detail

#endif
