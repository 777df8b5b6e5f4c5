// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_MEMBER_OPERATIONS_HPP
#define VICAR_MEMBER_OPERATIONS_HPP

#include <vicar/detail/base/config.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/chrono.hpp>
#include <vicar/detail/calls/envelope.hpp>
#include <vicar/detail/calls/erased_call.hpp>
#include <vicar/detail/calls/member_call.hpp>
#include <vicar/detail/meta/braces.hpp>
#include <vicar/detail/meta/conversion.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/detail/text/labels.hpp>
#include <vicar/detail/text/member_name.hpp>
#include <vicar/detail/text/value_text.hpp>
#include <vicar/future.hpp>

namespace vicar {

/// The operations `call`, `defer`, `try_defer`, `get` and `set` of everything that refers to an object on an actor's
/// thread: references, proxies, nested proxies. `Self` provides `owner()`, the cell, and `target()`, see
/// `member_call.hpp`.
///
/// All members may be called from any thread. None blocks, except `get` with a timeout, and except on a full mailbox of
/// an actor that was started with `overflow::block`. Arguments are converted to the parameters' types and moved into
/// the message on the calling thread, where exceptions of the conversion are thrown, and passed as rvalues on the
/// actor's thread. If the parameters are unknown, as for an overloaded method or a generic lambda, or if a conversion
/// would slice a derived class or make a view, the message keeps a copy of the argument in its own type. `std::ref`
/// shares the object instead; it must live until the message has been handled. So must the text of a `const char*` or
/// `std::string_view` that is kept as it is.
template <class Self, class T>
class member_operations : public detail::refuses_braces_after_function {
 public:
  using detail::refuses_braces_after_function::call;
  using detail::refuses_braces_after_function::defer;
  using detail::refuses_braces_after_function::try_defer;

  /// Calls `function(object, arguments...)` on the actor's thread. `function` is a member function pointer, or any
  /// callable that takes a `T&` first. The future carries the result or the exception, including `actor_dead_error` and
  /// `mailbox_full_error`.
  template <class Object = T, class Function = typename detail::untold_function<Object>::type, class... Arguments>
  auto call(Function&& function, Arguments&&... arguments) const {
    using kept = kept_by<detail::function_invoker<std::decay_t<Function>>, Arguments...>;
    if constexpr (check_function<Function, kept, Arguments...>()) {
      return detail::future_access::make(detail::call_member<detail::function_invoker<std::decay_t<Function>>>(
          detail::with_function_t<Function, kept>{}, self().owner(), self().target(), static_cast<Function&&>(function),
          static_cast<Arguments&&>(arguments)...));
    } else {
      return detail::placeholder{};
    }
  }

  /// As above, for a member known at compile time, `call<&T::member>(arguments...)`: logs and errors contain its name.
  /// Takes static members, too.
  template <auto Member, class... Arguments>
  auto call(Arguments&&... arguments) const {
    using kept = kept_by_constant<decltype(Member), Arguments...>;
    if constexpr (check_member<Member, kept, Arguments...>()) {
      return detail::future_access::make(detail::call_member<detail::pointer_invoker<Member>>(
          typename kept::type{}, self().owner(), self().target(), static_cast<Arguments&&>(arguments)...));
    } else {
      return detail::placeholder{};
    }
  }

  /// As `call`, but without a reply: an exception ends the actor. Throws `actor_dead_error`, and `mailbox_full_error`
  /// if the actor was started with `overflow::fail`.
  template <class Object = T, class Function = typename detail::untold_function<Object>::type, class... Arguments>
  void defer(Function&& function, Arguments&&... arguments) const {
    using kept = kept_by<detail::function_invoker<std::decay_t<Function>>, Arguments...>;
    if constexpr (check_function<Function, kept, Arguments...>()) {
      detail::defer_member<detail::function_invoker<std::decay_t<Function>>>(
          detail::with_function_t<Function, kept>{}, self().owner(), self().target(), static_cast<Function&&>(function),
          static_cast<Arguments&&>(arguments)...);
    }
  }
  /// As above, for a member known at compile time: `defer<&T::member>(arguments...)`.
  template <auto Member, class... Arguments>
  void defer(Arguments&&... arguments) const {
    using kept = kept_by_constant<decltype(Member), Arguments...>;
    if constexpr (check_member<Member, kept, Arguments...>()) {
      detail::defer_member<detail::pointer_invoker<Member>>(typename kept::type{}, self().owner(), self().target(),
                                                            static_cast<Arguments&&>(arguments)...);
    }
  }

