// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_MEMBERS_HPP
#define VICAR_MEMBERS_HPP

#include <vicar/detail/base/config.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/calls/envelope.hpp>
#include <vicar/detail/calls/member_call.hpp>
#include <vicar/detail/calls/path.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/proxies/access.hpp>
#include <vicar/detail/proxies/member_macros.hpp>
#include <vicar/detail/proxies/name_list.hpp>
#include <vicar/detail/proxies/registration.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/fwd.hpp>
#include <vicar/proxy_field.hpp>
#include <vicar/proxy_method.hpp>
#include <vicar/traversable.hpp>

/// Registers the members of a class from outside, so that a proxy has them by name: `VICAR_PROXY(adder, add_one,
/// calls)`, at global scope, after the class and before its proxies are used. Takes public methods of every kind, data
/// members, also inherited ones, and VICAR_PROPERTY items; up to 64 of them, each once. A type with a comma in its name
/// needs an alias.
#define VICAR_PROXY(...) VICAR_PROXY_OF(__VA_ARGS__, )
#define VICAR_PROXY_OF(type, ...)                                                                                            \
  struct vicar_global_scope;                                                                                                 \
  static_assert(                                                                                                             \
      ::std::is_same_v<vicar_global_scope, ::vicar_global_scope>,                                                            \
      "vicar: VICAR_PROXY belongs at global scope; close the namespace before it, or use VICAR_PROXY_MEMBERS in the class"); \
  static_assert(                                                                                                             \
      ::vicar::detail::is_whole_type(#type),                                                                                 \
      "vicar: VICAR_PROXY cannot take a type with a comma in its name; give it an alias: using name = type;");               \
  static_assert(!decltype(vicar_listed(static_cast<::std::type_identity<type>*>(nullptr)))::value,                           \
                "vicar: this class has a second VICAR_PROXY; put all members into one list");                                \
  template <>                                                                                                                \
  struct vicar::registration<::vicar::detail::first_list_of<                                                                 \
      type, decltype(vicar_listed(static_cast<::std::type_identity<type>*>(nullptr)))::value, __LINE__>> {                   \
    VICAR_PROXY_MEMBERS(__VA_ARGS__)                                                                                         \
  };                                                                                                                         \
  [[maybe_unused]] ::std::true_type vicar_listed(::std::type_identity<type>*);

/// As VICAR_PROXY, but inside the class: private members can be listed, class templates can be registered, and derived
/// classes inherit the list. May stand anywhere in the class, but before a method that is defined there and uses a
/// proxy of the class by name.
#define VICAR_PROXY_MEMBERS(...)                                                                                       \
  static_assert(::vicar::detail::read_names(#__VA_ARGS__).count <= ::vicar::detail::most_names,                        \
                "vicar: a list of members takes at most 64 names; split the class, or use call with member pointers"); \
  static_assert(!::vicar::detail::read_names(#__VA_ARGS__).repeated,                                                   \
                "vicar: a list of members contains a name twice; list it once, overloads share their name");           \
  static_assert(!::vicar::detail::read_names(#__VA_ARGS__).qualified,                                                  \
                "vicar: a list of members takes names, as in VICAR_PROXY(type, add, calls); leave out & and type::");  \
  friend struct ::vicar::detail::member_access;                                                                        \
  struct vicar_list {                                                                                                  \
    static constexpr bool parsed() { return true; }                                                                    \
  };                                                                                                                   \
  template <class VicarContext>                                                                                        \
  struct vicar_interface {                                                                                             \
    const VicarContext* vicar_context;                                                                                 \
    VICAR_FOR_EACH(VICAR_ITEM, __VA_ARGS__)                                                                            \
    template <class VicarVisitor>                                                                                      \
    static constexpr void vicar_visit(VicarVisitor&& vicar_visitor) {                                                  \
      static_cast<void>(vicar_visitor);                                                                                \
      VICAR_FOR_EACH(VICAR_VISIT, __VA_ARGS__)                                                                         \
    }                                                                                                                  \
  };

/// An item of either list that is read by a getter and, if there is one, written by a setter: `VICAR_PROPERTY(name,
/// getter[, setter])`.
#define VICAR_PROPERTY(...) (__VA_ARGS__)

/// Declared again by VICAR_PROXY: the same class at global scope, another one elsewhere.
struct vicar_global_scope;

/// Overloaded by VICAR_PROXY for the class that it lists. Never defined.
std::false_type vicar_listed(...);

namespace vicar {

template <class Access, class Context>
class proxy_step;

/// The kind of a registered member.
enum class member_kind : unsigned char {
  method,    ///< a method with all its overloads
  field,     ///< a data member that is read and written as a whole
  property,  ///< a VICAR_PROPERTY
  nested,    ///< a traversable data member
};

/// Describes a registered member.
struct member_info {
  std::string_view name;  ///< as in the list
  member_kind kind;       ///< its kind
  std::string_view type;  ///< as the compiler spells it; "overloaded" for a method whose type depends on the call
};

namespace detail {

/// The key of a second list of a class, which has been reported as an error.
template <class T, int Line>
struct further_list;
template <class T, bool Listed, int Line>
using first_list_of = std::conditional_t<Listed, further_list<T, Line>, T>;

/// Whether `T` has a member of that name, including hidden overloads. For classes that cannot be derived from, hidden
/// members cannot be detected: always true.
template <class Access, class T>
VICAR_CONSTEVAL bool name_exists() {
  if constexpr (Access::template pointable<T> || Access::template is_data<T> || !derivable<T>)
    return true;
  else
    return !Access::template pointable<typename Access::template vicar_fused<T>>;
}

template <class Access, class T>
VICAR_CONSTEVAL member_kind kind_of() {
  if constexpr (Access::is_property)
    return member_kind::property;
  else if constexpr (!Access::template is_data<T>)
    return member_kind::method;
  else if constexpr (traversable_field<declared_t<Access, T>>)
    return member_kind::nested;
  else
    return member_kind::field;
}

/// Replaces a member that does not exist; the registration reports the error.
struct unknown_member : placeholder {
  explicit constexpr unknown_member(const void*) noexcept {}
};

template <bool Exists, member_kind Kind>
struct wrapper_of {
  template <class Access, class Context>
  using type = proxy_field<Access, Context>;
};
template <member_kind Kind>
struct wrapper_of<false, Kind> {
  template <class Access, class Context>
  using type = unknown_member;
};
template <>
struct wrapper_of<true, member_kind::method> {
  template <class Access, class Context>
  using type = proxy_method<Access, Context>;
};
template <>
struct wrapper_of<true, member_kind::nested> {
  template <class Access, class Context>
  using type = proxy_step<Access, Context>;
};
template <class Access, class Context>
using wrapper_t = typename wrapper_of<name_exists<Access, typename Context::object_type>(),
                                      kind_of<Access, typename Context::object_type>()>::template type<Access, Context>;

template <class T>
VICAR_CONSTEVAL std::size_t count_members() {
  std::size_t count = 0;
  visit_members<T>([&]<class Access>() { ++count; });
  return count;
}

template <class T>
constexpr std::array<member_info, count_members<T>()> describe_members() {
  std::array<member_info, count_members<T>()> all{};
  std::size_t next = 0;
  visit_members<T>([&]<class Access>() {
    constexpr member_kind kind = kind_of<Access, T>();
    std::string_view type = "overloaded";
    if constexpr (kind != member_kind::method)
      type = class_name<std::remove_cvref_t<declared_t<Access, T>>>;
    else if constexpr (Access::template pointable<T>)
      type = class_name<pointer_t<Access, T>>;
    all[next++] = {Access::name, kind, type};
  });
  return all;
}

template <class T>
struct registered_kinds {
  template <class Sent, class Pointer>
  static constexpr const message_kind& of(Pointer member) noexcept {
    const message_kind* found = &Sent::kind;
    find_member<T>(member, [&]<class Access>() { found = &named_kind<Sent, Access>; });
    return *found;
  }
};

}  // namespace detail

/// The names of the registered members in the order of the list.
template <class T>
constexpr auto member_names() {
  constexpr auto all = detail::describe_members<T>();
  std::array<std::string_view, all.size()> names{};
  for (std::size_t i = 0; i < all.size(); ++i) names[i] = all[i].name;
  return names;
}

}  // namespace vicar

#endif
