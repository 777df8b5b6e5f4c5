// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_WAITS_HPP
#define VICAR_TESTS_SUPPORT_WAITS_HPP

#include <thread>

#include <vicar/actor_ref.hpp>
#include <vicar/detail/wait/wait_graph.hpp>

namespace support {

/// Whether the actor waits for another one.
template <class T>
bool waits(const vicar::actor_ref<T>& actor) {
  return static_cast<bool>(vicar::detail::wait_edge::from(*vicar::detail::ref_access::handle(actor)).target);
}

/// Blocks until the actor waits for another one.
template <class T>
void until_waiting(const vicar::actor_ref<T>& actor) {
  while (!waits(actor)) std::this_thread::yield();
}

}  // namespace support

#endif