  /// As `defer`, but never waits, and returns whether the mailbox accepted the message instead of throwing
  /// `actor_dead_error` or `mailbox_full_error`. False: the actor has stopped or begun to stop, was started before
  /// fork(), or has a full mailbox; nothing was sent, counted as dropped, or reported as a dead letter. Under
  /// `overflow::drop_oldest`, a full mailbox accepts the message. True: as after `defer`, the actor may still end
  /// before it handles the message. If the actor already refuses messages at the time of the call, the arguments are
  /// untouched; if it begins to refuse them during the call, they have been copied or moved from, and are destroyed.
  template <class Object = T, class Function = typename detail::untold_function<Object>::type, class... Arguments>
  [[nodiscard]] bool try_defer(Function&& function, Arguments&&... arguments) const {
    using kept = kept_by<detail::function_invoker<std::decay_t<Function>>, Arguments...>;
    if constexpr (check_function<Function, kept, Arguments...>()) {
      return detail::defer_member<detail::function_invoker<std::decay_t<Function>>, detail::if_refused::returns_false>(
          detail::with_function_t<Function, kept>{}, self().owner(), self().target(), static_cast<Function&&>(function),
          static_cast<Arguments&&>(arguments)...);
    } else {
      return false;
    }
  }
  /// As above, for a member known at compile time: `try_defer<&T::member>(arguments...)`.
  template <auto Member, class... Arguments>
  [[nodiscard]] bool try_defer(Arguments&&... arguments) const {
    using kept = kept_by_constant<decltype(Member), Arguments...>;
    if constexpr (check_member<Member, kept, Arguments...>()) {
      return detail::defer_member<detail::pointer_invoker<Member>, detail::if_refused::returns_false>(
          typename kept::type{}, self().owner(), self().target(), static_cast<Arguments&&>(arguments)...);
    } else {
      return false;
    }
  }

  /// Returns a future of a copy of a data member of the actor's class or a base; an array is copied to a `std::array`.
  template <class Pointer>
  auto get(Pointer field) const {
    if constexpr (check_read<Pointer>()) {
      return detail::future_access::make(
          detail::read_member<detail::pointed_field<Pointer>>(self().owner(), self().target(), field));
    } else {
      return detail::placeholder{};
    }
  }
  /// As above, for a member known at compile time: `get<&T::member>()`.
  template <auto Field>
  auto get() const {
    if constexpr (check_read<decltype(Field)>()) {
      return detail::future_access::make(
          detail::read_member<detail::constant_field<Field>>(self().owner(), self().target()));
    } else {
      return detail::placeholder{};
    }
  }

  /// Returns the value itself. Blocks for at most `timeout` in total, for space in a full mailbox under
  /// `overflow::block` and for the value. Throws what `future::get` throws, and `timeout_error`. A read that did not
  /// enter the mailbox is not performed later.
  template <class Pointer, class Rep, class Period>
  auto get(Pointer field, const std::chrono::duration<Rep, Period>& timeout) const {
    if constexpr (check_read<Pointer>()) {
      return detail::read_member_within<detail::pointed_field<Pointer>>(detail::time_limit{timeout}, self().owner(),
                                                                        self().target(), field);
    } else {
      return detail::placeholder{};
    }
  }
  /// As above, for a member known at compile time: `get<&T::member>(timeout)`.
  template <auto Field, class Rep, class Period>
  auto get(const std::chrono::duration<Rep, Period>& timeout) const {
    if constexpr (check_read<decltype(Field)>()) {
      return detail::read_member_within<detail::constant_field<Field>>(detail::time_limit{timeout}, self().owner(),
                                                                       self().target());
    } else {
      return detail::placeholder{};
    }
  }

  /// Assigns to a data member on the actor's thread. The future becomes ready when that is done.
  template <class Pointer, class Value = typename detail::member_traits<Pointer>::field_type>
  auto set(Pointer field, Value&& value) const {
    if constexpr (check_write<Pointer, Value>()) {
      using field_type = typename detail::member_traits<Pointer>::field_type;
      return detail::future_access::make(detail::write_member<detail::pointed_field<Pointer>, field_type>(
          detail::type_list<Pointer, typename detail::kept_value<field_type, Value>::type>{}, self().owner(),
          self().target(), field, std::forward<Value>(value)));
    } else {
      return detail::placeholder{};
    }
  }
  /// As above, for a member known at compile time: `set<&T::member>(value)`.
  template <auto Field, class Value = typename detail::member_traits<decltype(Field)>::field_type>
  auto set(Value&& value) const {
    if constexpr (check_write<decltype(Field), Value>()) {
      using field_type = typename detail::member_traits<decltype(Field)>::field_type;
      return detail::future_access::make(detail::write_member<detail::constant_field<Field>, field_type>(
          detail::type_list<typename detail::kept_value<field_type, Value>::type>{}, self().owner(), self().target(),
          std::forward<Value>(value)));
    } else {
      return detail::placeholder{};
    }
  }

