// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BOUND_METHOD_HPP
#define VICAR_BOUND_METHOD_HPP

#include <vicar/detail/base/config.hpp>

#include <utility>

#include <vicar/detail/meta/braces.hpp>
#include <vicar/fwd.hpp>

namespace vicar {

/// One method of one actor, which can be stored and passed on: `auto add = proxy.method<&adder::add_one>();
/// add(1).get();`. Holds a copy of the proxy, so the original may be destroyed.
template <class Proxy, auto Method>
class bound_method : public detail::refuses_braces {
 public:
  using detail::refuses_braces::operator();
  using detail::refuses_braces::defer;
  using detail::refuses_braces::try_defer;

  /// The same as `proxy.method<Method>()`.
  explicit bound_method(Proxy proxy) noexcept : proxy_{std::move(proxy)} {}

  /// As `proxy.call<Method>(arguments...)`.
  template <class... Arguments>
  auto operator()(Arguments&&... arguments) const {
    return proxy_.template call<Method>(std::forward<Arguments>(arguments)...);
  }
  /// As `proxy.defer<Method>(arguments...)`.
  template <class... Arguments>
  void defer(Arguments&&... arguments) const {
    proxy_.template defer<Method>(std::forward<Arguments>(arguments)...);
  }

  /// As `proxy.try_defer<Method>(arguments...)`.
  template <class... Arguments>
  [[nodiscard]] bool try_defer(Arguments&&... arguments) const {
    return proxy_.template try_defer<Method>(std::forward<Arguments>(arguments)...);
  }

  /// Whether the proxies are equal.
  bool operator==(const bound_method& other) const { return proxy_ == other.proxy_; }

 private:
  Proxy proxy_;
};

}  // namespace vicar

#endif
