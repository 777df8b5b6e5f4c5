// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_META_BRACES_HPP
#define VICAR_DETAIL_META_BRACES_HPP

#include <concepts>
#include <initializer_list>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/meta/diagnose.hpp>

// A list in braces has no type, so it does not match a parameter pack. It matches the overloads here: a template
// argument that cannot be deduced falls back to its default. They are not candidates for arguments that have a type.
namespace vicar::detail {

/// Constructed from any list in braces, including nested ones.
struct list_in_braces {
  list_in_braces();
  template <class Item>
  list_in_braces(Item&&);  // NOLINT(google-explicit-constructor, bugprone-forwarding-reference-overload): any item
  list_in_braces(std::initializer_list<list_in_braces>);
};

template <class... Arguments>
concept some_in_braces = (std::same_as<Arguments, list_in_braces> || ...);

template <class First>
VICAR_CONSTEVAL placeholder refuse_braces() {
  static_assert(always_false<First>,
                "vicar: a list in braces has no type, and a message needs one; name it: "
                "proxy->add_all(std::vector{1, 2, 3})");
  return {};
}

#define VICAR_REFUSE_BRACES(name)                                                         \
  template <class A = list_in_braces>                                                     \
    requires some_in_braces<A>                                                            \
  auto name(A&&) const {                                                                  \
    return refuse_braces<A>();                                                            \
  }                                                                                       \
  template <class A = list_in_braces, class B = list_in_braces>                           \
    requires some_in_braces<A, B>                                                         \
  auto name(A&&, B&&) const {                                                             \
    return refuse_braces<A>();                                                            \
  }                                                                                       \
  template <class A = list_in_braces, class B = list_in_braces, class C = list_in_braces> \
    requires some_in_braces<A, B, C>                                                      \
  auto name(A&&, B&&, C&&) const {                                                        \
    return refuse_braces<A>();                                                            \
  }
/// Base class of types that are called as `object(arguments...)`, `object.defer(arguments...)` and
/// `object.try_defer(arguments...)`.
struct refuses_braces {
  VICAR_REFUSE_BRACES(operator())
  VICAR_REFUSE_BRACES(defer)
  VICAR_REFUSE_BRACES(try_defer)
};
#undef VICAR_REFUSE_BRACES

#define VICAR_REFUSE_BRACES(name)                                               \
  template <class Function, class A = list_in_braces>                           \
    requires some_in_braces<A>                                                  \
  auto name(Function&&, A&&) const {                                            \
    return refuse_braces<A>();                                                  \
  }                                                                             \
  template <class Function, class A = list_in_braces, class B = list_in_braces> \
    requires some_in_braces<A, B>                                               \
  auto name(Function&&, A&&, B&&) const {                                       \
    return refuse_braces<A>();                                                  \
  }                                                                             \
  template <auto Member, class A = list_in_braces>                              \
    requires some_in_braces<A>                                                  \
  auto name(A&&) const {                                                        \
    return refuse_braces<A>();                                                  \
  }                                                                             \
  template <auto Member, class A = list_in_braces, class B = list_in_braces>    \
    requires some_in_braces<A, B>                                               \
  auto name(A&&, B&&) const {                                                   \
    return refuse_braces<A>();                                                  \
  }
/// Base class of types with `call(function, arguments...)` and `call<Member>(arguments...)`, and `defer` and
/// `try_defer` of the same form.
struct refuses_braces_after_function {
  VICAR_REFUSE_BRACES(call)
  VICAR_REFUSE_BRACES(defer)
  VICAR_REFUSE_BRACES(try_defer)
};
#undef VICAR_REFUSE_BRACES

/// For functions of one argument, whose type is `list_in_braces` by default.
template <class Argument>
VICAR_CONSTEVAL bool check_typed() {
  if constexpr (some_in_braces<Argument>) static_cast<void>(refuse_braces<Argument>());
  return !some_in_braces<Argument>;
}

}  // namespace vicar::detail

#endif
