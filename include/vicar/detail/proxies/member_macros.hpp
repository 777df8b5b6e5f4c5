// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_PROXIES_MEMBER_MACROS_HPP
#define VICAR_DETAIL_PROXIES_MEMBER_MACROS_HPP

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/meta/for_each.hpp>

// The preprocessor part of the registration.

// An item is a name, or the result of VICAR_PROPERTY: (name, getter[, setter]).
#define VICAR_JOIN(a, b) VICAR_JOIN_(a, b)
#define VICAR_JOIN_(a, b) a##b
#define VICAR_SECOND(a, b, ...) b
#define VICAR_PICK_SECOND(...) VICAR_SECOND(__VA_ARGS__)
#define VICAR_PARENTHESES_PROBE(...) ~, PROPERTY,
#define VICAR_ITEM_SORT(item) VICAR_PICK_SECOND(VICAR_PARENTHESES_PROBE item, MEMBER, ~)
#define VICAR_STRIP(...) __VA_ARGS__
#define VICAR_CALL(macro, ...) macro(__VA_ARGS__)

#define VICAR_ITEM(item) VICAR_JOIN(VICAR_ITEM_, VICAR_ITEM_SORT(item))(item)
#define VICAR_ITEM_PROPERTY(item) VICAR_CALL(VICAR_DEFINE_PROPERTY, VICAR_STRIP item)
#define VICAR_ITEM_MEMBER(item) VICAR_DEFINE_MEMBER(item)

#define VICAR_VISIT(item) VICAR_JOIN(VICAR_VISIT_, VICAR_ITEM_SORT(item))(item)
#define VICAR_VISIT_PROPERTY(item) VICAR_CALL(VICAR_VISIT_NAMED, VICAR_STRIP item)
#define VICAR_VISIT_MEMBER(item) VICAR_VISIT_NAMED(item)
#define VICAR_VISIT_NAMED(name, ...) vicar_visitor.template operator()<vicar_access_##name>();

// The access to one member. The class is a parameter, so that only members in use are looked up, and derived classes
// find their own. Without the cast in `get`, g++ cannot return a static array.
#define VICAR_DEFINE_MEMBER(member)                                                                        \
  struct vicar_access_##member {                                                                           \
    static constexpr ::std::string_view name = #member;                                                    \
    static constexpr const ::std::string_view* label = &name;                                              \
    static constexpr bool is_property = false;                                                             \
    struct vicar_named {                                                                                   \
      int member;                                                                                          \
    };                                                                                                     \
    template <class VicarClass>                                                                            \
    struct vicar_fused : VicarClass, vicar_named {};                                                       \
    template <class VicarClass>                                                                            \
    static constexpr bool pointable = requires { &VicarClass::member; };                                   \
    template <class VicarClass>                                                                            \
    static constexpr bool is_data = requires(VicarClass& vicar_object) {                                   \
      requires ::std::is_object_v<::std::remove_reference_t<decltype((vicar_object.member))>>;             \
    };                                                                                                     \
    template <class VicarClass>                                                                            \
    static constexpr auto pointer() {                                                                      \
      if constexpr (pointable<VicarClass>) return &VicarClass::member;                                     \
    }                                                                                                      \
    template <class VicarClass, class VicarPointer>                                                        \
    static constexpr auto is_at(VicarPointer vicar_pointer)                                                \
        -> decltype(static_cast<VicarPointer>(&VicarClass::member) == vicar_pointer) {                     \
      return static_cast<VicarPointer>(&VicarClass::member) == vicar_pointer;                              \
    }                                                                                                      \
    template <class VicarClass>                                                                            \
    static constexpr auto declared() {                                                                     \
      return ::std::type_identity<decltype(VicarClass::member)>{};                                         \
    }                                                                                                      \
    template <class VicarClass>                                                                            \
    static constexpr decltype(auto) get(VicarClass& vicar_object) {                                        \
      using vicar_type = decltype(VicarClass::member);                                                     \
      if constexpr (!pointable<VicarClass> && !::std::is_reference_v<vicar_type>)                          \
        return static_cast<vicar_type>(vicar_object.member);                                               \
      else                                                                                                 \
        return static_cast<decltype((vicar_object.member))>(vicar_object.member);                          \
    }                                                                                                      \
    template <class VicarClass, class VicarValue>                                                          \
    static constexpr auto set(VicarClass& vicar_object, VicarValue&& vicar_value)                          \
        -> decltype(static_cast<void>(vicar_object.member = ::std::forward<VicarValue>(vicar_value))) {    \
      VICAR_CONVERSIONS_BEGIN                                                                              \
      vicar_object.member = ::std::forward<VicarValue>(vicar_value);                                       \
      VICAR_CONVERSIONS_END                                                                                \
    }                                                                                                      \
    template <class VicarClass, class... VicarArguments>                                                   \
    static constexpr auto call(VicarClass& vicar_object, VicarArguments&&... vicar_arguments)              \
        -> decltype(vicar_object.member(::std::forward<VicarArguments>(vicar_arguments)...)) {             \
      VICAR_CONVERSIONS_BEGIN                                                                              \
      return vicar_object.member(::std::forward<VicarArguments>(vicar_arguments)...);                      \
      VICAR_CONVERSIONS_END                                                                                \
    }                                                                                                      \
  };                                                                                                       \
  static_assert(::vicar::detail::name_exists<vicar_access_##member, typename VicarContext::object_type>(), \
                "vicar: the list of members has '" #member                                                 \
                "', but the class has no accessible member of that name; check the spelling");             \
  ::vicar::detail::wrapper_t<vicar_access_##member, VicarContext> member{vicar_context};

