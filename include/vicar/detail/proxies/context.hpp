// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_PROXIES_CONTEXT_HPP
#define VICAR_DETAIL_PROXIES_CONTEXT_HPP

#include <utility>

#include <vicar/actor_ref.hpp>
#include <vicar/detail/calls/member_call.hpp>
#include <vicar/detail/calls/path.hpp>
#include <vicar/detail/cells/cell.hpp>

// What the wrappers of registered members point to: whose messages they send, and to which object.
namespace vicar::detail {

/// The type of a registered data member, or what a property's getter returns. `Access` is what VICAR_PROXY defines for
/// a member.
template <class Access, class T>
using declared_t = typename decltype(Access::template declared<T>())::type;
/// The type of the pointer to a registered member; void where there is none, as for an overloaded method.
template <class Access, class T>
using pointer_t = decltype(Access::template pointer<T>());

/// The actor's own object.
template <class T>
struct direct_context {
  using object_type = T;
  actor_ref<T> ref;

  cell& owner() const noexcept { return *ref_access::handle(ref); }
  direct_target<T> target() const noexcept { return {ref_access::object(ref)}; }
  path way() const noexcept { return {}; }
  void* root() const noexcept { return ref_access::object(ref); }
};

/// An object nested in it. The owner is a `cell_handle` in what is kept, and a pointer for the rest of an expression.
template <class T, class Owner = cell_handle>
struct path_context {
  using object_type = T;
  Owner handle;
  path_target<T> end;

  cell& owner() const noexcept { return *handle; }
  path_target<T> target() const noexcept { return end; }
  path way() const noexcept { return end.way; }
  void* root() const noexcept { return end.root; }
};

}  // namespace vicar::detail

#endif
