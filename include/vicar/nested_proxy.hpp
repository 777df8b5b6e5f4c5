// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_NESTED_PROXY_HPP
#define VICAR_NESTED_PROXY_HPP

#include <vicar/detail/base/config.hpp>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

#include <vicar/any_actor_ref.hpp>
#include <vicar/bound_method.hpp>
#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/calls/path.hpp>
#include <vicar/detail/meta/base_class.hpp>
#include <vicar/detail/meta/diagnose.hpp>
#include <vicar/detail/proxies/access.hpp>
#include <vicar/detail/proxies/path_context.hpp>
#include <vicar/detail/proxies/registration.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/detail/text/title_format.hpp>
#include <vicar/fwd.hpp>
#include <vicar/member_operations.hpp>
#include <vicar/proxy_field.hpp>
#include <vicar/traversable.hpp>

namespace vicar {

namespace detail {

/// A context and the wrappers that point to it: shared by the copies of a proxy.
template <class Context>
struct proxy_block : counted<proxy_block<Context>> {
  explicit proxy_block(Context from) : context{std::move(from)}, members{make_members(&context)} {}

  Context context;
  interface_t<Context> members;

 private:
  static interface_t<Context> make_members(const Context* context) {
    if constexpr (is_registered<typename Context::object_type>)
      return {context};
    else
      return {};
  }
};

/// Lets the keeper see the pointers and optionals between a member and the object that it leads to.
template <class Field>
void keep_step(Field& field, const step& self, path_keeper& keeper) {
  if constexpr (maybe_null<Field>) {
    if (!field) return;
    if constexpr (is_shared_pointer<Field>)
      keeper.keep(field);
    else
      keeper.refuse(self);
    keep_step(*field, self, keeper);
  }
}

struct follow_field {
  template <class Field>
  step_target_t<Field>* operator()(Field& field, const step& self, path_keeper* keeper) const {
    if (keeper) keep_step(field, self, *keeper);
    return follow_step(field);
  }
};

template <class T, class Pointer>
VICAR_CONSTEVAL bool check_step() {
  if constexpr (check_field<T, Pointer>()) {
    constexpr bool traversable = traversable_field<typename member_traits<Pointer>::field_type>;
    static_assert(traversable,
                  "vicar: this member cannot be traversed; declare it as vicar::traversable<U>, or specialise "
                  "vicar::enable_traversable<U> = true, or read it whole with get()");
    return traversable;
  } else {
    return false;
  }
}

/// Makes the nested proxy for one member of the object that `context` leads to.
template <class Context, class Pointer>
auto make_nested(const Context& context, Pointer member, std::string_view name);

}  // namespace detail

/// A proxy of an object nested in an actor's object: `proxy.at(&player::playback)`, or made from `proxy->playback`. The
/// path is followed on the actor's thread for each message; an empty pointer or optional on it results in
/// `null_step_error`. Copying increments one reference count. Proxies with the same actor and the same path are equal.
template <class U>
class nested_proxy : public member_operations<nested_proxy<U>, U> {
 public:
  /// Converts a proxy of a derived class.
  template <class Derived>
    requires(std::derived_from<Derived, U> && !std::same_as<Derived, U>)
  nested_proxy(const nested_proxy<Derived>& other)  // NOLINT(google-explicit-constructor): like pointers
      : nested_proxy{to_base(other.block_->context)} {}

  /// The actor that contains the object.
  any_actor_ref actor() const { return detail::ref_access::make_any(block_->context.handle); }

  /// Returns a proxy of the object that a traversable member leads to.
  template <class Pointer>
  auto at(Pointer member) const {
    return detail::make_nested(block_->context, member, detail::name_of<U>(member));
  }
  /// As above, for a member known at compile time: `at<&T::member>()`.
  template <auto Member>
  auto at() const {
    return detail::make_nested(block_->context, Member, detail::member_name<Member>);
  }

