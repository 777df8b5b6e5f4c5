// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_META_INVOKE_HPP
#define VICAR_DETAIL_META_INVOKE_HPP

#include <concepts>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/meta/member_traits.hpp>

namespace vicar::detail {

/// The object to which a member pointer is applied: the argument itself, or the object that a pointer, a smart pointer
/// or a `std::reference_wrapper` refers to.
template <class Class, class Object>
constexpr decltype(auto) object_of(Object&& object) {
  if constexpr (std::derived_from<std::remove_cvref_t<Object>, Class> ||
                std::same_as<std::remove_cvref_t<Object>, Class>) {
    return std::forward<Object>(object);
  } else if constexpr (requires { *object; }) {
    return *std::forward<Object>(object);
  } else {
    return object.get();
  }
}

/// `std::invoke`, whose header is more expensive to compile than all uses of it in this library.
template <class Function, class... Arguments>
  requires std::invocable<Function, Arguments...>
constexpr decltype(auto) invoke(Function&& function, Arguments&&... arguments) {
  using pointer = std::remove_cvref_t<Function>;
  if constexpr (std::is_member_pointer_v<pointer>) {
    return [&]<class Object, class... Rest>(Object&& object, Rest&&... rest) -> decltype(auto) {
      using class_type = typename member_traits<pointer>::class_type;
      if constexpr (std::is_member_object_pointer_v<pointer>) {
        return (object_of<class_type>(std::forward<Object>(object)).*function);
      } else {
        VICAR_CONVERSIONS_BEGIN
        return (object_of<class_type>(std::forward<Object>(object)).*function)(std::forward<Rest>(rest)...);
        VICAR_CONVERSIONS_END
      }
    }(std::forward<Arguments>(arguments)...);
  } else {
    VICAR_CONVERSIONS_BEGIN
    return std::forward<Function>(function)(std::forward<Arguments>(arguments)...);
    VICAR_CONVERSIONS_END
  }
}

}  // namespace vicar::detail

#endif
