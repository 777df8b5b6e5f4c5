// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_ACTOR_REF_HPP
#define VICAR_ACTOR_REF_HPP

#include <vicar/detail/base/config.hpp>

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include <vicar/any_actor_ref.hpp>
#include <vicar/detail/calls/envelope.hpp>
#include <vicar/detail/calls/member_call.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/meta/base_class.hpp>
#include <vicar/detail/meta/braces.hpp>
#include <vicar/detail/meta/conversion.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/meta/hooks.hpp>
#include <vicar/detail/text/labels.hpp>
#include <vicar/future.hpp>
#include <vicar/fwd.hpp>
#include <vicar/member_operations.hpp>

namespace vicar {

/// A reference to an actor: two words, cheap to copy, never dangling. It does not keep the actor from stopping. All
/// members may be called from any thread. References to the same actor are equal, regardless of their class.
template <class T>
class actor_ref : public ref_base, public member_operations<actor_ref<T>, T> {
 public:
  /// Converts a reference to a derived class.
  template <class Derived>
    requires(std::derived_from<Derived, T> && !std::same_as<Derived, T>)
  actor_ref(const actor_ref<Derived>& other)  // NOLINT(google-explicit-constructor): like pointers
      : ref_base{other}, object_{to_base(detail::ref_access::object(other))} {}

  /// Sends a message to the overload of `T::on_receive` that a direct call with an rvalue would choose. There is no
  /// reply: an exception in `on_receive` ends the actor. Throws `actor_dead_error`, and `mailbox_full_error` under
  /// `overflow::fail`. Blocks only under `overflow::block`.
  template <class Message = detail::list_in_braces>
  void tell(Message&& message) const {
    using kept = kept_message<Message>;
    if constexpr (check_message<Message, kept>()) {
      detail::defer_member<receiver>(typename kept::type{}, owner(), target(), std::forward<Message>(message));
    }
  }
  /// As `tell`, but never waits: returns false if the message was not accepted. See `try_defer`.
  template <class Message = detail::list_in_braces>
  [[nodiscard]] bool try_tell(Message&& message) const {
    using kept = kept_message<Message>;
    if constexpr (check_message<Message, kept>()) {
      return detail::defer_member<receiver, detail::if_refused::returns_false>(typename kept::type{}, owner(), target(),
                                                                               std::forward<Message>(message));
    } else {
      return false;
    }
  }
  /// As `tell`, but with a reply: the future carries what `on_receive` returned or threw. Does not throw if the actor
  /// is dead: the future carries the error.
  template <class Message = detail::list_in_braces>
  auto ask(Message&& message) const {
    using kept = kept_message<Message>;
    if constexpr (check_message<Message, kept>()) {
      return detail::future_access::make(
          detail::call_member<receiver>(typename kept::type{}, owner(), target(), std::forward<Message>(message)));
    } else {
      return detail::placeholder{};
    }
  }

  /// See `ref_base`: a compile error for further arguments.
  ///@{
  using ref_base::ask;
  using ref_base::tell;
  using ref_base::try_tell;
  ///@}
  /// Rejects the arrow, with a compile error that says what has members by name.
  template <class Self = actor_ref>
  auto operator->() const {
    static_assert(detail::always_false<Self>,
                  "vicar: a reference has no members by name; make a proxy: ref.proxy()->name, or use "
                  "ref.call(&type::member, arguments...)");
    return static_cast<const detail::placeholder*>(nullptr);
  }

  /// Returns a proxy of the actor. Throws `actor_dead_error` if it is not alive. Needs `<vicar/actor_proxy.hpp>`.
  actor_proxy<T> proxy() const;

 private:
  friend struct detail::ref_access;
  friend class member_operations<actor_ref<T>, T>;

  actor_ref(detail::cell_handle cell, T* object) noexcept : ref_base{std::move(cell)}, object_{object} {}

  struct receiver : detail::invoker_base {
    static constexpr const std::string_view* label = &detail::on_receive_label;
    template <class Message>
    static decltype(auto) call(T& object, Message&& message)
      requires requires { object.on_receive(std::forward<Message>(message)); }
    {
      VICAR_CONVERSIONS_BEGIN
      return object.on_receive(std::forward<Message>(message));
      VICAR_CONVERSIONS_END
    }
  };

  template <class Message>
  using kept_message = detail::kept_arguments<typename detail::receiver_parameters<T>::type, Message>;

  template <class Message, class Kept>
  static VICAR_CONSTEVAL bool check_message() {
    using kept = typename detail::only_type<typename Kept::type>::type;
    constexpr bool whole = detail::check_typed<Message>() && detail::check_message_kept<Message, Kept>();
    constexpr bool taken = detail::takes<T, kept>;
    static_assert(
        !whole || taken,
        "vicar: no on_receive of this actor takes a message of this type as an rvalue; add an overload, and make it public");
    return whole && taken;
  }

  template <class Derived>
  static T* to_base(Derived* object) noexcept {
    if constexpr (detail::check_base<T, Derived>())
      return object;
    else
      return nullptr;
  }

  detail::cell& owner() const noexcept { return *detail::ref_access::handle(*this); }
  detail::direct_target<T> target() const noexcept { return {object_}; }

  T* object_;
};

}  // namespace vicar

#endif
