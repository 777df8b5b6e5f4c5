// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_PROXY_METHOD_HPP
#define VICAR_PROXY_METHOD_HPP

#include <vicar/detail/base/config.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

#include <vicar/detail/calls/member_call.hpp>
#include <vicar/detail/meta/braces.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/proxies/access.hpp>
#include <vicar/future.hpp>

namespace vicar {

namespace detail {

struct method_access;

}  // namespace detail

/// `proxy->name` of a registered method. Takes what a direct call takes: overloads, templates, default arguments; but
/// no list in braces, which has no type. Valid as long as the proxy; to store a method, use `proxy.method<&T::name>()`.
template <class Access, class Context>
class proxy_method : public detail::refuses_braces {
  using object_type = typename Context::object_type;
  using pointer = detail::pointer_t<Access, object_type>;
  using parameters = typename detail::declared_parameters<pointer>::type;

 public:
  /// For the proxy, which constructs its members.
  explicit constexpr proxy_method(const Context* context) noexcept : context_{context} {}
  /// Rejects a copy, with a compile error that says what to keep instead.
  proxy_method(const proxy_method& other) : context_{other.context_} {
    static_assert(detail::always_false<Access>,
                  "vicar: a member of a proxy cannot be copied, it lives in the proxy; keep the proxy, or use "
                  "proxy.method<&type::member>()");
  }
  ~proxy_method() = default;

  using detail::refuses_braces::operator();
  using detail::refuses_braces::defer;
  using detail::refuses_braces::try_defer;

  /// Calls the method on the actor's thread; see `actor_proxy::call`.
  template <class... Arguments>
  auto operator()(Arguments&&... arguments) const {
    using kept = detail::kept_arguments<parameters, Arguments...>;
    if constexpr (check<kept, Arguments...>()) {
      return detail::future_access::make(detail::call_member<invoker<typename kept::type>>(
          typename kept::type{}, context_->owner(), context_->target(), static_cast<Arguments&&>(arguments)...));
    } else {
      return detail::placeholder{};
    }
  }

  /// As above, but without a reply; see `actor_proxy::defer`.
  template <class... Arguments>
  void defer(Arguments&&... arguments) const {
    using kept = detail::kept_arguments<parameters, Arguments...>;
    if constexpr (check<kept, Arguments...>()) {
      detail::defer_member<invoker<typename kept::type>>(typename kept::type{}, context_->owner(), context_->target(),
                                                         static_cast<Arguments&&>(arguments)...);
    }
  }

  /// As `defer`, but never waits: returns false if the message was not accepted. See `actor_proxy::try_defer`.
  template <class... Arguments>
  [[nodiscard]] bool try_defer(Arguments&&... arguments) const {
    using kept = detail::kept_arguments<parameters, Arguments...>;
    if constexpr (check<kept, Arguments...>()) {
      return detail::defer_member<invoker<typename kept::type>, detail::if_refused::returns_false>(
          typename kept::type{}, context_->owner(), context_->target(), static_cast<Arguments&&>(arguments)...);
    } else {
      return false;
    }
  }

  /// Rejects the operations that only a field has, with a compile error.
  ///@{
  void operator=(const proxy_method&) const { refuse_field<>(); }  // NOLINT(misc-unconventional-assign-operator)
  template <class Value>
  void operator=(Value&&) const {  // NOLINT(misc-unconventional-assign-operator)
    refuse_field<Value>();
  }
  template <class... Arguments>
  auto get(Arguments&&...) const {
    return refuse_field<Arguments...>();
  }
  template <class Self = proxy_method>
  auto read() const {
    return refuse_field<Self>();
  }
  template <class Value>
  auto set(Value&&) const {
    return refuse_field<Value>();
  }
  template <class Self = proxy_method>
  auto operator->() const {
    refuse_field<Self>();
    return static_cast<const detail::placeholder*>(nullptr);
  }
  ///@}

 private:
  friend struct detail::method_access;

  /// The member pointer if it fits, so that calls by name and by pointer share their code; else the call as written in
  /// the source.
  template <bool ByPointer, class = void>
  struct chosen {
    using type = detail::named_invoker<Access, parameters>;
  };
  template <class Unused>
  struct chosen<true, Unused> {
    using type = detail::pointer_invoker<Access::template pointer<object_type>()>;
  };
  template <class Kept>
  struct invoker_of;
  template <class... Kept>
  struct invoker_of<detail::type_list<Kept...>>
      : chosen<std::is_member_function_pointer_v<pointer> && std::is_invocable_v<pointer, object_type&, Kept...>> {};
  template <class Kept>
  using invoker = typename invoker_of<Kept>::type;

  /// The method as a member of the class itself: a using-declaration may have imported it from a private base.
  template <class Pointer>
  struct own_method {
    using type = void;
  };
  template <class Function, class Class>
    requires std::is_function_v<Function>
  struct own_method<Function Class::*> {
    using type = Function object_type::*;
  };

  template <class Kept, class... Arguments>
  static VICAR_CONSTEVAL bool check() {
    using function = typename own_method<std::remove_const_t<pointer>>::type;
    return detail::check_call<object_type, function, detail::calls<Access, object_type, typename Kept::type>, Kept,
                              detail::type_list<Arguments...>>();
  }

  template <class... Unused>
  static auto refuse_field() {
    static_assert(
        detail::always_false<Access, Unused...>,
        "vicar: this member is used as a field, but is not a field that the proxy can reach; call a method as "
        "proxy->name(arguments...), and list a private field with VICAR_PROXY_MEMBERS");
    return detail::placeholder{};
  }

  const Context* context_;
};

/// @cond
template <class Access, class Context>
inline constexpr bool detail::is_proxy_member<proxy_method<Access, Context>> = true;

/// For the rest of the library.
struct detail::method_access {
  template <class Access, class Context>
  static const Context& context(const proxy_method<Access, Context>& of) noexcept {
    return *of.context_;
  }
};
/// @endcond

}  // namespace vicar

#endif