#define VICAR_DEFINE_PROPERTY(property, getter, ...)                                                         \
  struct vicar_access_##property {                                                                           \
    static constexpr ::std::string_view name = #property;                                                    \
    static constexpr const ::std::string_view* label = &name;                                                \
    static constexpr bool is_property = true;                                                                \
    static constexpr ::std::string_view getter_name = #getter;                                               \
    static constexpr ::std::string_view setter_name = #__VA_ARGS__;                                          \
    template <class VicarClass>                                                                              \
    static constexpr bool pointable = false;                                                                 \
    template <class VicarClass>                                                                              \
    static constexpr bool is_data = true;                                                                    \
    template <class VicarClass>                                                                              \
    static constexpr bool gettable =                                                                         \
        requires(VicarClass& vicar_object) { requires !::std::is_void_v<decltype(vicar_object.getter())>; }; \
    template <class VicarClass>                                                                              \
    static constexpr auto declared() {                                                                       \
      if constexpr (gettable<VicarClass>)                                                                    \
        return ::std::type_identity<decltype(::std::declval<VicarClass&>().getter())>{};                     \
      else                                                                                                   \
        return ::std::type_identity<::vicar::detail::placeholder>{};                                         \
    }                                                                                                        \
    template <class VicarClass>                                                                              \
    static constexpr decltype(auto) get(VicarClass& vicar_object) {                                          \
      return vicar_object.getter();                                                                          \
    }                                                                                                        \
    __VA_OPT__(VICAR_DEFINE_SETTER(__VA_ARGS__))                                                             \
    template <class VicarClass>                                                                              \
    static constexpr bool settable = false __VA_OPT__(|| true);                                              \
  };                                                                                                         \
  static_assert(vicar_access_##property::template gettable<typename VicarContext::object_type>,              \
                "vicar: the property '" #property "' has no accessible getter '" #getter                     \
                "' that takes nothing and returns a value; "                                                 \
                "check the spelling");                                                                       \
  ::vicar::detail::wrapper_t<vicar_access_##property, VicarContext> property{vicar_context};

#define VICAR_DEFINE_SETTER(setter)                                                                  \
  template <class VicarClass>                                                                        \
  static constexpr bool setter_pointable = requires { &VicarClass::setter; };                        \
  template <class VicarClass>                                                                        \
  static constexpr auto setter_pointer() {                                                           \
    if constexpr (setter_pointable<VicarClass>) return &VicarClass::setter;                          \
  }                                                                                                  \
  template <class VicarClass, class VicarValue>                                                      \
  static constexpr auto set(VicarClass& vicar_object, VicarValue&& vicar_value)                      \
      -> decltype(static_cast<void>(vicar_object.setter(::std::forward<VicarValue>(vicar_value)))) { \
    VICAR_CONVERSIONS_BEGIN                                                                          \
    vicar_object.setter(::std::forward<VicarValue>(vicar_value));                                    \
    VICAR_CONVERSIONS_END                                                                            \
  }

#endif
