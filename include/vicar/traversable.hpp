// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TRAVERSABLE_HPP
#define VICAR_TRAVERSABLE_HPP

#include <vicar/detail/base/config.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/fwd.hpp>

namespace vicar {

namespace detail {

template <class U>
VICAR_CONSTEVAL bool check_traversable() {
  constexpr bool is_class = std::is_class_v<U>;
  constexpr bool complete = requires { sizeof(U); };
  static_assert(is_class, "vicar: traversable<U> needs a class; keep the member as it is and read it as a field");
  static_assert(!is_class || complete,
                "vicar: traversable<U> needs the definition of U, which is only declared here; include its header");
  if constexpr (is_class && complete) {
    static_assert(!std::is_final_v<U>,
                  "vicar: traversable<U> cannot derive from a final class; keep the member a plain U and specialise "
                  "vicar::enable_traversable<U> = true");
    return !std::is_final_v<U>;
  } else {
    return false;
  }
}

/// Replaces a base class that is not allowed.
struct no_base {
  template <class... Arguments>
  no_base(Arguments&&...) {}  // NOLINT(google-explicit-constructor): it takes whatever initializes the member
};

template <class U, bool = check_traversable<U>()>
struct traversable_base {
  using type = U;
};
template <class U>
struct traversable_base<U, false> {
  using type = no_base;
};

/// A class marked as traversable, by itself or by a specialisation. A const member is read as a whole.
template <class U>
concept marked_traversable =
    std::is_class_v<U> && !std::is_const_v<U> && (enable_traversable<U> || requires { requires U::vicar_traversable; });

/// The class that a step through a member of type `Field` leads to, as `type`; without `type` if there is no such step.
template <class Field>
struct step_target {};
template <marked_traversable U>
struct step_target<U> {
  using type = U;
};
template <class U>
struct step_target<traversable<U>> {
  using type = U;
};
template <class Pointee, class Deleter>
struct step_target<std::unique_ptr<Pointee, Deleter>> : step_target<Pointee> {};
template <class Pointee>
struct step_target<std::shared_ptr<Pointee>> : step_target<Pointee> {};
template <class Value>
struct step_target<std::optional<Value>> : step_target<Value> {};
// A const pointer still leads to a non-const object.
template <class Pointee, class Deleter>
struct step_target<const std::unique_ptr<Pointee, Deleter>> : step_target<Pointee> {};
template <class Pointee>
struct step_target<const std::shared_ptr<Pointee>> : step_target<Pointee> {};

template <class Field>
concept traversable_field = requires { typename step_target<std::remove_reference_t<Field>>::type; };
template <class Field>
using step_target_t = typename step_target<std::remove_reference_t<Field>>::type;

template <class Field>
inline constexpr bool is_shared_pointer = false;
template <class Pointee>
inline constexpr bool is_shared_pointer<std::shared_ptr<Pointee>> = true;
template <class Pointee>
inline constexpr bool is_shared_pointer<const std::shared_ptr<Pointee>> = true;

/// Whether an object that a member leads to may go while the actor lives, and no handle can prevent it.
template <class Field>
inline constexpr bool loose_step = false;
template <class Pointee, class Deleter>
inline constexpr bool loose_step<std::unique_ptr<Pointee, Deleter>> = true;
template <class Value>
inline constexpr bool loose_step<std::optional<Value>> = true;
template <class Pointee>
inline constexpr bool loose_step<std::shared_ptr<Pointee>> = loose_step<std::remove_const_t<Pointee>>;
template <class Field>
inline constexpr bool loose_step<const Field> = loose_step<Field>;

template <class Field>
concept maybe_null = requires(Field& field) {
  *field;
  static_cast<bool>(field);
} && !marked_traversable<Field>;

/// The object that a member leads to; null if a pointer or optional on the path is empty.
template <class Field>
step_target_t<Field>* follow_step(Field& field) noexcept {
  if constexpr (maybe_null<Field>) {
    return field ? follow_step(*field) : nullptr;
  } else {
    return std::addressof(static_cast<step_target_t<Field>&>(field));
  }
}

/// A traversable member is read as the type that it wraps.
template <class U>
struct read_result<traversable<U>> {
  using type = U;
};
template <class U>
struct read_result<const traversable<U>> : read_result<traversable<U>> {};

}  // namespace detail

/// Marks a member that a proxy can step through: with `vicar::traversable<tape_deck> playback;` in the actor,
/// `proxy->playback->play()` calls the nested object on the actor's thread. It is a `U`, and is constructed from and
/// assigned whatever a `U` is, so the actor's own code still writes `playback.play()`. The two alternatives mark the
/// class instead: specialise `vicar::enable_traversable<U> = true`, or write `static constexpr bool vicar_traversable =
/// true;` in it.
template <class U>
class traversable : public detail::traversable_base<U>::type {
  using base = typename detail::traversable_base<U>::type;

 public:
  /// As the default constructor of `U`.
  traversable()
    requires std::default_initializable<base>
      : base{} {}

  // The long names do not shadow members of the class.
  /// As `U{first, rest...}`; implicit for a single value that converts to `U`.
  template <class First, class... Rest>
    requires(!std::derived_from<std::remove_cvref_t<First>, traversable> &&
             requires(First&& vicar_first, Rest&&... vicar_rest) {
               base{std::forward<First>(vicar_first), std::forward<Rest>(vicar_rest)...};
             })
  explicit(!(sizeof...(Rest) == 0 && std::convertible_to<First, base>))
      traversable(First&& vicar_first, Rest&&... vicar_rest)
      : base{std::forward<First>(vicar_first), std::forward<Rest>(vicar_rest)...} {}

  /// Assigns to the `U` base.
  template <class Value>
    requires(!std::derived_from<std::remove_cvref_t<Value>, traversable> && std::is_assignable_v<base&, Value>)
  traversable& operator=(Value&& vicar_value) {
    static_cast<base&>(*this) = std::forward<Value>(vicar_value);
    return *this;
  }
};

}  // namespace vicar

#endif
