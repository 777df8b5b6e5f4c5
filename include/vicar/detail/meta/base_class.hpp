// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_META_BASE_CLASS_HPP
#define VICAR_DETAIL_META_BASE_CLASS_HPP

#include <type_traits>

#include <vicar/detail/base/config.hpp>

namespace vicar::detail {

/// A virtual base: only the object itself knows its address inside `Derived`.
template <class Base, class Derived>
concept virtual_base = std::is_base_of_v<Base, Derived> && !requires(Base* base) { static_cast<Derived*>(base); };

template <class Base, class Derived>
VICAR_CONSTEVAL bool check_base() {
  constexpr bool constant = std::is_const_v<Base> || std::is_volatile_v<Base>;
  static_assert(
      !constant,
      "vicar: a reference or proxy names the actor's class without const; drop the const, or write it before the "
      "whole type: const vicar::actor_ref<T>");
  static_assert(
      constant || !virtual_base<Base, Derived>,
      "vicar: a reference or proxy does not convert to a virtual base, because that would read the object from another thread; "
      "take a non-virtual base, or call through the derived class");
  return !constant && !virtual_base<Base, Derived>;
}

}  // namespace vicar::detail

#endif
