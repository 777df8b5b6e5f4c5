// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_BRACES_HPP
#define VICAR_DETAIL_BRACES_HPP

#include <concepts>
#include <initializer_list>

#include <vicar/detail/config.hpp>
#include <vicar/detail/diagnose.hpp>

// A list in braces has no type, so no parameter pack takes it. The overloads here do: a template argument that cannot
// be deduced is their default. They are no candidates for arguments that have a type.
namespace vicar::detail {

/// Made from any list in braces, also from one that holds others.
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

/// A base of what is called as `object(arguments...)` and `object.defer(arguments...)`.
struct refuses_braces {
  template <class A = list_in_braces>
    requires some_in_braces<A>
  auto operator()(A&&) const {
    return refuse_braces<A>();
  }
  template <class A = list_in_braces, class B = list_in_braces>
    requires some_in_braces<A, B>
  auto operator()(A&&, B&&) const {
    return refuse_braces<A>();
  }
  template <class A = list_in_braces, class B = list_in_braces, class C = list_in_braces>
    requires some_in_braces<A, B, C>
  auto operator()(A&&, B&&, C&&) const {
    return refuse_braces<A>();
  }

  template <class A = list_in_braces>
    requires some_in_braces<A>
  auto defer(A&&) const {
    return refuse_braces<A>();
  }
  template <class A = list_in_braces, class B = list_in_braces>
    requires some_in_braces<A, B>
  auto defer(A&&, B&&) const {
    return refuse_braces<A>();
  }
  template <class A = list_in_braces, class B = list_in_braces, class C = list_in_braces>
    requires some_in_braces<A, B, C>
  auto defer(A&&, B&&, C&&) const {
    return refuse_braces<A>();
  }
};

/// A base of what has `call(function, arguments...)` and `call<Member>(arguments...)`, and `defer` like it.
struct refuses_braces_after_function {
  template <class Function, class A = list_in_braces>
    requires some_in_braces<A>
  auto call(Function&&, A&&) const {
    return refuse_braces<A>();
  }
  template <class Function, class A = list_in_braces, class B = list_in_braces>
    requires some_in_braces<A, B>
  auto call(Function&&, A&&, B&&) const {
    return refuse_braces<A>();
  }
  template <auto Member, class A = list_in_braces>
    requires some_in_braces<A>
  auto call(A&&) const {
    return refuse_braces<A>();
  }
  template <auto Member, class A = list_in_braces, class B = list_in_braces>
    requires some_in_braces<A, B>
  auto call(A&&, B&&) const {
    return refuse_braces<A>();
  }

  template <class Function, class A = list_in_braces>
    requires some_in_braces<A>
  auto defer(Function&&, A&&) const {
    return refuse_braces<A>();
  }
  template <class Function, class A = list_in_braces, class B = list_in_braces>
    requires some_in_braces<A, B>
  auto defer(Function&&, A&&, B&&) const {
    return refuse_braces<A>();
  }
  template <auto Member, class A = list_in_braces>
    requires some_in_braces<A>
  auto defer(A&&) const {
    return refuse_braces<A>();
  }
  template <auto Member, class A = list_in_braces, class B = list_in_braces>
    requires some_in_braces<A, B>
  auto defer(A&&, B&&) const {
    return refuse_braces<A>();
  }
};

/// A base of what has `tell(message)` and `ask(message)`.
struct refuses_braces_as_message {
  template <class Message = list_in_braces>
    requires some_in_braces<Message>
  auto tell(Message&&) const {
    return refuse_braces<Message>();
  }
  template <class Message = list_in_braces>
    requires some_in_braces<Message>
  auto ask(Message&&) const {
    return refuse_braces<Message>();
  }
};

}  // namespace vicar::detail

#endif
