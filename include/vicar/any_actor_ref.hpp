// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_ANY_ACTOR_REF_HPP
#define VICAR_ANY_ACTOR_REF_HPP

#include <vicar/detail/base/config.hpp>

#include <any>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vicar/detail/calls/member_call.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/cells/lifecycle.hpp>
#include <vicar/detail/meta/braces.hpp>
#include <vicar/detail/meta/copyable.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/detail/text/labels.hpp>
#include <vicar/detail/text/title_format.hpp>
#include <vicar/detail/text/value_text.hpp>
#include <vicar/error.hpp>
#include <vicar/future.hpp>
#include <vicar/fwd.hpp>
#include <vicar/log.hpp>
#include <vicar/options.hpp>

namespace vicar {

namespace detail {

struct ref_access;

template <class Message>
VICAR_CONSTEVAL void refuse_further_argument() {
  static_assert(
      always_false<Message>,
      "vicar: tell, try_tell and ask take one message; put what belongs together into one struct, and a timeout into "
      "the future's get: ref.ask(message).get(timeout)");
}

}  // namespace detail

/// The operations of every reference to an actor, independent of the actor's class.
class ref_base {
 public:
  /// Whether the actor handles messages. False from the moment it begins to end, and in a child process made by fork().
  /// Never blocks.
  [[nodiscard]] bool is_alive() const noexcept {
    if (detail::conductor_here) detail::conductor_here->pass(detail::conductor::point::snapshot);
    return cell_->alive();
  }
  /// The name from `options`, or the class name and a running number. The view is valid as long as any reference to the
  /// actor exists.
  std::string_view name() const noexcept { return cell_->name(); }
  /// The qualified name of the actor's class.
  std::string_view class_name() const noexcept { return cell_->class_name(); }
  /// `urn:uuid:` and a random UUID, unique to the actor, generated on first use.
  std::string urn() const { return cell_->urn(); }
  /// A snapshot of the mailbox and the counters.
  actor_stats stats() const noexcept {
    if (detail::conductor_here) detail::conductor_here->pass(detail::conductor::point::read);
    return cell_->stats();
  }

  /// Asks the actor to stop after the messages that were sent before. Never waits for space in the mailbox. The future
  /// becomes ready when `on_stop` has returned and the object is destroyed: true if the actor was still there, false if
  /// it had ended before this call.
  future<bool> stop() const { return detail::future_access::make(cell_->stop()); }

  /// Compares the actors, regardless of the class of the references. The order is that in which they were created.
  ///@{
  friend std::strong_ordering operator<=>(const ref_base& a, const ref_base& b) noexcept {
    if (const auto order = a.serial() <=> b.serial(); order != 0) return order;
    return std::compare_three_way{}(a.cell_.get(), b.cell_.get());  // actors of two worlds
  }
  friend bool operator==(const ref_base& a, const ref_base& b) noexcept { return a.cell_.get() == b.cell_.get(); }
  ///@}

  /// Rejects further arguments, with a compile error that says where values and a timeout go.
  ///@{
  template <class Message, class Further, class... More>
  void tell(Message&&, Further&&, More&&...) const {
    detail::refuse_further_argument<Message>();
  }
  template <class Message, class Further, class... More>
  bool try_tell(Message&&, Further&&, More&&...) const {
    detail::refuse_further_argument<Message>();
    return false;
  }
  template <class Message, class Further, class... More>
  auto ask(Message&&, Further&&, More&&...) const {
    detail::refuse_further_argument<Message>();
    return detail::placeholder{};
  }
  ///@}

 protected:
  /// For `actor_ref`.
  ///@{
  explicit ref_base(detail::cell_handle cell) noexcept : cell_{std::move(cell)} {}
  ~ref_base() = default;
  ref_base(const ref_base&) = default;
  ref_base(ref_base&&) noexcept = default;
  ref_base& operator=(const ref_base&) = default;
  ref_base& operator=(ref_base&&) noexcept = default;
  ///@}

