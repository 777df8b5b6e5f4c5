// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_ACTOR_HPP
#define VICAR_ACTOR_HPP

#include <vicar/detail/base/config.hpp>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/actor_ref.hpp>
#include <vicar/detail/cells/actor_cell.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/meta/braces.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/meta/hooks.hpp>
#include <vicar/detail/runtime/cell_table.hpp>
#include <vicar/detail/runtime/thread_executor.hpp>
#include <vicar/detail/system/keep_library.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/error.hpp>
#include <vicar/future.hpp>
#include <vicar/options.hpp>
#include <vicar/stop_token.hpp>

namespace vicar {

namespace detail {

template <class T>
VICAR_CONSTEVAL options options_of() {
  if constexpr (actor_options_reachable<T>) {
    static_assert(std::same_as<decltype(T::actor_options), const options>,
                  "vicar: actor_options has to be declared as static constexpr vicar::options actor_options{...}");
    if constexpr (std::same_as<decltype(T::actor_options), const options>) return T::actor_options;
  }
  return {};
}

template <class T>
concept class_of_actor = std::is_class_v<T> && !std::is_const_v<T> && !std::is_volatile_v<T>;

template <class T>
VICAR_CONSTEVAL placeholder refuse_start() {
  static_assert(class_of_actor<T>,
                "vicar: start<T> needs a class that is not const; drop the const, or wrap the value in a class");
  return {};
}

template <class T, class... Arguments>
VICAR_CONSTEVAL bool check_startable() {
  constexpr bool complete = requires { sizeof(T); };
  static_assert(complete, "vicar: start<T> needs the definition of T, which is only declared here; include its header");
  if constexpr (complete) {
    constexpr bool destructible = std::is_destructible_v<T>;
    constexpr bool constructible = parenthesised<T, Arguments...> || braced<T, Arguments...>;
    static_assert(!std::is_abstract_v<T>,
                  "vicar: start<T> cannot make an object of an abstract class; start a class derived from it");
    static_assert(std::is_abstract_v<T> || destructible,
                  "vicar: T has no public destructor, and the actor's thread calls it; make it public");
    if constexpr (!std::is_abstract_v<T> && destructible && !constructible) {
      constexpr bool constructible_if_moved =
          parenthesised<T, std::remove_reference_t<Arguments>...> || braced<T, std::remove_reference_t<Arguments>...>;
      static_assert(!constructible_if_moved,
                    "vicar: T has a public constructor for these arguments only if they are moved; pass std::move(x)");
      static_assert(
          constructible_if_moved,
          "vicar: T has no public constructor for these arguments; they are forwarded as they are, so check their number and types");
    }
    if constexpr (constructible && destructible && !std::is_abstract_v<T>) return check_hooks<T>();
  }
  return false;
}

template <class T>
VICAR_SHARED inline std::atomic<std::uint64_t> started_so_far{0};

inline std::string actor_name(std::string_view wanted, std::string_view class_name,
                              std::atomic<std::uint64_t>& started_so_far) {
  if (!wanted.empty()) return std::string{wanted};
  // Relaxed: the number has to be unique, and publishes nothing.
  const std::uint64_t number = 1 + (conductor_here ? conductor_here->number(&started_so_far)
                                                   : started_so_far.fetch_add(1, std::memory_order_relaxed));
  return format_text("{}-{}", last_component(class_name), number_text(number));
}

template <class T, class... Arguments>
actor_ref<T> start_on(executor& runs_it, const options& chosen, Arguments&&... arguments) {
  if (chosen.mailbox_capacity == 0) {
    throw error{format_text(
        "vicar: {} was given a mailbox_capacity of 0 and could never get a message; use 1 or more, or vicar::unbounded",
        chosen.name.empty() ? std::string{class_name<T>} : format_text("{} ({})", chosen.name, class_name<T>))};
  }
  cell_table& table = cell_table::instance();  // constructed first if necessary: the cleanup below must not fail
  keep_this_library();
  auto* typed = new actor_cell<T>{actor_name(chosen.name, class_name<T>, started_so_far<T>), chosen};
  const cell_handle handle = cell_handle::adopt(typed);
  typed->belongs_to(runs_it, &cell_table::ended);
  try {
    {
      const actor_frame frame{*typed};
      typed->construct(std::forward<Arguments>(arguments)...);
      typed->constructed();
      table.add(handle);
      log_about(*typed, log_level::debug, nullptr, "Registered {}");
    }
    // A log sink may have called fork(). In the child, this actor belongs to the parent.
    if (!typed->inherited()) runs_it.start(*typed);
  } catch (...) {
    table.remove(*typed);
    typed->abandon();
    throw;
  }
  return ref_access::make<T>(handle, typed->object());
}

template <class T, class... Arguments>
actor_ref<T> start_with(const options& chosen, Arguments&&... arguments) {
  executor& runs_it = conductor_here ? static_cast<executor&>(conductor_here->actors()) : thread_executor::instance();
  return start_on<T>(runs_it, chosen, std::forward<Arguments>(arguments)...);
}

template <class... Arguments>
inline constexpr bool begins_with_options = false;
template <class First, class... Rest>
inline constexpr bool begins_with_options<First, Rest...> = std::same_as<std::remove_cvref_t<First>, options>;

/// Constructed from a braced list that names no fields.
struct braced_argument {
  template <class First, class... Rest>
  braced_argument(First&&, Rest&&...);  // NOLINT(google-explicit-constructor): declared for overload resolution only
  /// With nested lists, as in a list of pairs.
  braced_argument(list_in_braces, list_in_braces = {}, list_in_braces = {},
                  list_in_braces = {});  // NOLINT(google-explicit-constructor): as above
};

/// The cell that runs on this thread, or is being constructed on it, and whose object contains `inside`.
inline cell& cell_around(const void* inside, std::string_view class_name) {
  for (const actor_frame* frame = innermost_frame; frame; frame = frame->outer) {
    cell& owner = cell::of(frame->owner);
    if (owner.contains(inside)) return owner;
  }
  if (innermost_frame) {
    throw error{format_text(
        "vicar: self was called in {} for a {} that is not part of the actor's object, such as one on the heap that "
        "the object points to; call it with the actor's own object, and pass the reference on",
        innermost_frame->owner.title(), class_name)};
  }
  throw error{format_text(
      "vicar: self was called for a {} outside its actor's own thread; call it in the constructor, a hook or a method that "
      "runs as a message, and start the object with vicar::start",
      class_name)};
}

}  // namespace detail

/// Starts an actor. Constructs a `T` from `arguments` on the calling thread, where the constructor's exceptions are
/// thrown. Everything else, including the destructor, runs on the actor's own thread. The actor runs until it is
/// stopped, with or without references to it; the end of the program stops it. Throws `vicar::error` if the system
/// cannot create a thread.
template <class T, class... Arguments>
  requires(detail::class_of_actor<T> && !detail::begins_with_options<Arguments...>)
actor_ref<T> start(Arguments&&... arguments) {
  if constexpr (detail::check_startable<T, Arguments...>()) {
    return detail::start_with<T>(detail::options_of<T>(), std::forward<Arguments>(arguments)...);
  } else {
    return detail::placeholder{};
  }
}

/// As above, with options that replace those of the class: `start<adder>({.name = "bookkeeping"}, 5)`.
template <class T, class... Arguments>
  requires detail::class_of_actor<T>
actor_ref<T> start(options chosen, Arguments&&... arguments) {
  if constexpr (detail::check_startable<T, Arguments...>()) {
    return detail::start_with<T>(chosen, std::forward<Arguments>(arguments)...);
  } else {
    return detail::placeholder{};
  }
}

/// Rejects a `T` that cannot be an actor, with a compile error that says why. The return type is deduced, so that this
/// message comes first.
///@{
template <class T, class... Arguments>
  requires(!detail::class_of_actor<T> && !detail::begins_with_options<Arguments...>)
auto start(Arguments&&...) {
  return detail::refuse_start<T>();
}
template <class T, class... Arguments>
  requires(!detail::class_of_actor<T>)
auto start(options, Arguments&&...) {
  return detail::refuse_start<T>();
}
///@}

// Clang 14 to 16 choose this overload for `{.name = "one"}`, too.
#if !defined(__clang__) || __clang_major__ > 16
/// Rejects an argument in braces, with a compile error that says how to write it.
template <class T, class... Arguments>
  requires detail::class_of_actor<T>
actor_ref<T> start(detail::braced_argument, Arguments&&...) {
  static_assert(detail::always_false<T>,
                "vicar: start cannot tell the type of an argument in braces; name it: "
                "start<type>(std::vector<int>{1, 2}), and name the fields of options: start<type>({.name = \"one\"})");
  return detail::placeholder{};
}
#endif

/// Returns a reference to the actor whose object is `this_object`, or has it as a base or member: `vicar::self(*this)`.
/// May be called only inside the actor, that is, in its constructor and on its own thread; throws `vicar::error`
/// elsewhere. Does not block.
template <class T>
actor_ref<std::remove_cv_t<T>> self(T& this_object) {
  auto* object = const_cast<std::remove_cv_t<T>*>(std::addressof(this_object));
  return detail::ref_access::make(
      detail::cell_handle{detail::cell_around(object, detail::class_name<std::remove_cv_t<T>>)}, object);
}

/// Rejects a pointer, with a compile error that says what `self` takes.
template <class T>
auto self(T*) {
  static_assert(detail::always_false<T>, "vicar: self takes the object and not its address; write vicar::self(*this)");
  return detail::placeholder{};
}

/// Optional base class for actors that refer to themselves. It has no data and no virtual functions. Its members may be
/// called only inside the actor, like `self`.
class actor {
 public:
  /// See `actor_ref::urn`.
  std::string urn() const { return here().urn(); }
  /// The actor's name. The view is valid as long as the actor exists.
  std::string_view name() const { return here().name(); }
  /// Asks this actor to stop after the messages that were sent before; in `on_start`, before it handles any message. Do
  /// not wait for the future inside the actor.
  future<bool> stop() const { return detail::future_access::make(here().stop()); }
  /// Shows a long-running method whether the actor was asked to stop. May be passed to other threads.
  vicar::stop_token stop_token() const { return here().stop_token(); }

 protected:
  /// For derived classes.
  ///@{
  actor() = default;
  ~actor() = default;
  actor(const actor&) = default;
  actor& operator=(const actor&) = default;
  ///@}

 private:
  detail::cell& here() const { return detail::cell_around(this, "vicar::actor"); }
};

}  // namespace vicar

#endif
