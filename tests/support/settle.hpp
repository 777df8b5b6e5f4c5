// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_SETTLE_HPP
#define VICAR_TESTS_SUPPORT_SETTLE_HPP

#include <vicar/detail/runtime/exit_list.hpp>

namespace support {

/// Blocks until the threads of all stopped actors are done with them.
inline void settle() {
  auto& awaited = vicar::detail::exit_list::instance();
  while (!awaited.wait_until_empty(awaited.entered())) {  // again, as others may have been started meanwhile
  }
}

}  // namespace support

#endif
