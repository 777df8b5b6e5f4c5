// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_FWD_HPP
#define VICAR_FWD_HPP

#include <vicar/detail/base/config.hpp>

/// The library: `start` makes an actor, `actor_proxy` calls it, `future` brings the answers, `registry` finds it again.
namespace vicar {

struct options;
struct actor_stats;
struct log_record;

class error;
class actor;

template <class T>
class future;
template <class T>
class promise;

template <class T>
class actor_ref;
template <class T>
class actor_proxy;
template <class T>
class nested_proxy;
template <class Proxy, auto Method>
class callable_proxy;
template <class U>
class traversable;

/// A reference to an actor of any class; `as<T>()` gives the typed one back.
using any_actor_ref = actor_ref<void>;

/// The message types that reach an actor through `any_actor_ref` and broadcasts: `using receives = vicar::messages<A,
/// B>;`
template <class... Messages>
struct messages {};

/// Thrown anywhere on an actor's thread, stops this actor at once and then every other one. Not a `std::exception`, so
/// that a `catch (const std::exception&)` in between does not swallow it.
struct stop_all_actors {};

/// Opens the members of a class from outside: `template <> inline constexpr bool vicar::enable_traversable<U> = true;`
template <class U>
inline constexpr bool enable_traversable = false;

/// Lets methods, functions of `map` and `reduce`, and hooks return the view `R` (`std::string_view`, `std::span`, ...),
/// or something that holds one, because what it looks at outlives the future.
template <class R>
inline constexpr bool enable_view_result = false;

/// Says that a parameter of this type refers to the argument and does not hold it, as `Eigen::Ref` does: the message
/// keeps the argument itself, and the parameter is made of that on the actor's thread. Known of what the standard
/// library marks as a borrowed view, and of classes that are copied bit by bit.
template <class P>
inline constexpr bool enable_view_parameter = false;

/// Whether `on_start`, `on_stop`, `on_failure`, `on_receive` and `receives` of a class are vicar's hooks. Specialise as
/// `false` for a class that has members of such names for something else; in the class itself, `static constexpr bool
/// vicar_hooks = false;` says the same.
template <class T>
inline constexpr bool enable_hooks = true;

/// Prints messages, arguments and fields of this type by their value in logs and errors, not by their type's name:
/// `template <> inline constexpr bool vicar::enable_inspection<order> = true;`, beside the type. Needs
/// `<vicar/inspect.hpp>`.
template <class T>
inline constexpr bool enable_inspection = false;

}  // namespace vicar

#endif
