// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_ASIO_HPP
#define VICAR_ASIO_HPP

#include <vicar/detail/base/config.hpp>

#include <type_traits>
#include <utility>

#include <vicar/detail/asio/library.hpp>
#include <vicar/detail/asio/operation.hpp>
#include <vicar/detail/asio/outcome.hpp>
#include <vicar/detail/asio/wait.hpp>
#include <vicar/future.hpp>
#include <vicar/task.hpp>

// Futures in programs with Asio, without Boost or with it.
// NOLINTNEXTLINE(modernize-concat-nested-namespaces): the macro stands for one of two names
namespace vicar {

VICAR_ASIO_NAMESPACE_BEGIN

/// An asynchronous operation of Asio that completes when the future is ready, with the future: `get` of it then does
/// not wait. `token` is any completion token: `vicar::future<T> ready = co_await vicar::async_wait(f,
/// asio::use_awaitable)`. The handler runs on its associated executor, always posted; one without an executor of its
/// own is a compile error. Outstanding work is held until then. If the operation is cancelled, it completes with the
/// future as it is: ready or not. Any thread; never blocks. If it cannot be posted because memory is exhausted, the
/// process ends.
template <class T, class Token>
auto async_wait(future<T> awaited, Token&& token) {
  return detail::net::async_initiate<Token, void(future<T>)>(
      [](auto&& handler, future<T> source) {
        detail::asio_wait<T, std::decay_t<decltype(handler)>>::begin(std::move(source),
                                                                     std::forward<decltype(handler)>(handler));
      },
      token, std::move(awaited));
}

/// The type of `use_future`.
struct use_future_t {};
/// A completion token: any asynchronous operation of Asio that gets it returns a `vicar::future`. In a task,
/// `co_await socket.async_read_some(buffer, vicar::use_future)` continues on the task's actor. If the actor ends
/// meanwhile, the operation is cancelled on its own executor, and the actor's thread waits until it has ended, so that
/// a buffer in the coroutine outlives the operation; the executor has to run until then. A failed operation gives
/// `system_error`. Several values are a tuple.
inline constexpr use_future_t use_future{};

VICAR_ASIO_NAMESPACE_END

}  // namespace vicar

/// @cond
template <class Result, class... Arguments>
class vicar::detail::net::async_result<vicar::use_future_t, Result(Arguments...)> {
  using value_type = typename vicar::detail::asio_outcome<Arguments...>::type;

 public:
  using return_type = vicar::detail::asio_operation<value_type>;

  template <class Initiation, class... Rest>
  static return_type initiate(Initiation&& initiation, vicar::use_future_t, Rest&&... rest) {
    return vicar::detail::begin_asio_operation<value_type, Arguments...>(
        vicar::detail::executor_of_operation{}, std::forward<Initiation>(initiation), std::forward<Rest>(rest)...);
  }
};
template <class Executor, class Result, class... Arguments>
class vicar::detail::net::async_result<vicar::detail::net::executor_binder<vicar::use_future_t, Executor>,
                                       Result(Arguments...)> {
  using value_type = typename vicar::detail::asio_outcome<Arguments...>::type;

 public:
  using return_type = vicar::detail::asio_operation<value_type>;

  template <class Initiation, class Token, class... Rest>
  static return_type initiate(Initiation&& initiation, Token&& token, Rest&&... rest) {
    const Executor executor = token.get_executor();
    return vicar::detail::begin_asio_operation<value_type, Arguments...>(
        vicar::detail::bound_executor<Executor>{executor}, std::forward<Initiation>(initiation),
        std::forward<Rest>(rest)...);
  }
};
/// @endcond

#endif
