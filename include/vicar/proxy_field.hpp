// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_PROXY_FIELD_HPP
#define VICAR_PROXY_FIELD_HPP

#include <vicar/detail/base/config.hpp>

#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/chrono.hpp>
#include <vicar/detail/calls/member_call.hpp>
#include <vicar/detail/futures/refusals.hpp>
#include <vicar/detail/meta/braces.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/proxies/access.hpp>
#include <vicar/future.hpp>

namespace vicar {

namespace detail {

/// The type to which a field converts only to report an error: its own, if a function can return that.
template <class Value>
struct plain_value {
  using type = placeholder;
};
template <class Value>
  requires(std::is_object_v<Value> && requires { sizeof(Value); } && !std::is_abstract_v<Value>)
struct plain_value<Value> {
  using type = Value;
};

}  // namespace detail

/// `proxy->name` of a registered data member or property. Each operation is one message: a read copies the value on the
/// actor's thread, a write moves the new value there. Valid as long as the proxy.
template <class Access, class Context>
class proxy_field : public detail::refuses_braces, public detail::future_refusals<proxy_field<Access, Context>> {
  using object_type = typename Context::object_type;
  using declared = detail::declared_t<Access, object_type>;

 public:
  /// The type of the value that a read returns.
  using value_type = detail::read_result_t<declared>;

  /// For the proxy, which constructs its members.
  explicit constexpr proxy_field(const Context* context) noexcept : context_{context} {}
  /// Rejects a copy, with a compile error that says what to keep instead.
  proxy_field(const proxy_field& other) : context_{other.context_} {
    static_assert(
        detail::always_false<Access>,
        "vicar: a member of a proxy cannot be copied, it lives in the proxy; keep the proxy, or read the value with get()");
  }
  ~proxy_field() = default;

  /// Returns a future of a copy of the value.
  template <class Field = declared>
  auto read() const {
    if constexpr (check_read<Field>()) {
      return detail::future_access::make(
          detail::read_member<detail::named_field<Access>>(context_->owner(), context_->target()));
    } else {
      return detail::placeholder{};
    }
  }
  /// As `read`.
  operator future<value_type>() const {
    return read();
  }  // NOLINT(google-explicit-constructor): it stands for the value
  /// Rejects the conversion, with a compile error that says how to wait for the value.
  operator typename detail::plain_value<value_type>::type()
      const {  // NOLINT(google-explicit-constructor): it exists to be rejected
    static_assert(
        detail::always_false<Access>,
        "vicar: a proxy's member is not a value; wait for the value with get(), or take the future with read()");
    return detail::placeholder{};
  }

  /// Returns a copy of the value. Blocks; throws what `future::get` throws.
  auto get() const { return read().get(); }
  /// As above, but throws `timeout_error` if there is no reply within `timeout`, which covers both waits: for space in
  /// a full mailbox under `overflow::block`, and for the reply. A read that did not enter the mailbox is not performed
  /// later; the text of the error says which wait timed out.
  template <class Rep, class Period, class Field = declared>
  auto get(const std::chrono::duration<Rep, Period>& timeout) const {
    if constexpr (check_read<Field>()) {
      return detail::read_member_within<detail::named_field<Access>>(detail::time_limit{timeout}, context_->owner(),
                                                                     context_->target());
    } else {
      return detail::placeholder{};
    }
  }
  /// Rejects a number, with a compile error that says what a timeout is.
  template <class Number>
    requires std::is_arithmetic_v<Number>
  auto get(Number) const {
    detail::refuse_number_as_limit<Number>();
    return detail::placeholder{};
  }

  /// Assigns on the actor's thread. The future becomes ready when that is done, and carries an exception of the
  /// assignment or the setter.
  template <class Value = value_type>
  auto set(Value&& value) const {
    if constexpr (check_write<Value>()) {
      return detail::future_access::make(detail::write_member<detail::named_field<Access>, value_type>(
          detail::type_list<kept_value_t<Value>>{}, context_->owner(), context_->target(), std::forward<Value>(value)));
    } else {
      return detail::placeholder{};
    }
  }

  /// As `set`, but blocks until the value is written, and rethrows the exception.
  template <class Value = value_type>
  void operator=(Value&& value) const {  // NOLINT(misc-unconventional-assign-operator): the proxy does not change
    static_cast<void>(set(std::forward<Value>(value)).get());
  }
  /// Rejects another member, with a compile error that says how to assign its value.
  void operator=(const proxy_field& other) const { set(other); }  // NOLINT(misc-unconventional-assign-operator)

