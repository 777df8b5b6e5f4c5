// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_PROXIES_REGISTRATION_HPP
#define VICAR_DETAIL_PROXIES_REGISTRATION_HPP

#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/text/class_name.hpp>

// Finds the list of members of a class, and a member in it by its pointer. members.hpp generates these lists.
namespace vicar {

/// Specialised by VICAR_PROXY.
template <class T>
struct registration {
  /// Marks a class that is not registered.
  static constexpr bool vicar_missing = true;
};

namespace detail {

template <class T>
struct direct_context;

/// Accesses the registration, private or not.
struct member_access {
  template <class T>
  static constexpr bool from_outside = !requires { registration<T>::vicar_missing; };
  template <class T>
  static constexpr bool in_class = requires { typename T::template vicar_interface<direct_context<T>>; };

  /// False inside the class above its list: the compiler parses function bodies in order at the end of the class.
  template <class T>
  static constexpr bool parsed =
      from_outside<T> || !in_class<T> || requires { typename std::bool_constant<T::vicar_list::parsed()>; };

  struct unregistered {};

  template <class T, class Context>
  static auto find() {
    if constexpr (from_outside<T>)
      return std::type_identity<typename registration<T>::template vicar_interface<Context>>{};
    else if constexpr (in_class<T>)
      return std::type_identity<typename T::template vicar_interface<Context>>{};
    else
      return std::type_identity<unregistered>{};
  }
};

/// The wrappers of all registered members of `Context::object_type`; empty if there are none.
template <class Context>
using interface_t = typename decltype(member_access::find<typename Context::object_type, Context>())::type;

template <class T>
inline constexpr bool is_registered = member_access::from_outside<T> || member_access::in_class<T>;

template <class T>
VICAR_CONSTEVAL bool check_registered() {
  static_assert(
      is_registered<T>,
      "vicar: this class has no registered members at this point; put VICAR_PROXY(type, members...) at global scope "
      "between the class and the first function that uses a member by name, or use proxy.call(&type::member, arguments...)");
  if constexpr (is_registered<T>) {
    static_assert(
        member_access::parsed<T>,
        "vicar: VICAR_PROXY_MEMBERS is below a function of the class that uses a member by name; put the list above it");
    return member_access::parsed<T>;
  }
  return false;
}

template <class T, class Visitor>
constexpr void visit_members(Visitor&& visitor) {
  if constexpr (check_registered<T>()) interface_t<direct_context<T>>::vicar_visit(visitor);
}

/// Calls `found` with the listed member of `T` that a pointer refers to, if there is one. An overload, or an instance
/// of a template, has the name that it shares with the others. The type of the pointer may lack a `noexcept`, or name
/// another class of the hierarchy than the member's.
template <class T, class Pointer, class Found>
constexpr bool find_listed(Pointer member, Found found) {
  bool listed = false;
  visit_members<T>([&]<class Access>() {
    if constexpr (requires { Access::template is_at<T>(member); }) {
      if (!listed && Access::template is_at<T>(member)) {
        listed = true;
        found.template operator()<Access>();
      }
    }
  });
  return listed;
}
/// As above, but also finds an inherited member that only the base lists.
template <class T, class Pointer, class Found>
constexpr void find_member(Pointer member, Found found) {
  if constexpr (is_registered<T>) {
    if (find_listed<T>(member, found)) return;
  }
  using owner = typename member_traits<Pointer>::class_type;
  if constexpr (!std::is_same_v<owner, T> && !std::is_void_v<owner>) {
    if constexpr (is_registered<owner>) static_cast<void>(find_listed<owner>(member, found));
  }
}

/// The registered name of a member, or its type if it has none.
template <class T, class Pointer>
std::string_view name_of(Pointer member) {
  std::string_view found = class_name<Pointer>;
  find_member<T>(member, [&]<class Access>() { found = Access::name; });
  return found;
}

}  // namespace detail

}  // namespace vicar

#endif
