// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_PROXY_METHOD_HPP
#define VICAR_PROXY_METHOD_HPP

#include <concepts>
#include <type_traits>
#include <utility>

#include <vicar/detail/config.hpp>
#include <vicar/detail/context.hpp>
#include <vicar/detail/diagnose.hpp>
#include <vicar/detail/member_call.hpp>

namespace vicar {

/// `proxy->name` of a registered method. Takes whatever a direct call takes: overloads, templates, default arguments. Lives as long as the
/// proxy; to keep a method, use `proxy.method<&T::name>()`.
template <class Access, class Context>
class proxy_method {
  using object_type = typename Context::object_type;
  using pointer = detail::pointer_t<Access, object_type>;

 public:
  explicit constexpr proxy_method(const Context* context) noexcept : context_{context} {}
  proxy_method(const proxy_method& other) : context_{other.context_} {
    static_assert(detail::always_false<Access>,
                  "vicar: a member of a proxy cannot be copied, it lives in the proxy; keep the proxy, or use "
                  "proxy.method<&type::member>()");
  }
  proxy_method& operator=(const proxy_method&) = delete;
  ~proxy_method() = default;

  /// Calls the method on the actor's thread; see `actor_proxy::call`.
  template <class... Arguments>
  auto operator()(Arguments&&... arguments) const {
    if constexpr (check<Arguments...>()) {
      return detail::call_member<invoker<Arguments...>>(context_->owner(), context_->target(), std::forward<Arguments>(arguments)...);
    } else {
      return detail::placeholder{};
    }
  }

  /// The same for the effect alone; see `actor_proxy::defer`.
  template <class... Arguments>
  void defer(Arguments&&... arguments) const {
    if constexpr (check<Arguments...>()) {
      detail::defer_member<invoker<Arguments...>>(context_->owner(), context_->target(), std::forward<Arguments>(arguments)...);
    }
  }

 private:
  /// The member pointer where it fits, so that calls by name and by pointer share their code; else the call as it is written in the source.
  template <class... Arguments>
  static consteval bool by_pointer() {
    if constexpr (std::is_member_function_pointer_v<pointer>) {
      return std::invocable<pointer, object_type&, std::decay_t<Arguments>...>;
    } else {
      return false;
    }
  }
  template <bool ByPointer, class = void>
  struct chosen {
    using type = Access;
  };
  template <class Unused>
  struct chosen<true, Unused> {
    using type = detail::pointer_invoker<Access::template pointer<object_type>()>;
  };
  template <class... Arguments>
  using invoker = typename chosen<by_pointer<Arguments...>()>::type;

  template <class... Arguments>
  static consteval bool check() {
    return detail::check_call<object_type, pointer, detail::calls<Access, object_type, Arguments...>, Arguments...>();
  }

  const Context* context_;
};

}  // namespace vicar

#endif
