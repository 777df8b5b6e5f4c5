// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_REGISTRY_HPP
#define VICAR_REGISTRY_HPP

#include <vicar/detail/base/config.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/actor_ref.hpp>
#include <vicar/detail/base/chrono.hpp>
#include <vicar/detail/calls/member_call.hpp>
#include <vicar/detail/cells/cell_list.hpp>
#include <vicar/detail/meta/braces.hpp>
#include <vicar/detail/meta/conversion.hpp>
#include <vicar/detail/meta/copyable.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/runtime/cell_table.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/error.hpp>
#include <vicar/fwd.hpp>

/// The actors of the process that were started, have not begun to end, and were not unregistered. All functions may be
/// called from any thread. Only `stop_all` blocks, and a broadcast to a full mailbox with `overflow::block`.
namespace vicar::registry {

/// Returns all actors in the order of starting.
[[nodiscard]] inline std::vector<any_actor_ref> get_all() {
  std::vector<any_actor_ref> found;
  for (auto& each : detail::cell_table::instance().snapshot(detail::cell_table::which::alive)) {
    found.push_back(detail::ref_access::make_any(std::move(each)));
  }
  return found;
}

/// Returns the actors of class `T` and of classes derived from it, and their fakes.
template <class T>
[[nodiscard]] std::vector<actor_ref<T>> get_by_class() {
  std::vector<actor_ref<T>> found;
  for (const any_actor_ref& each : get_all()) {
    if (std::optional<actor_ref<T>> typed = each.as<T>()) found.push_back(*std::move(typed));
  }
  return found;
}

/// Returns the actors whose class has this qualified name, or this last component of it: `app::adder` or `adder`.
[[nodiscard]] inline std::vector<any_actor_ref> get_by_class_name(std::string_view name) {
  std::vector<any_actor_ref> found;
  for (any_actor_ref& each : get_all()) {
    if (each.class_name() == name || detail::last_component(each.class_name()) == name)
      found.push_back(std::move(each));
  }
  return found;
}

/// Returns the actor with this URN, if there is one.
[[nodiscard]] inline std::optional<any_actor_ref> get_by_urn(std::string_view urn) {
  for (any_actor_ref& each : get_all()) {
    if (each.urn() == urn) return std::move(each);
  }
  return std::nullopt;
}

namespace broadcast_detail {

/// Sends to each actor. Skips actors that stop meanwhile; rethrows the first other failure after sending to all of
/// them.
template <class Refs, class Send>
void for_each_alive(const Refs& refs, Send send) {
  std::exception_ptr failure;
  for (const auto& each : refs) {
    try {
      send(each);
    } catch (const actor_dead_error&) {  // it has just stopped
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

/// Sends a copy to each actor.
template <class Refs, class Message>
void tell_each(const Refs& refs, const Message& message) {
  constexpr bool copyable = detail::implicitly_copyable<Message>;
  static_assert(
      copyable,
      "vicar: a broadcast gives each actor a copy, and this message cannot be copied; send a std::shared_ptr to it");
  if constexpr (copyable) for_each_alive(refs, [&](const auto& each) { any_actor_ref{each}.tell(message); });
}

/// Defers a member of each actor with copies of the arguments, which have the types that messages keep.
template <auto Member, class Refs, class... Kept>
void defer_each(const Refs& refs, const Kept&... arguments) {
  for_each_alive(refs, [&](const auto& each) { each.template defer<Member>(static_cast<Kept>(arguments)...); });
}

template <auto Member, class... Arguments>
struct member_broadcast {
  using pointer = decltype(Member);
  using class_type = typename detail::member_traits<pointer>::class_type;
  using kept = detail::kept_arguments<typename detail::declared_parameters<pointer>::type, Arguments...>;

  static VICAR_CONSTEVAL bool check() {
    constexpr bool method = std::is_member_function_pointer_v<pointer>;
    static_assert(method,
                  "vicar: a broadcast calls a method of each actor, and this is not a method; write "
                  "broadcast<&type::method>(arguments...), or broadcast a message: broadcast<type>(message)");
    if constexpr (method) {
      constexpr bool callable = detail::calls<detail::pointer_invoker<Member>, class_type, typename kept::type>;
      using passed = detail::type_list<Arguments...>;
      using detail::call_error;
      constexpr call_error found =
          detail::find_call_error<class_type, pointer, callable, kept::errors>(typename kept::type{}, passed{});
      // For an argument that could be moved, report only that each actor needs its own copy.
      constexpr bool taken = found == call_error::none || found == call_error::unmoved_argument;
      if constexpr (!taken || check_copies(typename kept::type{}))
        return detail::check_call<class_type, pointer, callable, kept, passed>();
    }
    return false;
  }
  template <class... Kept>
  static void send(detail::type_list<Kept...>, Arguments&&... arguments) {
    defer_each<Member, std::vector<actor_ref<class_type>>, Kept...>(
        get_by_class<class_type>(), detail::keep<Kept>(std::forward<Arguments>(arguments))...);
  }

 private:
  template <class... Kept>
  static VICAR_CONSTEVAL bool check_copies(detail::type_list<Kept...>) {
    constexpr bool copyable = (detail::copyable<Kept> && ...);
    static_assert(
        copyable,
        "vicar: a broadcast gives each actor a copy, and an argument cannot be copied; pass a std::shared_ptr to it");
    return copyable;
  }
};

}  // namespace broadcast_detail

/// Sends every actor a copy of `message`, like `any_actor_ref::tell`.
template <class Message = detail::list_in_braces>
void broadcast(const Message& message) {
  if constexpr (detail::check_typed<Message>())
    broadcast_detail::tell_each(get_all(), static_cast<const std::decay_t<const Message&>&>(message));
}
/// Sends the actors of class `T`, or derived from it, a copy of `message`.
template <class T, class Message>
void broadcast(const Message& message) {
  broadcast_detail::tell_each(get_by_class<T>(), static_cast<const std::decay_t<const Message&>&>(message));
}
/// Sends the actors whose class has this name, as in `get_by_class_name`, a copy of `message`.
template <class Message = detail::list_in_braces>
void broadcast_by_class_name(std::string_view name, const Message& message) {
  if constexpr (detail::check_typed<Message>())
    broadcast_detail::tell_each(get_by_class_name(name), static_cast<const std::decay_t<const Message&>&>(message));
}

/// Calls a method of every actor of its class, or derived from it, and of their fakes, like `defer`:
/// `broadcast<&listener::event>(7)`. The class is the one that declares the method, whatever class the pointer was
/// written with. The arguments are converted to the method's parameters once, on the calling thread, and each actor
/// gets a copy. The actors may run the method concurrently; an exception ends the actor that throws. An actor that has
/// just stopped is skipped. `options::on_overflow` of each actor says what happens if its mailbox is full: the
/// broadcast waits, drops the message, or throws `mailbox_full_error` after sending to all others. Other failures are
/// thrown in the same way. `vicar::overload` selects one of several overloads.
template <auto Member, class... Arguments>
void broadcast(Arguments&&... arguments) {
  using sent = broadcast_detail::member_broadcast<Member, Arguments...>;
  if constexpr (sent::check()) sent::send(typename sent::kept::type{}, std::forward<Arguments>(arguments)...);
}
/// Rejects a list in braces, with a compile error that says how to write it.
///@{
template <auto Member, class A = detail::list_in_braces>
  requires detail::some_in_braces<A>
void broadcast(A&&) {
  static_cast<void>(detail::refuse_braces<A>());
}
template <auto Member, class A = detail::list_in_braces, class B = detail::list_in_braces>
  requires detail::some_in_braces<A, B>
void broadcast(A&&, B&&) {
  static_cast<void>(detail::refuse_braces<A>());
}
///@}

/// Registers an actor again that was unregistered. Has no effect on one that is registered or has ended.
inline void register_actor(const any_actor_ref& ref) {
  detail::cell_table::instance().list(*detail::ref_access::handle(ref), true);
}
/// Unregisters an actor: it is no longer found, and is stopped by the end of the process instead of by `stop_all`. A
/// second call is not an error.
inline void unregister(const any_actor_ref& ref) {
  detail::cell_table::instance().list(*detail::ref_access::handle(ref), false);
}

namespace stop_detail {

inline std::vector<bool> stop_all(const detail::time_limit& limit) {
  using table = detail::cell_table;
  detail::cell_list cells = table::instance().snapshot(table::which::listed);
  std::vector<bool> stopped(cells.size());
  for (std::size_t left = cells.size(); left > 0; --left) {
    const std::size_t place = cells.size() - left;
    const detail::cell_handle last = std::move(cells[left - 1]);
    const detail::consumer_handle<bool> answer = last->stop();
    if (last.get() == detail::current_actor) {
      stopped[place] = true;  // the calling actor: it stops after its current message
      continue;
    }
    try {
      stopped[place] = answer.settled(limit).value();
    } catch (...) {  // a timeout or a cycle: stop the other actors without waiting for them
      while (--left > 0) cells[left - 1]->stop();
      throw;
    }
  }
  return stopped;
}

}  // namespace stop_detail

/// Stops every actor, the last started first, and waits for its end before stopping the next. Returns one bool per
/// actor in that order: whether this call, or an earlier one, stopped it. If called on an actor's thread, that actor is
/// asked to stop, too, but not waited for; if another actor waits for it, this throws `deadlock_error`, and the actors
/// started before that one have been asked to stop, too.
inline std::vector<bool> stop_all() { return stop_detail::stop_all({}); }

/// As above, within `timeout` in total. Throws a `timeout_error` that names the actor that did not stop and what it is
/// running; the actors started before it have been asked to stop, too.
template <class Rep, class Period>
std::vector<bool> stop_all(const std::chrono::duration<Rep, Period>& timeout) {
  return stop_detail::stop_all(detail::time_limit{timeout});
}
/// Rejects a number, with a compile error that says what a timeout is.
template <class Number>
  requires std::is_arithmetic_v<Number>
std::vector<bool> stop_all(Number) {
  detail::refuse_number_as_limit<Number>();
  return {};
}

}  // namespace vicar::registry

#endif