 private:
  friend struct detail::ref_access;
  std::uint64_t serial() const noexcept { return cell_ ? cell_->serial() : 0; }

  detail::cell_handle cell_;
};

namespace detail {

/// Access to the internals of a reference, for the rest of the library.
struct ref_access {
  static const cell_handle& handle(const ref_base& ref) noexcept { return ref.cell_; }
  static std::uint64_t serial(const ref_base& ref) noexcept { return ref.serial(); }
  static std::string title(const ref_base& ref) { return ref.cell_->title(); }
  template <class T>
  static actor_ref<T> make(cell_handle cell, T* object) noexcept {
    return actor_ref<T>{std::move(cell), object};
  }
  static actor_ref<void> make_any(cell_handle cell) noexcept;
  template <class T>
  static T* object(const actor_ref<T>& ref) noexcept {
    return ref.object_;
  }
};

}  // namespace detail

/// A reference to an actor of any class.
template <>
class actor_ref<void> : public ref_base {
 public:
  /// Converts any typed reference.
  template <class T>
  actor_ref(const actor_ref<T>& other) noexcept  // NOLINT(google-explicit-constructor): like pointers
      : ref_base{other} {}

  /// Returns the typed reference if the actor is of class `T` or, while it is alive, of a class derived from `T`,
  /// polymorphic or not. A fake counts as an actor of the class that it stands for. Otherwise empty. Returns a
  /// `std::optional<actor_ref<T>>`, and needs <vicar/actor_ref.hpp>.
  template <class T>
  [[nodiscard]] auto as() const {
    static_assert(std::is_class_v<T> && !std::is_const_v<T>,
                  "vicar: an actor is an object of a class; ask for a class that is not const");
    static_assert(detail::defined<actor_ref<T>>,
                  "vicar: as needs the definition of actor_ref; include <vicar/actor_ref.hpp>");
    if constexpr (std::is_class_v<T> && !std::is_const_v<T> && detail::defined<actor_ref<T>>) {
      return find<T>();
    } else {
      return detail::placeholder{};
    }
  }

