// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TEXT_URN_HPP
#define VICAR_DETAIL_TEXT_URN_HPP

#include <array>
#include <cstddef>
#include <string>

#include <vicar/detail/system/random.hpp>

namespace vicar::detail {

/// A new `urn:uuid:` of version 4, made from sixteen random bytes of the system.
inline std::string make_urn() {
  std::array<unsigned char, 16> bytes{};
  fill_random(bytes.data(), bytes.size());
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x40U);  // version 4
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U);  // the variant of RFC 4122
  static constexpr char digits[] = "0123456789abcdef";
  std::string urn = "urn:uuid:";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) urn += '-';
    urn += digits[bytes[i] >> 4U];
    urn += digits[bytes[i] & 0x0fU];
  }
  return urn;
}

}  // namespace vicar::detail

#endif