  /// Returns a method that can be stored: `f(arguments...)`, `f.defer(arguments...)`.
  template <auto Method>
  bound_method<nested_proxy, Method> method() const {
    return bound_method<nested_proxy, Method>{*this};
  }

  /// The registered members by name.
  [[gnu::pure]] const auto* operator->() const noexcept {
    if constexpr (detail::check_registered<U>())
      return &block_->members;
    else
      return static_cast<const detail::placeholder*>(nullptr);
  }

  /// Whether the actor and the path are the same.
  template <class V>
  bool operator==(const nested_proxy<V>& other) const noexcept {
    return actor() == other.actor() && route() == other.route();
  }

  /// For diagnostics: the names of the steps, such as `playback.speaker`.
  std::string path_text() const { return route().text(); }
  /// The value that `std::hash` returns.
  std::size_t hash() const noexcept { return std::hash<any_actor_ref>{}(actor()) ^ route().hash(); }

 private:
  using context = detail::path_context<U>;
  using block_handle = detail::counted_handle<const detail::proxy_block<context>>;
  friend class member_operations<nested_proxy<U>, U>;
  template <class V>
  friend class nested_proxy;
  template <class Access, class Context>
  friend class proxy_step;
  template <class Context, class Pointer>
  friend auto detail::make_nested(const Context&, Pointer, std::string_view);

  explicit nested_proxy(context from)
      : block_{block_handle::adopt(new detail::proxy_block<context>{std::move(from)})} {}

  template <class Derived>
  static context to_base(const detail::path_context<Derived>& from) {
    if constexpr (detail::check_base<U, Derived>()) {
      return {from.handle, {from.end.root, detail::step_to_base<Derived, U>(from.end.steps)}};
    } else {
      return {from.handle, {from.end.root, from.end.steps}};
    }
  }

  detail::cell& owner() const noexcept { return block_->context.owner(); }
  detail::path_target<U> target() const noexcept { return block_->context.target(); }
  const detail::path& route() const noexcept { return block_->context.end.steps; }

  block_handle block_;
};

/// `proxy->name` of a registered member that is marked traversable. `proxy->name->member` reaches a member of the
/// nested object, `get()` and `=` treat it as a field, and it converts to a `nested_proxy` that can be stored.
template <class Access, class Context>
class proxy_step : public proxy_field<Access, Context> {
  using object_type = typename Context::object_type;
  using field_type = std::remove_reference_t<detail::declared_t<Access, object_type>>;

 public:
  /// The class of the nested object.
  using target_type = detail::step_target_t<field_type>;

  using proxy_field<Access, Context>::proxy_field;
  using proxy_field<Access, Context>::operator=;
  /// Rejects a copy, with a compile error that says how to keep a nested proxy.
  proxy_step(const proxy_step& other) : proxy_field<Access, Context>{&other.context()} {
    static_assert(detail::always_false<Access>,
                  "vicar: a member of a proxy cannot be copied, it lives in the proxy; keep a nested proxy: "
                  "auto kept = proxy.at(&type::member)");
  }
  /// Rejects another member, with a compile error that says how to assign its value.
  void operator=(const proxy_step& other) const {
    this->set(other);
  }  // NOLINT(misc-unconventional-assign-operator): as in proxy_field
  ~proxy_step() = default;

  /// Converts to a proxy of the nested object, which can be stored.
  operator nested_proxy<target_type>() const {  // NOLINT(google-explicit-constructor): it stands for the nested object
    const Context& from = this->context();
    return nested_proxy<target_type>{detail::path_context<target_type>{detail::cell_handle{from.owner()}, end()}};
  }

  /// The members of the nested object, valid for the rest of the expression.
  auto operator->() const {
    static_cast<void>(detail::check_registered<target_type>());
    return arrow{{&this->context().owner(), end()}};
  }

