// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_META_CONVERSION_HPP
#define VICAR_DETAIL_META_CONVERSION_HPP

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/meta/copyable.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/fwd.hpp>

// The type in which a message keeps an argument. The sender converts the argument to the parameter's type, as a direct
// call does, because what the argument points to may be gone when the actor's thread handles the message.
namespace vicar::detail {

/// The type that owns the text of a view parameter, as `type`.
template <class View>
struct owned_text {};
template <class Character, class Traits>
struct owned_text<std::basic_string_view<Character, Traits>> {
  using type = std::basic_string<Character, Traits>;
};

template <class Pointer>
concept character_pointer =
    std::is_pointer_v<Pointer> && (std::same_as<std::remove_cv_t<std::remove_pointer_t<Pointer>>, char> ||
                                   std::same_as<std::remove_cv_t<std::remove_pointer_t<Pointer>>, wchar_t> ||
                                   std::same_as<std::remove_cv_t<std::remove_pointer_t<Pointer>>, char8_t> ||
                                   std::same_as<std::remove_cv_t<std::remove_pointer_t<Pointer>>, char16_t> ||
                                   std::same_as<std::remove_cv_t<std::remove_pointer_t<Pointer>>, char32_t>);

template <class Parameter>
VICAR_CONSTEVAL bool find_view() {
  return []<class... Elements>(type_list<Elements...>) {
    return is_view<Parameter> || enable_view_parameter<Parameter> ||
           ((is_view<Elements> || enable_view_parameter<Elements>) || ...);
  }(typename elements_of<Parameter>::types{});
}
/// A parameter that refers to the argument, or whose elements do: it must not outlive the argument.
template <class Parameter>
inline constexpr bool views_argument = find_view<Parameter>();

/// A type that gives access to another object: a handle, an iterator, a function reference, a class with a reference
/// member.
template <class Value>
concept reaches_elsewhere = !std::is_copy_assignable_v<Value> || requires(Value& value) { value.data(); } ||
                            requires(Value& value) { value.begin(); } || requires(Value& value) { value.get(); } ||
                            requires(Value& value) { *value; } || requires(Value& value) { value.operator->(); } ||
                            requires { &Value::operator(); };

/// Whether a `Parameter` made from an argument that owns its data may point into the argument. A trivially copyable
/// class owns nothing: what it copied from an object with data of its own may be a pointer to that data.
template <class Parameter, class Decayed, class Argument>
VICAR_CONSTEVAL bool may_point_into() {
  if constexpr (std::is_array_v<std::remove_reference_t<Argument>>)
    return std::is_class_v<Parameter> && std::is_trivially_copyable_v<Parameter> && reaches_elsewhere<Parameter>;
  else if constexpr (!std::is_class_v<Decayed> || is_view<Decayed> || is_initializer_list<Decayed>)
    return false;
  else if constexpr (std::is_pointer_v<Parameter>)
    return !std::is_function_v<std::remove_pointer_t<Parameter>>;
  else if constexpr (std::is_class_v<Parameter> && std::is_trivially_copyable_v<Parameter>)
    return sizeof(Parameter) >= sizeof(void*) &&
           (!std::is_trivially_copyable_v<Decayed> || reaches_elsewhere<Parameter>);
  else
    return false;
}

/// Whether the sender converts an argument whose decayed type differs from the parameter's to the parameter's type.
template <class Parameter, class Kept, class Decayed, class Argument>
VICAR_CONSTEVAL bool converts_first() {
  if constexpr (mutable_lvalue<Parameter> || wraps_reference<Decayed> || std::is_array_v<Kept> ||
                std::is_function_v<Kept> || std::is_void_v<Kept>)
    return false;
  else if constexpr (!requires { sizeof(Kept); })
    return false;
  else if constexpr (std::derived_from<Decayed, Kept> || views_argument<Kept>)
    return false;
  else
    return std::is_convertible_v<Argument, Kept> && storable_as<Kept, Kept> && std::is_convertible_v<Kept, Parameter> &&
           !may_point_into<Kept, Decayed, Argument>();
}

template <class Kept>
inline constexpr unsigned list_error = is_initializer_list<Kept> ? list_dangles : nothing_wrong;

template <class Kept, class Plain, class Argument>
VICAR_CONSTEVAL unsigned find_kept_errors() {
  if constexpr (is_initializer_list<Kept>)
    return list_dangles;
  else if constexpr (character_pointer<Kept> && std::is_class_v<Plain>)
    return views_argument<Plain> && std::is_convertible_v<Argument, Plain> ? text_dangles : nothing_wrong;
  else
    return nothing_wrong;
}

/// The string that owns the text behind a pointer to characters.
template <class Pointer>
using text_at = std::basic_string<std::remove_cv_t<std::remove_pointer_t<Pointer>>>;

/// Whether a parameter is a text view that the standard library does not mark as one, such as `fmt::string_view`: the
/// message then keeps a string for it.
template <class Plain, class Decayed, class Argument>
VICAR_CONSTEVAL bool keeps_text() {
  if constexpr (!character_pointer<Decayed> || !std::is_class_v<Plain> || is_view<Plain>) {
    return false;
  } else if constexpr (std::is_trivially_copyable_v<Plain> && reaches_elsewhere<Plain>) {
    return std::is_convertible_v<Argument, Plain> && std::is_convertible_v<text_at<Decayed>, Plain>;
  } else {
    return false;
  }
}

/// How a message keeps an `Argument`, deduced as `T` or `T&`, with its decayed type, for a `Parameter`: the `type`, and
/// the `errors`.
template <class Parameter, class Decayed, class Argument>
struct kept {
  using plain = std::remove_cvref_t<Parameter>;
  static constexpr bool character_array =
      std::is_array_v<std::remove_reference_t<Argument>> && character_pointer<Decayed> &&
      requires { typename owned_text<plain>::type; } && std::is_convertible_v<Argument, plain>;