  using detail::refuses_braces::operator();
  using detail::refuses_braces::defer;
  using detail::refuses_braces::try_defer;

  /// Calls the value on the actor's thread, if it is callable like a `std::function`; see `actor_proxy::call`.
  template <class... Arguments>
  auto operator()(Arguments&&... arguments) const {
    using kept = detail::kept_arguments<typename invoker::parameters, Arguments...>;
    if constexpr (check_call<kept, Arguments...>()) {
      return detail::future_access::make(detail::call_member<invoker>(
          typename kept::type{}, context_->owner(), context_->target(), std::forward<Arguments>(arguments)...));
    } else {
      return detail::placeholder{};
    }
  }
  /// As above, but without a reply; see `actor_proxy::defer`.
  template <class... Arguments>
  void defer(Arguments&&... arguments) const {
    using kept = detail::kept_arguments<typename invoker::parameters, Arguments...>;
    if constexpr (check_call<kept, Arguments...>()) {
      detail::defer_member<invoker>(typename kept::type{}, context_->owner(), context_->target(),
                                    std::forward<Arguments>(arguments)...);
    }
  }

  /// As `defer`, but never waits: see `actor_proxy::try_defer`.
  template <class... Arguments>
  [[nodiscard]] bool try_defer(Arguments&&... arguments) const {
    using kept = detail::kept_arguments<typename invoker::parameters, Arguments...>;
    if constexpr (check_call<kept, Arguments...>()) {
      return detail::defer_member<invoker, detail::if_refused::returns_false>(
          typename kept::type{}, context_->owner(), context_->target(), std::forward<Arguments>(arguments)...);
    } else {
      return false;
    }
  }

