// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_COMPOSE_CONTINUATION_HPP
#define VICAR_DETAIL_COMPOSE_CONTINUATION_HPP

#include <cstddef>
#include <exception>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/calls/envelope.hpp>
#include <vicar/detail/calls/invokers.hpp>
#include <vicar/detail/calls/member_call.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/compose/outcome_call.hpp>
#include <vicar/detail/compose/sure_message.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/meta/given.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/future.hpp>
#include <vicar/task.hpp>

// What runs on an actor once a future is ready: coroutines of the actor that await the future first. So their order,
// their end with the actor and the search for cycles are those of all coroutines.
namespace vicar::detail {

/// What a member returned that a continuation has called, as the value that the caller gets.
template <class Returned>
using continued_t = kept_result_t<given_t<std::remove_cvref_t<Returned>>>;

inline constexpr std::string_view then_label = "then";

// The frame of this coroutine has a field of the function's type. g++ warns of that if a #line directive has named
// another file for a lambda.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif
/// `f.then(place, function)`.
struct then_invoker : invoker_base {
  static constexpr const std::string_view* label = &then_label;

  template <class T, class Function, class V>
  static task<continued_t<outcome_result_t<Function, T, V>>> call(T& object, Function&& function, future<V>&& source) {
    co_await settled(source);
    using returned = std::remove_cvref_t<outcome_result_t<Function, T, V>>;
    if constexpr (is_task<returned> || is_future<returned>)
      co_return co_await call_with_outcome(std::forward<Function>(function), object, std::move(source));
    else
      co_return call_with_outcome(std::forward<Function>(function), object, std::move(source));
  }
};

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

/// `f.pipe_to(proxy->loaded)`: `Loaded` invokes the member, `Failed` the one that gets the failure; void without.
template <class Loaded, class Failed>
struct pipe_invoker : invoker_base {
  static constexpr const std::string_view* label = Loaded::label;

  template <class T, class V>
  static task<void> call(T& object, future<V>&& source) {
    co_await settled(source);
    if constexpr (!std::is_void_v<Failed>) {
      std::exception_ptr failure = source.exception();
      if (failure) {
        co_await invoke<Failed>(object, std::move(failure));
        co_return;
      }
    }
    if constexpr (std::is_void_v<V>) {
      std::move(source).get();
      co_await invoke<Loaded>(object);
    } else {
      co_await invoke<Loaded>(object, std::move(source).get());
    }
  }

 private:
  template <class Invoker, class T, class... Argument>
  static task<void> invoke(T& object, Argument... argument) {
    using returned = std::remove_cvref_t<decltype(Invoker::call(object, std::move(argument)...))>;
    if constexpr (is_task<returned> || is_future<returned>)
      static_cast<void>(co_await Invoker::call(object, std::move(argument)...));
    else
      static_cast<void>(Invoker::call(object, std::move(argument)...));
    co_return;
  }
};

template <class V, class T, class Function>
auto continue_on(future<V> source, cell& place, T* object, Function function) {
  if constexpr (check_outcome_call<Function, T, V>()) {
    using reply = continued_t<outcome_result_t<Function, T, V>>;
    using sent = member_message<then_invoker, reply, call_message, direct_target<T>, std::index_sequence<0, 1>,
                                Function, future<V>>;
    future_access::handle(source).state();  // throws for an empty handle, here instead of later
    return call_surely<reply>(place,
                              std::make_unique<sure_message<sent>>(typename sent::envelope_type{
                                  {{&sent::kind}, nullptr}, {std::move(function)}, {std::move(source)}, {object}}));
  } else {
    return placeholder{};
  }
}
template <class Loaded, class Failed, class V, class Target>
void pipe_on(future<V> source, cell& place, Target target) {
  using sent = member_message<pipe_invoker<Loaded, Failed>, void, message, Target, std::index_sequence<0>, future<V>>;
  future_access::handle(source).state();  // as above
  defer_surely(place, std::make_unique<sure_message<sent>>(
                          typename sent::envelope_type{{&sent::kind}, {std::move(source)}, std::move(target)}));
}

}  // namespace vicar::detail

#endif
