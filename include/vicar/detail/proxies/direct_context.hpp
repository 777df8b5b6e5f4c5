// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_PROXIES_DIRECT_CONTEXT_HPP
#define VICAR_DETAIL_PROXIES_DIRECT_CONTEXT_HPP

#include <vicar/actor_ref.hpp>
#include <vicar/detail/calls/path.hpp>
#include <vicar/detail/calls/target.hpp>
#include <vicar/detail/cells/cell.hpp>

namespace vicar::detail {

/// What the wrappers of an actor's registered members point to: whose messages they send, and to which object.
template <class T>
struct direct_context {
  using object_type = T;
  actor_ref<T> ref;

  cell& owner() const noexcept { return *ref_access::handle(ref); }
  direct_target<T> target() const noexcept { return {ref_access::object(ref)}; }
  path way() const noexcept { return {}; }
  void* root() const noexcept { return ref_access::object(ref); }
};

}  // namespace vicar::detail

#endif