  /// Rejects the arrow, with a compile error that says how to make the member traversable.
  template <class Self = proxy_field>
  auto operator->() const {
    static_assert(detail::always_false<Self>,
                  "vicar: this member cannot be traversed; declare it as vicar::traversable<U>, or specialise "
                  "vicar::enable_traversable<U> = true, or read it whole with get()");
    return static_cast<const detail::placeholder*>(nullptr);
  }

#define VICAR_REFUSE_COMPOUND(op)                                                            \
  template <class Value>                                                                     \
  void operator op(Value&&) const {                                                          \
    static_assert(detail::always_false<Value>,                                               \
                  "vicar: " #op                                                              \
                  " on a field would be two messages with others in between; do it in one: " \
                  "proxy.call([](auto& object) { object.field " #op " value; })");           \
  }
  /// Rejects compound operations, with a compile error that says how to do it in one message.
  ///@{
  VICAR_REFUSE_COMPOUND(+=)
  VICAR_REFUSE_COMPOUND(-=)
  VICAR_REFUSE_COMPOUND(*=)
  VICAR_REFUSE_COMPOUND(/=)
  VICAR_REFUSE_COMPOUND(%=)
  VICAR_REFUSE_COMPOUND(&=)
  VICAR_REFUSE_COMPOUND(|=)
  VICAR_REFUSE_COMPOUND(^=)
  VICAR_REFUSE_COMPOUND(<<=)
  VICAR_REFUSE_COMPOUND(>>=)
#undef VICAR_REFUSE_COMPOUND

  template <class Self = proxy_field>
  void operator++() const {
    refuse_step<Self>();
  }
  template <class Self = proxy_field>
  void operator++(int) const {
    refuse_step<Self>();
  }
  template <class Self = proxy_field>
  void operator--() const {
    refuse_step<Self>();
  }
  template <class Self = proxy_field>
  void operator--(int) const {
    refuse_step<Self>();
  }
  ///@}

 protected:
  /// The context of the object that contains the member.
  const Context& context() const noexcept { return *context_; }

 private:
  struct invoker : detail::invoker_base {
    static constexpr const std::string_view* label = Access::label;
    using parameters = typename detail::declared_parameters<std::remove_cvref_t<declared>>::type;
    template <class... Arguments>
    static decltype(auto) call(object_type& object, Arguments&&... arguments)
      requires requires { Access::get(object)(std::forward<Arguments>(arguments)...); }
    {
      VICAR_CONVERSIONS_BEGIN
      return Access::get(object)(std::forward<Arguments>(arguments)...);
      VICAR_CONVERSIONS_END
    }
  };

  /// The parameters of a property's setter; unknown if there is no setter or it is overloaded.
  template <class Of, class = void>
  struct find_setter {
    using type = detail::unknown_parameters;
  };
  template <class Of>
  struct find_setter<Of, std::void_t<decltype(Of::template setter_pointer<object_type>())>>
      : detail::declared_parameters<decltype(Of::template setter_pointer<object_type>())> {};
  using setter_parameters = typename find_setter<Access>::type;

  /// The type in which a message keeps the value that is written.
  template <class Value, bool IsProperty = Access::is_property>
  struct find_kept : detail::kept_value<declared, Value> {};
  template <class Value>
  struct find_kept<Value, true> {
    using type = typename detail::only_type<typename detail::kept_arguments<setter_parameters, Value>::type>::type;
  };
  template <class Value>
  using kept_value_t = typename find_kept<Value>::type;

  template <class Self>
  static constexpr void refuse_step() {
    static_assert(detail::always_false<Self>,
                  "vicar: ++ and -- on a field would be two messages with others in between; do it in one: "
                  "proxy.call([](auto& object) { ++object.field; })");
  }

  template <class Field>
  static VICAR_CONSTEVAL bool check_read() {
    if constexpr (!Access::is_property)
      return detail::check_readable<std::remove_reference_t<Field>>();
    else if constexpr (Access::template gettable<object_type>)
      return detail::check_result<object_type, Field>();
    else
      return false;  // the registration has reported the error
  }
  template <class Value>
  static VICAR_CONSTEVAL bool check_write() {
    constexpr bool bit_field =
        !Access::is_property && !Access::template pointable<object_type> && !std::is_reference_v<declared>;
    static_assert(!bit_field,
                  "vicar: a bit-field is written with a setter; list it as VICAR_PROPERTY(name, getter, setter)");
    if constexpr (bit_field) {
      return false;
    } else if constexpr (Access::is_property && !detail::is_proxy_member<std::decay_t<Value>>) {
      constexpr bool settable = Access::template settable<object_type>;
      static_assert(settable, "vicar: this property is read-only; give VICAR_PROPERTY a setter as its third argument");
      if constexpr (settable)
        return check_setter<Value>();
      else
        return false;
    } else {
      return detail::check_writable<declared, Value, kept_value_t<Value>>();
    }
  }
  template <class Value>
  static VICAR_CONSTEVAL bool check_setter() {
    using kept = detail::kept_arguments<setter_parameters, Value>;
    using kept_type = kept_value_t<Value>;
    constexpr bool sliced = (kept::errors & detail::may_be_sliced) != 0;
    constexpr bool dangles = (kept::errors & ~detail::may_be_sliced) != 0;
    constexpr bool storable = detail::kept_whole<Value, kept_type>;
    constexpr bool accepted =
        requires(object_type& object, kept_type value) { Access::set(object, static_cast<kept_type&&>(value)); };
    constexpr bool unmoved = !storable && detail::storable_if_moved<Value>;
    static_assert(
        !sliced,
        "vicar: this value refers to an object of a class with virtual functions, and a copy in the message would "
        "slice an object of a derived class; write std::ref(x) or a pointer, or a copy of your own: type{x}");
    static_assert(
        sliced || !dangles,
        "vicar: the object that this value points to may be gone when the setter runs; write a value that owns it, "
        "such as a std::string or a std::vector");
    static_assert(sliced || dangles || !unmoved,
                  "vicar: the value can be moved into the message but not copied; write std::move(x)");
    static_assert(
        sliced || dangles || storable || unmoved,
        "vicar: the value can be neither copied nor moved into the message; write one that can, or a pointer to it");
    static_assert(
        sliced || dangles || !storable || accepted,
        "vicar: the setter of this property does not take this value; check the setter's name and convert the value first");
    return !sliced && !dangles && storable && accepted;
  }
  template <class Kept, class... Arguments>
  static VICAR_CONSTEVAL bool check_call() {
    constexpr bool callable = detail::calls<invoker, object_type, typename Kept::type>;
    constexpr bool fits =
        detail::find_call_error<object_type, void, callable, Kept::errors>(
            typename Kept::type{}, detail::type_list<Arguments...>{}) != detail::call_error::method_parameters;
    static_assert(
        fits,
        "vicar: this field cannot be called with these arguments; they are copied or moved into the message and handed "
        "over as rvalues, and the field has to be a std::function or the like");
    if constexpr (fits)
      return detail::check_call<object_type, void, callable, Kept, detail::type_list<Arguments...>>();
    else
      return false;
  }

  const Context* context_;
};

/// @cond
template <class Access, class Context>
inline constexpr bool detail::is_proxy_member<proxy_field<Access, Context>> = true;
/// @endcond

}  // namespace vicar

#endif