  /// Sends a message to the `on_receive` that takes exactly its type, if the class lists the type in `receives`, else
  /// to `on_receive(std::any)`. A message that neither takes is logged as a warning and dropped. Throws and blocks like
  /// the typed `tell`.
  template <class Message = detail::list_in_braces>
  void tell(Message&& message) const {
    if constexpr (detail::check_typed<Message>() && detail::check_storable<Message>()) {
      detail::defer_member<receiver>(detail::type_list<std::decay_t<Message>>{}, owner(), cell_target{},
                                     std::forward<Message>(message));
    }
  }
  /// As `tell`, but never waits: returns false if the message was not accepted. See `actor_ref<T>::try_defer`.
  template <class Message = detail::list_in_braces>
  [[nodiscard]] bool try_tell(Message&& message) const {
    if constexpr (detail::check_typed<Message>() && detail::check_storable<Message>()) {
      return detail::defer_member<receiver, detail::if_refused::returns_false>(
          detail::type_list<std::decay_t<Message>>{}, owner(), cell_target{}, std::forward<Message>(message));
    } else {
      return false;
    }
  }
  /// As `tell`, but the future carries the reply as a `std::any`: empty if there is none, a `std::shared_ptr` to it if
  /// it can only be moved. If the actor does not take the message, the future carries `unhandled_message_error`.
  template <class Message = detail::list_in_braces>
  future<std::any> ask(Message&& message) const {
    if constexpr (detail::check_typed<Message>() && detail::check_storable<Message>()) {
      return detail::future_access::make(detail::send_member<answerer, std::any>(
          detail::type_list<std::decay_t<Message>>{}, owner(), cell_target{}, std::forward<Message>(message)));
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

 private:
  friend struct detail::ref_access;
  explicit actor_ref(detail::cell_handle cell) noexcept : ref_base{std::move(cell)} {}

  detail::cell& owner() const noexcept { return *detail::ref_access::handle(*this); }

  template <class T>
  std::optional<actor_ref<T>> find() const {
    detail::cell& cell = owner();
    T* object = nullptr;
    if (cell.type() == &detail::type_tag<T>)
      object = static_cast<T*>(cell.object_address());
    else if (!cell.find_base(detail::cell::role::represented, object))
      return std::nullopt;
    return detail::ref_access::make<T>(detail::ref_access::handle(*this), object);
  }

  /// The target of untyped messages: the cell, which knows the object's class.
  struct cell_target {
    using object_type = detail::cell;
    static detail::path route() noexcept { return {}; }
    static bool absent() noexcept { return false; }
    static detail::cell& resolve(detail::cell& owner) noexcept { return owner; }
  };
  struct receiver : detail::invoker_base {
    static constexpr const std::string_view* label = &detail::on_receive_label;
    template <class Message>
    static void call(detail::cell& cell, Message&& message) {
      static_cast<void>(receive(cell, message));
    }
  };
  struct answerer : detail::invoker_base {
    static constexpr const std::string_view* label = &detail::on_receive_label;
    template <class Message>
    static std::any call(detail::cell& cell, Message&& message) {
      std::optional<std::any> reply = receive(cell, message);
      if (reply) return *std::move(reply);
      throw unhandled_message_error{detail::format_text(
          "vicar: {} takes no message of type {}{}; list the type in receives, or add on_receive(std::any)",
          cell.title(), detail::class_name<Message>, value_of(message))};
    }
  };

  template <class Message>
  static std::optional<std::any> receive(detail::cell& cell, Message& message) {
    detail::erased_message incoming{&detail::type_tag<Message>, std::addressof(message), nullptr};
    if constexpr (detail::implicitly_copyable<Message>) {
      incoming.to_any = [](void* object) { return std::any{std::move(*static_cast<Message*>(object))}; };
    }
    if (cell.receive(incoming)) return std::move(incoming.reply);
    detail::log(log_level::warning, cell.name(), nullptr, [&] {
      return detail::format_text("Unexpected message received by {}: {}", cell.title(), detail::message_text(message));
    });
    return std::nullopt;
  }

  template <class Message>
  static std::string value_of(const Message& message) {
    if constexpr (enable_inspection<Message>)
      return " such as " + detail::message_text(message);
    else
      return {};
  }
};

/// @cond
inline actor_ref<void> detail::ref_access::make_any(cell_handle cell) noexcept {
  return actor_ref<void>{std::move(cell)};
}
/// @endcond

/// Writes `<actor_ref for Class (urn:uuid:...)>`.
template <class Stream, class T>
  requires requires(Stream& stream, const std::string& text) { stream << text; }
Stream& operator<<(Stream& stream, const actor_ref<T>& ref) {
  stream << detail::format_text("<actor_ref for {}>", detail::ref_access::title(ref));
  return stream;
}

}  // namespace vicar

/// Equal for references to the same actor.
template <class T>
struct std::hash<vicar::actor_ref<T>> {
  /// The hash of `ref`.
  std::size_t operator()(const vicar::actor_ref<T>& ref) const noexcept {
    return std::hash<std::uint64_t>{}(vicar::detail::ref_access::serial(ref));
  }
};

/// `{}` writes `<actor_ref for Class (urn:uuid:...)>`, `{:s}` writes `Class (urn:uuid:...)`.
template <class T>
struct fmt::formatter<vicar::actor_ref<T>> : vicar::detail::title_format {
  /// Called by fmt.
  template <class Context>
  auto format(const vicar::actor_ref<T>& ref, Context& context) const {
    return write("actor_ref", vicar::detail::ref_access::title(ref), context);
  }
};

#endif
