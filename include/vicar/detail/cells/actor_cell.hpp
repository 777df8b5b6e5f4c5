// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CELLS_ACTOR_CELL_HPP
#define VICAR_DETAIL_CELLS_ACTOR_CELL_HPP

#include <any>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/cells/lifecycle.hpp>
#include <vicar/detail/meta/copyable.hpp>
#include <vicar/detail/meta/dangling.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/meta/hooks.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/options.hpp>

namespace vicar::detail {

template <class T, class... Arguments>
concept parenthesised = std::is_constructible_v<T, Arguments...>;
template <class T, class... Arguments>
concept braced = requires(Arguments&&... arguments) { T{std::forward<Arguments>(arguments)...}; };

/// Holds a value on the heap temporarily, for values that the stack may be too small for.
template <class Value>
struct kept_off_stack {
  Value value;
};
template <class Value>
inline constexpr bool large = sizeof(Value) > 4096;

/// Wraps the result of `receive`, which calls an `on_receive` of `T`, in a `std::any`. A result that cannot be copied
/// is wrapped as a `std::shared_ptr`.
template <class T, class Receive>
std::any reply_as_any(Receive receive) {
  using returned = decltype(receive());
  using result = kept_result_t<returned>;
  if constexpr (!check_result<T, returned>()) {
    return {};
  } else if constexpr (std::is_void_v<result>) {
    receive();
    return {};
  } else if constexpr (std::is_array_v<std::remove_reference_t<returned>>) {
    return std::any{std::in_place_type<result>, read_field(receive())};
  } else if constexpr (std::is_same_v<result, std::any>) {
    return receive();
  } else if constexpr (copyable<result> && large<result>) {
    const std::unique_ptr<kept_off_stack<result>> reply{new kept_off_stack<result>{receive()}};
    return std::any{std::in_place_type<result>, std::move(reply->value)};
  } else if constexpr (copyable<result>) {
    return std::any{std::in_place_type<result>, receive()};
  } else {
    return std::shared_ptr<result>(new result(receive()));
  }
}

/// A cell that contains the actor's object.
template <class T>
class actor_cell final : public cell {
 public:
  actor_cell(std::string name, const options& chosen) : cell{detail::class_name<T>, std::move(name), chosen} {}
  ~actor_cell() noexcept override {}  // the object, whose destructor may throw, has already been destroyed

// An aggregate may be initialized with fewer values than it has fields.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif
  VICAR_CONVERSIONS_BEGIN
  template <class... Arguments>
  void construct(Arguments&&... arguments) {
    if constexpr (parenthesised<T, Arguments...>) {
      ::new (object_address()) T(std::forward<Arguments>(arguments)...);
    } else {
      ::new (object_address()) T{std::forward<Arguments>(arguments)...};
    }
  }
  VICAR_CONVERSIONS_END
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
  T* object() noexcept { return std::addressof(object_); }

  const void* type() const noexcept override { return &type_tag<T>; }
  void* object_address() const noexcept override {
    return const_cast<std::remove_const_t<T>*>(std::addressof(object_));
  }

  bool receive(erased_message& incoming) override {
    if constexpr (lists_messages<T>) {
      if (receive_listed(incoming, typename T::receives{})) return true;
    }
    if constexpr (takes<T, std::any>) {
      if (incoming.to_any) {
        incoming.reply =
            reply_as_any<T>([&]() -> decltype(auto) { return object_.on_receive(incoming.to_any(incoming.object)); });
        return true;
      }
    }
    return false;
  }

 private:
  template <class... Messages>
  bool receive_listed(erased_message& incoming, messages<Messages...>) {
    return (receive_exactly<Messages>(incoming) || ...);
  }
  VICAR_CONVERSIONS_BEGIN
  template <class Message>
  bool receive_exactly(erased_message& incoming) {
    if (incoming.tag != &type_tag<Message>) return false;
    incoming.reply = reply_as_any<T>(
        [&]() -> decltype(auto) { return object_.on_receive(std::move(*static_cast<Message*>(incoming.object))); });
    return true;
  }
  VICAR_CONVERSIONS_END

  std::size_t object_size() const noexcept override { return sizeof(T); }
  void destroy_object() override { object_.~T(); }
  void throw_object(role wanted) const override {
    if constexpr (requires { typename T::vicar_represents; }) {
      if (wanted == role::represented) throw static_cast<typename T::vicar_represents*>(nullptr);
    }
    throw static_cast<T*>(object_address());
  }
  void on_start() override {
    if constexpr (starts<T>) object_.on_start();
  }
  void on_stop() override {
    if constexpr (stops<T>) object_.on_stop();
  }
  void on_failure(std::exception_ptr failure) override {
    if constexpr (handles_failure<T>) object_.on_failure(std::move(failure));
  }

  union {
    T object_;
  };
};

}  // namespace vicar::detail

#endif
