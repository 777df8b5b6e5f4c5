// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BASE_AWAITED_EVENT_HPP
#define VICAR_DETAIL_BASE_AWAITED_EVENT_HPP

namespace vicar::detail {

/// What ends a wait. Under the lock of the wait graph, any thread may ask whether it is still to come. It may be
/// reported as come too early only to a thread that looks again before it sleeps.
struct awaited_event {
  const void* source;
  bool (*is_pending)(const void* source) noexcept;

  bool pending() const noexcept { return is_pending(source); }
};

}  // namespace vicar::detail

#endif
