// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_COMPOSE_HPP
#define VICAR_COMPOSE_HPP

#include <vicar/detail/base/config.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/actor_proxy.hpp>
#include <vicar/actor_ref.hpp>
#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/calls/invokers.hpp>
#include <vicar/detail/calls/target.hpp>
#include <vicar/detail/compose/continuation.hpp>
#include <vicar/detail/compose/gathering.hpp>
#include <vicar/detail/compose/posted_function.hpp>
#include <vicar/detail/compose/waiting_thread.hpp>
#include <vicar/detail/futures/lazy_values.hpp>
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/error.hpp>
#include <vicar/future.hpp>
#include <vicar/proxy_method.hpp>
#include <vicar/task.hpp>

// What continues when futures are ready: the members `then`, `pipe_to` and `on` of `future`, and futures of several
// futures.
namespace vicar {

namespace detail {

template <class Dependent>
struct composition {
  template <class V, class T, class Function>
  static auto then(future<V> source, const actor_ref<T>& place, Function function) {
    return continue_on(std::move(source), *ref_access::handle(place), ref_access::object(place), std::move(function));
  }
  template <class V, class T, class Function>
  static auto then(future<V> source, const actor_proxy<T>& place, Function function) {
    return then(std::move(source), place.ref(), std::move(function));
  }
  template <class V, class Executor, class Function>
  static auto then(future<V> source, const Executor& place, Function function) {
    constexpr bool place_known = executes<Executor>;
    static_assert(place_known,
                  "vicar: then needs a place: an actor, by proxy or reference, or an executor, which has "
                  "execute(function)");
    if constexpr (!place_known) {
      return placeholder{};
    } else if constexpr (check_outcome_call<Function, no_object, V>()) {
      using posted = posted_function<V, Executor, Function>;
      return posted::post(std::make_unique<posted>(std::move(source), place, std::move(function)));
    } else {
      return placeholder{};
    }
  }

  template <class V, class Access, class Context>
  static void pipe_to(future<V> source, const proxy_method<Access, Context>& method) {
    const Context& context = method_access::context(method);
    pipe_on<named_invoker<Access>, void>(std::move(source), context.owner(), context.target());
  }
  template <auto Loaded, auto Failed, class V, class T>
  static void pipe_to_member(future<V> source, const actor_ref<T>& actor) {
    using loaded = pointer_invoker<Loaded>;
    if constexpr (std::is_null_pointer_v<decltype(Failed)>)
      pipe_on<loaded, void>(std::move(source), *ref_access::handle(actor), direct_target<T>{ref_access::object(actor)});
    else
      pipe_on<loaded, pointer_invoker<Failed>>(std::move(source), *ref_access::handle(actor),
                                               direct_target<T>{ref_access::object(actor)});
  }
  template <auto Loaded, auto Failed, class V, class T>
  static void pipe_to_member(future<V> source, const actor_proxy<T>& actor) {
    pipe_to_member<Loaded, Failed>(std::move(source), actor.ref());
  }

