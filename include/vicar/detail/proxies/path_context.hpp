// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_PROXIES_PATH_CONTEXT_HPP
#define VICAR_DETAIL_PROXIES_PATH_CONTEXT_HPP

#include <vicar/detail/calls/path.hpp>
#include <vicar/detail/calls/target.hpp>
#include <vicar/detail/cells/cell.hpp>

namespace vicar::detail {

/// As `direct_context`, for an object nested in an actor's object. The owner is a `cell_handle` in a stored proxy, and
/// a pointer for the rest of an expression. `Loose` as in `path_target`.
template <class T, class Owner = cell_handle, bool Loose = false>
struct path_context {
  static constexpr bool loose = Loose;
  using object_type = T;
  Owner handle;
  path_target<T> end;

  cell& owner() const noexcept { return *handle; }
  path_target<T, Loose> target() const noexcept { return {end.root, end.steps}; }
  path route() const noexcept { return end.steps; }
  void* root() const noexcept { return end.root; }
};

}  // namespace vicar::detail

#endif
