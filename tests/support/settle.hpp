// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_SETTLE_HPP
#define VICAR_TESTS_SUPPORT_SETTLE_HPP

#include <vicar/detail/runtime/thread_dispatcher.hpp>

namespace support {

/// Blocks until the threads of all actors that were stopped are done with them.
inline void settle() {
  auto& dispatcher = vicar::detail::thread_dispatcher::instance();
  while (!dispatcher.wait_for_all(dispatcher.started())) {  // others were started meanwhile
  }
}

}  // namespace support

#endif