  static VICAR_CONSTEVAL auto find() {
    if constexpr (character_array)
      return std::type_identity<typename owned_text<plain>::type>{};
    else if constexpr (keeps_text<plain, Decayed, Argument>())
      return std::type_identity<text_at<Decayed>>{};
    else if constexpr (converts_first<Parameter, plain, Decayed, Argument>())
      return std::type_identity<plain>{};
    else
      return std::type_identity<Decayed>{};
  }
  using type = typename decltype(find())::type;

  static constexpr unsigned errors = find_kept_errors<type, plain, Argument>();
};
// The most common cases, which need no conversion.
template <class Decayed, class Argument>
struct kept<void, Decayed, Argument> {
  using type = Decayed;
  static constexpr unsigned errors = list_error<Decayed>;
};
template <class Decayed, class Argument>
struct kept<Decayed, Decayed, Argument> {
  using type = Decayed;
  static constexpr unsigned errors = list_error<Decayed>;
};
template <class Decayed, class Argument>
struct kept<Decayed&&, Decayed, Argument> {
  using type = Decayed;
  static constexpr unsigned errors = list_error<Decayed>;
};
/// A reference to a class with virtual functions may refer to an object of a derived class, which a copy would slice.
template <class Decayed, class Argument>
struct kept<const Decayed&, Decayed, Argument> {
  using type = Decayed;
  static constexpr unsigned errors = list_error<Decayed>;
};
template <class Decayed, class Argument>
  requires(std::is_class_v<Decayed>)
struct kept<const Decayed&, Decayed, Argument&> {
  using type = Decayed;
  static constexpr unsigned errors =
      std::is_polymorphic_v<Decayed> && !std::is_final_v<Decayed> ? may_be_sliced : list_error<Decayed>;
};

/// The argument as a message keeps it. Conversions to another type are implicit, as in a direct call, so they do not
/// use explicit constructors.
template <class Kept, class Argument>
constexpr Kept keep(Argument&& argument) {
  using given = std::decay_t<Argument>;
  if constexpr (std::is_same_v<Kept, given> || (std::is_scalar_v<Kept> && std::is_scalar_v<given>)) {
    return static_cast<Kept>(static_cast<Argument&&>(argument));
  } else {
    VICAR_CONVERSIONS_BEGIN
    return static_cast<Argument&&>(argument);
    VICAR_CONVERSIONS_END
  }
}

template <class Parameter, class Argument>
using kept_for = kept<Parameter, std::decay_t<Argument>, Argument>;

/// How a message keeps the arguments of a call. `Parameters` is a `type_list` of the declared parameters, with void for
/// each unknown one. A call may omit the last ones.
template <class Parameters, class... Arguments>
struct kept_arguments {
  using type = type_list<std::decay_t<Arguments>...>;
  static constexpr unsigned errors = (0U | ... | list_error<std::decay_t<Arguments>>);
};
template <class... Parameters, class... Arguments>
  requires(sizeof...(Parameters) == sizeof...(Arguments))
struct kept_arguments<type_list<Parameters...>, Arguments...> {
  using type = type_list<typename kept_for<Parameters, Arguments>::type...>;
  static constexpr unsigned errors = (0U | ... | kept_for<Parameters, Arguments>::errors);
};

template <std::size_t Count, class Taken, class Parameters>
struct first_parameters {
  using type = Taken;
};
template <std::size_t Count, class... Taken, class First, class... Rest>
  requires(Count != 0)
struct first_parameters<Count, type_list<Taken...>, type_list<First, Rest...>>
    : first_parameters<Count - 1, type_list<Taken..., First>, type_list<Rest...>> {};
template <class... Parameters, class... Arguments>
  requires(sizeof...(Parameters) > sizeof...(Arguments))
struct kept_arguments<type_list<Parameters...>, Arguments...>
    : kept_arguments<typename first_parameters<sizeof...(Arguments), type_list<>, type_list<Parameters...>>::type,
                     Arguments...> {};

template <class List>
struct only_type;
template <class Type>
struct only_type<type_list<Type>> {
  using type = Type;
};

/// Whether a message to `on_receive` can be kept; silent if another check rejects it.
template <class Message, class Kept>
VICAR_CONSTEVAL bool check_message_kept() {
  constexpr bool sliced = (Kept::errors & may_be_sliced) != 0;
  constexpr bool text = (Kept::errors & text_dangles) != 0;
  static_assert(
      !sliced,
      "vicar: this message refers to an object of a class with virtual functions, and a copy would slice an object "
      "of a derived class; send std::ref(x) or a pointer to share the object, or a copy of your own: type{x}");
  static_assert(
      !text,
      "vicar: this on_receive takes a view, and the text that this pointer points to may be gone when the message is "
      "handled; send a std::string, or the view itself if its text outlives the message");
  if constexpr (sliced || text)
    return false;
  else if constexpr (!std::same_as<typename only_type<typename Kept::type>::type, std::decay_t<Message>>)
    return true;
  else
    return check_storable<Message>();
}

/// How the message that writes a field of type `Field` keeps the value. A field that is a view outlives the message, so
/// the value is not converted to it.
template <class Field, class Value>
struct kept_value {
  using declared = std::remove_cvref_t<Field>;
  static VICAR_CONSTEVAL auto find() {
    using decayed = std::decay_t<Value>;
    if constexpr (std::is_same_v<declared, decayed>)
      return std::type_identity<decayed>{};
    else if constexpr (converts_first<declared, declared, decayed, Value>() &&
                       std::is_assignable_v<declared&, declared>)
      return std::type_identity<declared>{};
    else
      return std::type_identity<decayed>{};
  }
  using type = typename decltype(find())::type;
};

}  // namespace vicar::detail

#endif
