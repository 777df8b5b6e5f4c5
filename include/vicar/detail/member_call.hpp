// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_MEMBER_CALL_HPP
#define VICAR_DETAIL_MEMBER_CALL_HPP

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/cell.hpp>
#include <vicar/detail/class_name.hpp>
#include <vicar/detail/diagnose.hpp>
#include <vicar/detail/envelope.hpp>
#include <vicar/detail/invoke.hpp>
#include <vicar/detail/member_name.hpp>
#include <vicar/detail/member_traits.hpp>
#include <vicar/future.hpp>

// What a message does to the object. A target finds the object on the actor's thread: `T& resolve(cell&)`. An invoker
// is a stateless type that calls one member known at compile time: `call(T&, arguments...)`, and `label` names it.
namespace vicar::detail {

/// The actor's own object, or a base of it.
template <class T>
struct direct_target {
  using object_type = T;
  T* object;
  T& resolve(cell&) const noexcept { return *object; }
};

/// The invoker of a member pointer, a static member function or a static data member.
template <auto Member>
struct pointer_invoker {
  static constexpr const std::string_view* label = &member_name<Member>;
  using pointer = decltype(Member);

  template <class T, class... Arguments>
    requires std::invocable<pointer, T&, Arguments...>
  static constexpr decltype(auto) call(T& object, Arguments&&... arguments) {
    return detail::invoke(Member, object, std::forward<Arguments>(arguments)...);
  }
  template <class T, class... Arguments>
    requires(!std::invocable<pointer, T&, Arguments...> && std::invocable<pointer, Arguments...>)
  static constexpr decltype(auto) call(T&, Arguments&&... arguments) {
    return Member(std::forward<Arguments>(arguments)...);
  }
};

template <class Invoker, class T, class... Arguments>
concept calls =
    requires(T& object, std::decay_t<Arguments>... arguments) { Invoker::call(object, std::move(arguments)...); };

template <class Invoker, class T, class... Arguments>
using call_result_t = decltype(Invoker::call(std::declval<T&>(), std::declval<std::decay_t<Arguments>>()...));

/// The message of a member known at compile time. The arguments are kept decayed and handed over as rvalues.
template <class Invoker, class Target, class... Arguments>
auto bind_member(Target target, Arguments&&... arguments) {
  return [target = std::move(target),
          ... kept = std::forward<Arguments>(arguments)](cell& owner) mutable -> decltype(auto) {
    return Invoker::call(target.resolve(owner), std::move(kept)...);
  };
}

template <class Invoker, class Target, class... Arguments>
auto call_member(cell& to, Target target, Arguments&&... arguments) {
  using object_type = typename Target::object_type;
  using returned = call_result_t<Invoker, object_type, Arguments...>;
  if constexpr (check_result<object_type, returned>()) {
    return send_call<Invoker::label, std::decay_t<returned>>(
        to, bind_member<Invoker>(std::move(target), std::forward<Arguments>(arguments)...));
  } else {
    return placeholder{};
  }
}

template <class Invoker, class Target, class... Arguments>
void defer_member(cell& to, Target target, Arguments&&... arguments) {
  send_defer<Invoker::label>(to, bind_member<Invoker>(std::move(target), std::forward<Arguments>(arguments)...));
}

/// The message of a function known at run time.
template <class Target, class Function, class... Arguments>
auto bind_function(Target target, Function&& function, Arguments&&... arguments) {
  return [target = std::move(target), function = std::forward<Function>(function),
          ... kept = std::forward<Arguments>(arguments)](cell& owner) mutable -> decltype(auto) {
    return detail::invoke(std::move(function), target.resolve(owner), std::move(kept)...);
  };
}

/// Copies the field that `access(object)` leads to, or keeps the value that it makes, on the actor's thread.
template <const std::string_view* Label, class Target, class Access>
auto read_member(cell& from, Target target, Access access) {
  using found = decltype(access(std::declval<typename Target::object_type&>()));
  return send_call<Label, read_result_t<found>>(from, [target = std::move(target), access](cell& owner) mutable {
    if constexpr (std::is_array_v<std::remove_reference_t<found>>) {
      return read_field(access(target.resolve(owner)));
    } else {
      return read_result_t<found>(access(target.resolve(owner)));
    }
  });
}

/// Runs `assign(object, value)` on the actor's thread.
template <const std::string_view* Label, class Target, class Assign, class Value>
future<void> write_member(cell& to, Target target, Assign assign, Value&& value) {
  return send_call<Label, void>(
      to, [target = std::move(target), assign, kept = std::decay_t<Value>(std::forward<Value>(value))](
              cell& owner) mutable { assign(target.resolve(owner), std::move(kept)); });
}

}  // namespace vicar::detail

#endif