  /// Returns the object as text, such as `{7, "Ada"}`, written on the actor's thread between two messages, so that its
  /// fields are consistent. Uses fmt if it can print the object; else prints the fields of an aggregate in order; else
  /// the registered fields with their names. Fields are printed like messages, see `enable_inspection`. Needs
  /// `<vicar/inspect.hpp>`.
  template <class Object = T>
  future<std::string> snapshot() const {
    constexpr bool included = detail::inspector_included<Object>;
    static_assert(included, "vicar: snapshot is not declared here; include <vicar/inspect.hpp>");
    if constexpr (included) {
      return detail::future_access::make(
          detail::send_member<snapshot_maker, std::string>(detail::type_list<>{}, self().owner(), self().target()));
    } else {
      return detail::placeholder{};
    }
  }

 protected:
  /// For the derived reference or proxy.
  ///@{
  member_operations() = default;
  member_operations(const member_operations&) = default;
  member_operations& operator=(const member_operations&) = default;
  ~member_operations() = default;
  ///@}

 private:
  struct snapshot_maker : detail::invoker_base {
    static constexpr const std::string_view* label = &detail::snapshot_label;
    static constexpr auto access = detail::access_kind::function;
    static std::string call(T& object) { return detail::inspector<T>::snapshot(object); }
  };

  const Self& self() const noexcept { return static_cast<const Self&>(*this); }

  template <class Invoker, class... Arguments>
  using kept_by = detail::kept_arguments<typename Invoker::parameters, Arguments...>;
  template <class Pointer, class... Arguments>
  using kept_by_constant =
      detail::kept_arguments<typename detail::constant_parameters<Pointer, sizeof...(Arguments)>::type, Arguments...>;

  template <class Function, class Kept, class... Arguments>
  static VICAR_CONSTEVAL bool check_function() {
    static_assert(!detail::storable_if_moved<Function>,
                  "vicar: this function can be moved into the message but not copied; pass std::move(function)");
    static_assert(
        detail::storable<Function> || detail::storable_if_moved<Function>,
        "vicar: this function can be neither copied nor moved into the message; pass std::ref(function) to share it");
    if constexpr (detail::storable<Function>) {
      using callable = std::decay_t<Function>;
      return detail::check_call<
          T, callable, detail::calls<detail::function_invoker<callable>, T, detail::with_function_t<Function, Kept>>,
          Kept, detail::type_list<Arguments...>>();
    } else {
      return false;
    }
  }
  template <auto Member, class Kept, class... Arguments>
  static VICAR_CONSTEVAL bool check_member() {
    using pointer = decltype(Member);
    constexpr bool static_field = std::is_pointer_v<pointer> && std::is_object_v<std::remove_pointer_t<pointer>> &&
                                  !detail::calls<detail::pointer_invoker<Member>, T, typename Kept::type>;
    static_assert(
        !static_field,
        "vicar: this is a pointer to a static data member that cannot be called with these arguments; list the "
        "member with VICAR_PROXY and read it by name: proxy->name.get()");
    if constexpr (static_field) return false;
    // A pointer to a static method is not a member pointer: it takes no object.
    using function = std::conditional_t<std::is_member_pointer_v<pointer>, pointer, void>;
    return detail::check_call<T, function, detail::calls<detail::pointer_invoker<Member>, T, typename Kept::type>, Kept,
                              detail::type_list<Arguments...>>();
  }
  template <class Pointer>
  static VICAR_CONSTEVAL bool check_read() {
    if constexpr (detail::check_field<T, Pointer>())
      return detail::check_readable<typename detail::member_traits<Pointer>::field_type>();
    else
      return false;
  }
  template <class Pointer, class Value>
  static VICAR_CONSTEVAL bool check_write() {
    if constexpr (detail::check_field<T, Pointer>()) {
      using field_type = typename detail::member_traits<Pointer>::field_type;
      return detail::check_writable<field_type, Value, typename detail::kept_value<field_type, Value>::type>();
    } else {
      return false;
    }
  }
};

}  // namespace vicar

#endif
