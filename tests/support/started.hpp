// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_STARTED_HPP
#define VICAR_TESTS_SUPPORT_STARTED_HPP

#include <utility>

#include <vicar/vicar.hpp>

namespace support {

/// An actor that is stopped at the end of the scope.
template <class T>
class started {
 public:
  template <class... Arguments>
  explicit started(Arguments&&... arguments)
      : ref{vicar::start<T>(std::forward<Arguments>(arguments)...)}, proxy{ref.proxy()} {}
  ~started() { ref.stop().wait(); }
  started(const started&) = delete;
  started& operator=(const started&) = delete;

  const vicar::actor_proxy<T>* operator->() const { return &proxy; }

  const vicar::actor_ref<T> ref;
  const vicar::actor_proxy<T> proxy;
};

}  // namespace support

#endif
