// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_INSPECT_HPP
#define VICAR_INSPECT_HPP

#include <vicar/detail/base/config.hpp>

#include <concepts>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/core.h>

#include <vicar/detail/meta/fields.hpp>
#include <vicar/detail/meta/for_each.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/detail/text/value_text.hpp>
#include <vicar/fwd.hpp>
#include <vicar/members.hpp>
#include <vicar/traversable.hpp>

// Prints aggregates: see `enable_inspection` and `snapshot`. The fields are found without their names.

/// Marks types for printing, at global scope: `VICAR_INSPECT(app::order, app::item)`. Same as specialising
/// `vicar::enable_inspection` for each. Takes up to 64 types; a type with a comma in its name needs an alias.
#define VICAR_INSPECT(...) VICAR_FOR_EACH(VICAR_INSPECT_ONE, __VA_ARGS__)
#define VICAR_INSPECT_ONE(type) \
  template <>                   \
  inline constexpr bool vicar::enable_inspection<type> = true;

namespace vicar::detail {

/// Converts to the bases of `T` and to nothing else. Not copyable, so that a field that takes any copyable value, such
/// as a `std::any`, does not take it.
template <class T>
struct any_base_of {
  any_base_of() = default;
  any_base_of(const any_base_of&) = delete;
  template <class Base>
    requires(std::is_base_of_v<Base, T> && !std::same_as<Base, T>)
  operator Base() const;  // NOLINT(google-explicit-constructor): only used in a requires-expression
};
/// Converts to nothing. A field that takes this takes anything.
struct base_of_nothing {
  base_of_nothing() = default;
  base_of_nothing(const base_of_nothing&) = delete;
};
/// Only derived classes can construct `vicar::actor`, so it is checked by name.
template <class T>
concept aggregate_with_base =
    std::is_base_of_v<actor, T> || (requires { T{any_base_of<T>{}}; } && !requires { T{base_of_nothing{}}; });

/// What `visit_fields` can visit, as far as can be determined in advance: it cannot visit arrays among the fields.
template <class T>
concept plain_aggregate = std::is_aggregate_v<T> && std::is_class_v<T> && !aggregate_with_base<T>;

template <class T>
concept formattable = fmt::is_formattable<T>::value;

/// Excludes ranges whose elements are of the range's own type, such as a file path or a JSON value: printing them may
/// never end.
template <class T>
concept finite_range = requires(const T& value) {
  std::begin(value) != std::end(value);
  requires !std::same_as<std::remove_cvref_t<decltype(*std::begin(value))>, T>;
};

/// The text of a field: of a string or another printable value, of the elements of a range, or the name of the type.
template <class T>
std::string field_text(const T& field) {
  if constexpr (finite_range<T> && !readable_text<T> && !enable_inspection<T> &&
                (std::is_array_v<T> || !formattable<T>)) {
    std::string text;
    for (const auto& element : field) append_item(text, field_text(element));
    return '[' + text + ']';
  } else {
    return value_text(field);
  }
}
template <class U>
std::string field_text(const traversable<U>& field) {
  return field_text(static_cast<const U&>(field));
}

inline std::string field_text(bit_field) { return "bit-field"; }

template <class T>
std::string aggregate_text(const T& value) {
  std::string text;
  visit_fields(value, [&](const auto& field) { append_item(text, field_text(field)); });
  return '{' + text + '}';
}

template <class T>
std::string registered_text(T& object) {
  std::string text;
  visit_members<T>([&]<class Access>() {
    if constexpr (!Access::is_property && Access::template is_data<T>) {
      append_item(text, fmt::format("{}: {}", Access::name, field_text(Access::get(object))));
    }
  });
  return '{' + text + '}';
}

template <class T>
struct inspector {
  static std::string text(const T& value) {
    constexpr bool printable = formattable<T> || plain_aggregate<T>;
    static_assert(printable,
                  "vicar: this type is marked with enable_inspection and cannot be printed: it is not an aggregate, or "
                  "it has a base; give it a fmt::formatter");
    if constexpr (formattable<T>)
      return fmt::format("{}", value);
    else if constexpr (printable)
      return aggregate_text(value);
    else
      return {};
  }
  static std::string snapshot(T& object) {
    constexpr bool printable = formattable<T> || plain_aggregate<T> || is_registered<T>;
    static_assert(printable,
                  "vicar: snapshot prints aggregates; give this class a fmt::formatter, or register its fields with "
                  "VICAR_PROXY");
    if constexpr (formattable<T> || plain_aggregate<T>)
      return text(object);
    else if constexpr (printable)
      return registered_text(object);
    else
      return {};
  }
};

}  // namespace vicar::detail

#endif