  template <class V, class Executor>
  static auto on(future<V> source, const Executor& executor) {
    static_assert(executes<Executor>,
                  "vicar: on needs an executor, which has execute(function); in a vicar::task, "
                  "co_await the future itself");
    return awaited_on<V, Executor>{std::move(source), executor};
  }
};

/// The states of the sources, for a lazy value.
template <class... T>
std::vector<future_state_base*> states_of(const future<T>&... futures) {
  return {&future_access::handle(futures).state()...};
}
template <class T>
std::vector<future_state_base*> states_of(const std::vector<future<T>>& futures) {
  std::vector<future_state_base*> states;
  states.reserve(futures.size());
  for (const future<T>& each : futures) states.push_back(&future_access::handle(each).state());
  return states;
}
template <class Result>
future<Result> gather(Result futures, std::vector<future_state_base*> sources) {
  return future_access::make(make_lazy<Result, gathered_value<Result>>(std::move(futures), std::move(sources)));
}

/// Makes the future of an `arrival_order`, and lets it watch these states.
template <class Order>
auto watch_all(Order* made, const std::vector<future_state_base*>& states) {
  const auto order = counted_handle<arrival_order>::adopt(made);
  auto answer = future_access::make(std::move(made->channel.consumer));
  for (std::size_t i = 0; i < states.size(); ++i) arrival_order::add(order, *states[i], i);
  return answer;
}

}  // namespace detail

/// Returns a future of the futures themselves, once all are ready: a tuple, or a vector for a vector. Never throws what
/// they hold: `get` of each of them does, and does not wait.
///@{
template <class... T>
[[nodiscard]] future<std::tuple<future<T>...>> when_all(future<T>... futures) {
  std::vector<detail::future_state_base*> states = detail::states_of(futures...);
  return detail::gather(std::tuple<future<T>...>{std::move(futures)...}, std::move(states));
}
template <class T>
[[nodiscard]] future<std::vector<future<T>>> when_all(std::vector<future<T>> futures) {
  std::vector<detail::future_state_base*> states = detail::states_of(futures);
  return detail::gather(std::move(futures), std::move(states));
}
///@}

/// Returns a future of the index of the first future that is ready, with a value or an exception. The futures stay
/// readable. A vector must not be empty: throws `vicar::error`.
///@{
template <class First, class... Rest>
[[nodiscard]] future<std::size_t> when_any(const future<First>& first, const future<Rest>&... rest) {
  const std::vector<detail::future_state_base*> states = detail::states_of(first, rest...);
  return detail::watch_all(new detail::first_ready, states);
}
template <class T>
[[nodiscard]] future<std::size_t> when_any(const std::vector<future<T>>& futures) {
  if (futures.empty()) throw error{"vicar: when_any of no futures would never be ready; pass at least one"};
  const std::vector<detail::future_state_base*> states = detail::states_of(futures);
  return detail::watch_all(new detail::first_ready, states);
}
///@}

/// Returns a future of the first value of several futures. If none has a value, it carries the exception of the first
/// future in the list. A future made by `map` and the like counts as a value once its source has one. The calls behind
/// the others go on. A vector must not be empty: throws `vicar::error`.
///@{
template <class T>
[[nodiscard]] future<T> race(std::vector<future<T>> futures) {
  if (futures.empty()) throw error{"vicar: race of no futures would never be ready; pass at least one"};
  const std::vector<detail::future_state_base*> states = detail::states_of(futures);
  return detail::watch_all(new detail::first_value<T>{std::move(futures)}, states);
}
template <class T, class... Rest>
[[nodiscard]] future<T> race(future<T> first, future<Rest>... rest) {
  static_assert((std::same_as<T, Rest> && ...),
                "vicar: race gives one value, so its futures need one type; convert them with map");
  if constexpr ((std::same_as<T, Rest> && ...))
    return race(std::vector<future<T>>{std::move(first), std::move(rest)...});
  else
    return first;
}
///@}

/// @cond
template <class T>
T sync_wait(const future<T>&) {
  static_assert(detail::always_false<T>, "vicar: sync_wait runs a task; a future is read with get()");
}
/// @endcond

/// Runs a task on this thread, and blocks until it has ended. Returns its value, or throws what it throws. Throws
/// `vicar::error` on an actor's thread.
template <class T>
T sync_wait(task<T> work) {
  if (detail::innermost_frame) {
    throw error{
        "vicar: sync_wait was called on an actor's thread, which it would block; make the member a vicar::task, and "
        "co_await"};
  }
  detail::require_owned(work.frame());
  const auto here = detail::counted_handle<detail::waiting_thread>::adopt(new detail::waiting_thread);
  struct waited final : detail::coroutine_run {
    explicit waited(detail::resumption& first) noexcept : coroutine_run{first, true} {}
    ~waited() { first().forget(); }
    void resume() noexcept override { resume_all(); }
  } run{*detail::resumption::make(here->home())};
  run.begin_with(work.frame().promise());
  run.resume_all();
  while (!work.frame().done()) here->resume_next();
  return work.frame().promise().take();
}

}  // namespace vicar

#endif
