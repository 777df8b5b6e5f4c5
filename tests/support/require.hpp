// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_REQUIRE_HPP
#define VICAR_TESTS_SUPPORT_REQUIRE_HPP

#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

/// A check within an explored function, on any thread: throws if it fails.
inline void require(bool right, std::string_view what) {
  if (!right) throw std::logic_error{std::string{what}};
}

}  // namespace support

#endif
