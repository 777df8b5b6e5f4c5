// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BASE_CONVERT_HPP
#define VICAR_DETAIL_BASE_CONVERT_HPP

namespace vicar::detail {

/// As `static_cast`, for numbers whose types are the same on some targets: -Wuseless-cast warns of a cast there.
template <class To, class From>
constexpr To convert(From from) noexcept {
  return static_cast<To>(from);
}

}  // namespace vicar::detail

#endif
