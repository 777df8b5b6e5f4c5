// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BASE_AWAITED_EVENT_HPP
#define VICAR_DETAIL_BASE_AWAITED_EVENT_HPP

namespace vicar::detail {

/// The event that ends a wait. Under the lock of the wait graph, any thread may query whether it is pending. Only a
/// thread that checks again before it sleeps may see it as no longer pending too early.
struct awaited_event {
  const void* source;
  bool (*is_pending)(const void* source) noexcept;

  bool pending() const noexcept { return is_pending(source); }
};

}  // namespace vicar::detail

#endif
