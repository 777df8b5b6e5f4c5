// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_MEMBER_CALL_HPP
#define VICAR_DETAIL_MEMBER_CALL_HPP

#include <concepts>
#include <memory>
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
#include <vicar/detail/path.hpp>
#include <vicar/detail/printing.hpp>
#include <vicar/detail/stand_in.hpp>
#include <vicar/future.hpp>

// What a message does to the object. A target finds the object on the actor's thread: `T& resolve(cell&)`; if it is
// `imitated()`, there is none, and a stand-in answers. An invoker is a stateless type that calls one member known at
// compile time: `call(T&, arguments...)`, and `label` names it.
namespace vicar::detail {

/// The actor's own object, or a base of it.
template <class T>
struct direct_target {
  using object_type = T;
  T* object;  ///< null in a fake
  path route() const noexcept { return {}; }
  bool imitated() const noexcept { return object == nullptr; }
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

/// The parameters that a function is declared with; nothing that fits where that is not known.
template <class Function>
struct declared_parameters {
  using type = type_list<void>;
};
template <class Function>
  requires(member_traits<Function>::arity >= 0)
struct declared_parameters<Function> {
  using type = typename member_traits<Function>::parameters;
};
template <class Invoker>
struct declared_parameters_of_invoker : declared_parameters<void> {};
template <auto Member>
struct declared_parameters_of_invoker<pointer_invoker<Member>> : declared_parameters<decltype(Member)> {};

/// The message of a member known at compile time, which gives a `Reply`.
template <class Invoker, class Reply, class Target, class... Arguments>
auto bind_member(Target target, Arguments&&... arguments) {
  return keep_arguments<Reply>(
      [target = std::move(target)](cell& owner, std::decay_t<Arguments>&... kept) mutable -> Reply {
        if (target.imitated()) {
          imitated_message asked{imitated_message::access::call, *Invoker::label, target.route()};
          return ask_stand_in_as<Reply>(typename declared_parameters_of_invoker<Invoker>::type{},
                                        stand_in_of(owner, asked), asked, kept...);
        }
        return static_cast<Reply>(Invoker::call(target.resolve(owner), std::move(kept)...));
      },
      std::forward<Arguments>(arguments)...);
}

template <class Invoker, class Target, class... Arguments>
auto call_member(cell& to, Target target, Arguments&&... arguments) {
  using object_type = typename Target::object_type;
  using returned = call_result_t<Invoker, object_type, Arguments...>;
  if constexpr (check_result<object_type, returned>()) {
    using reply = std::decay_t<returned>;
    return send_call<Invoker::label, reply>(
        to, bind_member<Invoker, reply>(std::move(target), std::forward<Arguments>(arguments)...));
  } else {
    return placeholder{};
  }
}

template <class Invoker, class Target, class... Arguments>
void defer_member(cell& to, Target target, Arguments&&... arguments) {
  send_defer<Invoker::label>(to, bind_member<Invoker, void>(std::move(target), std::forward<Arguments>(arguments)...));
}

/// The message of a function known at run time, which gives a `Reply`.
template <class Reply, class Target, class Function, class... Arguments>
auto bind_function(Target target, Function&& function, Arguments&&... arguments) {
  return keep_arguments<Reply>(
      [target = std::move(target), function = std::forward<Function>(function)](
          cell& owner, std::decay_t<Arguments>&... kept) mutable -> Reply {
        using callable = std::decay_t<Function>;
        if (target.imitated()) {
          using access = imitated_message::access;
          imitated_message asked{std::is_member_pointer_v<callable> ? access::call : access::function,
                                 class_name<callable>, target.route(), &type_tag<callable>, std::addressof(function)};
          return ask_stand_in_as<Reply>(typename declared_parameters<callable>::type{}, stand_in_of(owner, asked),
                                        asked, kept...);
        }
        return static_cast<Reply>(detail::invoke(std::move(function), target.resolve(owner), std::move(kept)...));
      },
      std::forward<Arguments>(arguments)...);
}

/// How a field that is known by its pointer alone is read and assigned.
template <class T, class Pointer>
struct read_by_pointer {
  Pointer pointer;
  auto& operator()(T& object) const { return object.*pointer; }
};
template <class T, class Pointer>
struct assign_by_pointer {
  Pointer pointer;
  template <class Value>
  void operator()(T& object, Value&& value) const {
    object.*pointer = std::forward<Value>(value);
  }
};

/// Says of such a field which one it is; others have their names.
template <class Access>
void name_by_pointer(imitated_message& asked, const Access& access) {
  if constexpr (requires { access.pointer; }) {
    asked.pointer_tag = &type_tag<decltype(access.pointer)>;
    asked.pointer_bytes = std::addressof(access.pointer);
  }
}

/// Copies the field that `access(object)` leads to, or keeps the value that it makes, on the actor's thread.
template <const std::string_view* Label, class Target, class Access>
auto read_member(cell& from, Target target, Access access) {
  using found = decltype(access(std::declval<typename Target::object_type&>()));
  using reply = read_result_t<found>;
  return send_call<Label, reply>(from, [target = std::move(target), access](cell& owner) mutable -> reply {
    if (target.imitated()) {
      imitated_message asked{imitated_message::access::read, *Label, target.route()};
      name_by_pointer(asked, access);
      return ask_stand_in<reply>(stand_in_of(owner, asked), asked);
    }
    if constexpr (std::is_array_v<std::remove_reference_t<found>>) {
      return read_field(access(target.resolve(owner)));
    } else {
      return reply(access(target.resolve(owner)));
    }
  });
}

/// Runs `assign(object, value)` on the actor's thread; `Field` is what is assigned to.
template <const std::string_view* Label, class Field, class Target, class Assign, class Value>
future<void> write_member(cell& to, Target target, Assign assign, Value&& value) {
  return send_call<Label, void>(to, [target = std::move(target), assign,
                                     kept = std::decay_t<Value>(std::forward<Value>(value))](cell& owner) mutable {
    if (target.imitated()) {
      imitated_message asked{imitated_message::access::write, *Label, target.route()};
      name_by_pointer(asked, assign);
      ask_stand_in_as<void>(type_list<Field>{}, stand_in_of(owner, asked), asked, kept);
    } else {
      assign(target.resolve(owner), std::move(kept));
    }
  });
}

}  // namespace vicar::detail

#endif
