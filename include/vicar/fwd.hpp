// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_FWD_HPP
#define VICAR_FWD_HPP

#include <vicar/detail/base/config.hpp>

/// The library: `start` creates an actor, `actor_proxy` calls it, `future` carries the results, `registry` finds it.
namespace vicar {

struct options;
struct actor_stats;
struct log_record;

class error;
class actor;

template <class T = void>
class task;
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
class bound_method;
/// Pykka's name of `bound_method`.
template <class Proxy, auto Method>
using callable_proxy = bound_method<Proxy, Method>;
template <class U>
class traversable;

/// A reference to an actor of any class; `as<T>()` returns the typed reference.
using any_actor_ref = actor_ref<void>;

/// The message types that an actor takes through `any_actor_ref` and from broadcasts: `using receives =
/// vicar::messages<A, B>;`
template <class... Messages>
struct messages {};

/// Thrown anywhere on an actor's thread, stops this actor at once and then all others. Not derived from
/// `std::exception`, so that `catch (const std::exception&)` does not swallow it.
struct stop_all_actors {};

/// Makes a class traversable from outside: `template <> inline constexpr bool vicar::enable_traversable<U> = true;`
template <class U>
inline constexpr bool enable_traversable = false;

/// Allows methods, functions of `map` and `reduce`, and hooks to return the view `R` (`std::string_view`, `std::span`,
/// ...), or a type that contains one. Set it only if the viewed data outlives the future.
template <class R>
inline constexpr bool enable_view_result = false;

/// Marks a parameter type that refers to its argument instead of holding it, such as `Eigen::Ref`: the message keeps
/// the argument itself, and the parameter is made from it on the actor's thread. Not needed for types that the standard
/// library marks as borrowed views, and for trivially copyable classes.
template <class P>
inline constexpr bool enable_view_parameter = false;

/// Whether the members `on_start`, `on_stop`, `on_failure`, `on_receive` and `receives` of a class are vicar's hooks.
/// Specialise as `false` for a class that uses such a name for something else; `static constexpr bool vicar_hooks =
/// false;` in the class has the same effect.
template <class T>
inline constexpr bool enable_hooks = true;

/// Prints messages, arguments and fields of this type by value in logs and errors, instead of by type name: `template
/// <> inline constexpr bool vicar::enable_inspection<order> = true;`, next to the type. Needs `<vicar/inspect.hpp>`.
template <class T>
inline constexpr bool enable_inspection = false;

}  // namespace vicar

#endif
