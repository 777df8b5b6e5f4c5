// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_ACTOR_PROXY_HPP
#define VICAR_ACTOR_PROXY_HPP

#include <vicar/detail/base/config.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <utility>

#include <vicar/actor_ref.hpp>
#include <vicar/bound_method.hpp>
#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/calls/path.hpp>
#include <vicar/detail/calls/target.hpp>
#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/detail/text/member_name.hpp>
#include <vicar/detail/text/title_format.hpp>
#include <vicar/fwd.hpp>
#include <vicar/member_operations.hpp>
#include <vicar/members.hpp>
#include <vicar/nested_proxy.hpp>

namespace vicar {

namespace detail {

/// What the wrappers of registered members point to: the actor and its object.
template <class T>
struct direct_context {
  using object_type = T;
  actor_ref<T> ref;

  cell& owner() const noexcept { return *ref_access::handle(ref); }
  direct_target<T> target() const noexcept { return {ref_access::object(ref)}; }
  path route() const noexcept { return {}; }
  void* root() const noexcept { return ref_access::object(ref); }
};

}  // namespace detail

/// A handle to an actor, used like a pointer: the dot reaches the members of the handle, the arrow those of the actor.
/// `proxy.call(...)`, `proxy.get(...)` and the like take member pointers; `proxy->name(...)` needs the class to be
/// registered with VICAR_PROXY. Copying increments one reference count. Proxies of the same actor are equal. All
/// members may be called from any thread; see `actor_ref` for what blocks.
template <class T>
class actor_proxy : public member_operations<actor_proxy<T>, T> {
 public:
  /// Throws `actor_dead_error` if the actor is not alive. Runs none of the actor's code and reads none of its memory.
  explicit actor_proxy(actor_ref<T> ref)
      : block_{block_handle::adopt(new block{context{require_alive(std::move(ref))}})} {}

  /// Converts a proxy of a derived class.
  template <class Derived>
    requires(std::derived_from<Derived, T> && !std::same_as<Derived, T>)
  actor_proxy(const actor_proxy<Derived>& other)  // NOLINT(google-explicit-constructor): like pointers
      : block_{block_handle::adopt(new block{context{actor_ref<T>{other.ref()}}})} {}

  /// The reference. Also available when the actor is dead.
  [[nodiscard]] const actor_ref<T>& ref() const noexcept { return block_->context.ref; }

  /// See `actor_ref::stop`.
  future<bool> stop() const { return ref().stop(); }

  /// Returns a proxy of the object that a traversable member leads to. The member is a `vicar::traversable<U>`, a
  /// marked `U`, or a smart pointer or optional of one.
  template <class Pointer>
  auto at(Pointer member) const {
    return detail::make_nested(block_->context, member, detail::name_of<T>(member));
  }
  /// As above, for a member known at compile time: `at<&T::member>()`.
  template <auto Member>
  auto at() const {
    return detail::make_nested(block_->context, Member, detail::member_name<Member>);
  }

  /// Returns a method that can be stored: `f(arguments...)`, `f.defer(arguments...)`.
  template <auto Method>
  bound_method<actor_proxy, Method> method() const {
    return bound_method<actor_proxy, Method>{*this};
  }

  /// The registered members by name.
  [[gnu::pure]] const auto* operator->() const noexcept {
    if constexpr (detail::check_registered<T>())
      return &block_->members;
    else
      return static_cast<const detail::placeholder*>(nullptr);
  }
  /// Name, kind and type of the registered members.
  static constexpr auto members() { return detail::describe_members<T>(); }

  /// Whether both are proxies of the same actor, regardless of their class.
  template <class U>
  friend bool operator==(const actor_proxy& a, const actor_proxy<U>& b) noexcept {
    return a.ref() == b.ref();
  }

 private:
  using context = detail::direct_context<T>;
  using block = detail::proxy_block<context>;
  using block_handle = detail::counted_handle<const block>;
  friend class member_operations<actor_proxy<T>, T>;

  static actor_ref<T> require_alive(actor_ref<T> ref) {
    if (detail::conductor_here) detail::conductor_here->pass(detail::conductor::point::read);
    if (!detail::ref_access::handle(ref)->alive()) throw detail::ref_access::handle(ref)->no_proxy();
    return ref;
  }

  detail::cell& owner() const noexcept { return block_->context.owner(); }
  detail::direct_target<T> target() const noexcept { return block_->context.target(); }

  block_handle block_;
};

template <class T>
actor_proxy<T> actor_ref<T>::proxy() const {
  return actor_proxy<T>{*this};
}

/// Writes `<actor_proxy for Class (urn:uuid:...)>`.
template <class Stream, class T>
  requires requires(Stream& stream, const std::string& text) { stream << text; }
Stream& operator<<(Stream& stream, const actor_proxy<T>& proxy) {
  stream << detail::format_text("<actor_proxy for {}>", detail::ref_access::title(proxy.ref()));
  return stream;
}

}  // namespace vicar

/// Equal for proxies of the same actor.
template <class T>
struct std::hash<vicar::actor_proxy<T>> {
  /// The hash of `proxy`.
  std::size_t operator()(const vicar::actor_proxy<T>& proxy) const noexcept {
    return std::hash<vicar::actor_ref<T>>{}(proxy.ref());
  }
};

/// `{}` writes `<actor_proxy for Class (urn:uuid:...)>`, `{:s}` writes `Class (urn:uuid:...)`.
template <class T>
struct fmt::formatter<vicar::actor_proxy<T>> : vicar::detail::title_format {
  /// Called by fmt.
  template <class Context>
  auto format(const vicar::actor_proxy<T>& proxy, Context& context) const {
    return write("actor_proxy", vicar::detail::ref_access::title(proxy.ref()), context);
  }
};

#endif