 private:
  /// Counts no reference: the proxy at the beginning of the expression holds one.
  static constexpr bool loose =
      detail::loose_step<std::remove_const_t<field_type>> || requires { requires Context::loose; };
  using arrow_context = detail::path_context<target_type, detail::cell*, loose>;

  struct arrow {
    detail::proxy_block<arrow_context> block;
    explicit arrow(arrow_context context) : block{context} {}
    auto operator->() const noexcept {
      if constexpr (detail::is_registered<target_type>)
        return &block.members;
      else
        return static_cast<const detail::placeholder*>(nullptr);
    }
  };

  detail::path_target<target_type> end() const {
    const Context& from = this->context();
    if constexpr (std::same_as<Context, detail::direct_context<object_type>>) {
      // Acquires the contents of the step.
      if (const detail::step* const known = from_root_.load(std::memory_order_acquire))
        return {from.root(), detail::path{known}};
      const detail::path found = route_after({});
      // Releases the contents of the step. All threads store the same pointer.
      from_root_.store(found.last(), std::memory_order_release);
      return {from.root(), found};
    } else {
      return {from.root(), route_after(from.route())};
    }
  }
  static void* go_by_name(const detail::step& self, void* object, detail::path_keeper* keeper) {
    return detail::follow_field{}(Access::get(*static_cast<object_type*>(object)), self, keeper);
  }
  static detail::path route_after(detail::path before) {
    if constexpr (Access::template pointable<object_type>) {
      constexpr auto pointer = Access::template pointer<object_type>();
      if constexpr (detail::goes_with<object_type, std::remove_const_t<decltype(pointer)>>)
        return detail::step_by_pointer<object_type>(before, Access::name, pointer, detail::follow_field{});
      else
        return detail::step_as_pointer(before, Access::name, pointer, &go_by_name);
    } else {
      return detail::step_by_type<Access>(before, Access::name, &go_by_name);
    }
  }

  static inline constinit std::atomic<const detail::step*> from_root_{nullptr};
};

/// @cond
template <class Access, class Context>
inline constexpr bool detail::is_proxy_member<proxy_step<Access, Context>> = true;

template <class Context, class Pointer>
auto detail::make_nested(const Context& from, Pointer member, std::string_view name) {
  using object_type = typename Context::object_type;
  if constexpr (check_step<object_type, Pointer>()) {
    using target = step_target_t<typename member_traits<Pointer>::field_type>;
    return nested_proxy<target>{
        path_context<target>{cell_handle{from.owner()},
                             {from.root(), step_by_pointer<object_type>(from.route(), name, member, follow_field{})}}};
  } else {
    return placeholder{};
  }
}
/// @endcond

/// Writes `<actor_proxy for Class (urn:uuid:...), path=playback.speaker>`.
template <class Stream, class U>
  requires requires(Stream& stream, const std::string& text) { stream << text; }
Stream& operator<<(Stream& stream, const nested_proxy<U>& proxy) {
  stream << detail::format_text("<actor_proxy for {}, path={}>", detail::ref_access::title(proxy.actor()),
                                proxy.path_text());
  return stream;
}

}  // namespace vicar

/// Equal for proxies with the same actor and the same path.
template <class U>
struct std::hash<vicar::nested_proxy<U>> {
  /// The hash of `proxy`.
  std::size_t operator()(const vicar::nested_proxy<U>& proxy) const noexcept { return proxy.hash(); }
};

/// `{}` writes `<actor_proxy for Class (urn:uuid:...), path=playback.speaker>`, `{:s}` what is between `for` and `>`.
template <class U>
struct fmt::formatter<vicar::nested_proxy<U>> : vicar::detail::title_format {
  /// Called by fmt.
  template <class Context>
  auto format(const vicar::nested_proxy<U>& proxy, Context& context) const {
    return write(
        "actor_proxy",
        vicar::detail::format_text("{}, path={}", vicar::detail::ref_access::title(proxy.actor()), proxy.path_text()),
        context);
  }
};

#endif
