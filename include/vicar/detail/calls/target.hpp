// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CALLS_TARGET_HPP
#define VICAR_DETAIL_CALLS_TARGET_HPP

#include <vicar/detail/calls/path.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/error.hpp>

// The object that a message is for. `resolve` finds it on the actor's thread. A fake has no object: the target is
// `absent()`, and the call goes to the cell's `call_receiver`.
namespace vicar::detail {

/// The actor's object, or a base of it.
template <class T>
struct direct_target {
  using object_type = T;
  T* object;  ///< null in a fake
  path route() const noexcept { return {}; }
  bool absent() const noexcept { return object == nullptr; }
  T& resolve(cell&) const noexcept { return *object; }
};

/// An object nested in the actor's object. `Loose`: known, when the program is compiled, to lie behind a unique pointer
/// or an optional.
template <class T, bool Loose = false>
struct path_target {
  using object_type = T;
  static constexpr bool loose = Loose;
  void* root;  ///< null in a fake
  path steps;

  path route() const noexcept { return steps; }
  bool absent() const noexcept { return root == nullptr; }
  T& resolve(cell& owner, path_keeper* keeper = nullptr) const {
    if (void* const object = steps.follow(root, keeper)) return *static_cast<T*>(object);
    throw null_step_error{format_text(
        "vicar: {} has nothing at {} now, a pointer or optional on the path is empty; fill it first, or catch this error",
        owner.title(), steps.text())};
  }
};

}  // namespace vicar::detail

#endif
