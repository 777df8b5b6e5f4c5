// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTING_HPP
#define VICAR_TESTING_HPP

#include <vicar/detail/base/config.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
#include <vicar/actor_ref.hpp>
#include <vicar/detail/fakes/actor.hpp>
#include <vicar/detail/fakes/member.hpp>
#include <vicar/detail/meta/member_traits.hpp>
#include <vicar/detail/text/class_name.hpp>
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/error.hpp>
#include <vicar/future.hpp>

namespace vicar {

/// A fake of an actor of class `T`, for tests of code that uses one: an actor with its own thread and mailbox, but
/// without a `T`. Its proxies are ordinary `actor_proxy<T>`s. Functions of the test answer the messages sent through
/// them; the fake counts the messages and keeps their arguments.
///
/// `T` need not be constructible. A member that no function answers fails with `unanswered_error`: in the future of a
/// call, and, like every exception of a deferred call, by ending the actor and a record in the log. The registry finds
/// a fake as an actor of the class that it stands for. The destructor stops the fake and waits for its end.
template <class T>
class fake {
  static_assert(std::is_class_v<T> && !std::is_const_v<T>, "vicar: fake<T> stands for an actor; T is its class");

 public:
  /// Starts the fake.
  fake() : ref_{start<detail::fake_actor<T>>(record_)} {}
  ~fake() {
    try {
      const future<bool> stopped = ref_.stop();
      if (!on_own_thread()) stopped.wait();
    } catch (...) {  // no memory for the request: the end of the program stops the fake
    }
  }
  fake(const fake&) = delete;
  fake& operator=(const fake&) = delete;

  /// Returns the proxy for the code under test. Throws `actor_dead_error` if the fake was stopped.
  actor_proxy<T> proxy() const { return actor_proxy<T>{ref()}; }
  /// As `proxy`.
  operator actor_proxy<T>() const { return proxy(); }  // NOLINT(google-explicit-constructor): it stands for one
  /// As `proxy`, but as a reference. Also available when the fake was stopped.
  actor_ref<T> ref() const noexcept {
    return detail::ref_access::make<T>(detail::ref_access::handle(ref_), static_cast<T*>(nullptr));
  }

  /// Answers a member with `function`, which replaces an earlier one and runs on the fake's thread.
  ///
  /// `on<&T::method>(function)`: `function(arguments...)` returns the result, or throws. The arguments have the types
  /// of the method's parameters, without reference and const; a reference to a non-const object is passed as a
  /// `std::reference_wrapper`.
  /// `on<&T::field>(function)`: `function()` returns the value of a read, `function(value)` is called for a write; a
  /// function that takes both answers both. A property is answered by its getter and its setter: `on<&T::getter>`,
  /// `on<&T::setter>`.
  /// `on<&T::nested, &U::member>(function)`: a member of the object that a traversable member leads to.
  template <auto... Path, class Function>
    requires(sizeof...(Path) > 0)
  fake& on(Function function) {
    using member = detail::faked_member<T, Path...>;
    member::answer(*record_, std::move(function));
    return *this;
  }
  /// As above, for calls whose arguments have other types than the parameters: calls that omit default arguments,
  /// choose an overload by conversion, or name a template. Also for callable fields. A call without arguments is
  /// `on<&T::method, void>(function)`.
  template <auto Member, class First, class... Arguments, class Function>
  fake& on(Function function) {
    using member = detail::faked_member<T, Member>;
    if constexpr (std::is_void_v<First> && sizeof...(Arguments) == 0)
      member::template answer_call<>(*record_, std::move(function));
    else
      member::template answer_call<First, Arguments...>(*record_, std::move(function));
    return *this;
  }

  /// Rejects a member as an argument, with a compile error that says where it goes.
  template <class Pointer, class Function>
  fake& on(Pointer, Function) {
    static_assert(detail::always_false<Pointer>,
                  "vicar: the member goes between the angle brackets; write fake.on<&type::member>(function)");
    return *this;
  }

  /// Returns how many messages to a member were answered: calls, or reads and writes of a field. First waits until the
  /// fake has handled all messages sent before.
  template <auto... Path>
  std::size_t calls() const {
    settle();
    return detail::faked_member<T, Path...>::count(*record_);
  }

  /// Returns the arguments of the answered calls of a method, or the values written to a field, in the order of
  /// handling: a vector of tuples. Waits like `calls`. Only for copyable arguments.
  template <auto... Path>
  auto arguments() const {
    settle();
    return detail::faked_member<T, Path...>::arguments(*record_);
  }
  /// As above, for calls answered by `on<Member, First, Arguments...>`.
  template <auto Member, class First, class... Arguments>
  auto arguments() const {
    settle();
    if constexpr (std::is_void_v<First> && sizeof...(Arguments) == 0)
      return detail::faked_member<T, Member>::template arguments_of<>(*record_);
    else
      return detail::faked_member<T, Member>::template arguments_of<First, Arguments...>(*record_);
  }

 private:
  bool on_own_thread() const noexcept { return detail::current_actor == detail::ref_access::handle(ref_).get(); }
  void settle() const {
    if (!on_own_thread()) ref_.call([](detail::fake_actor<T>&) {}).wait();
  }

  std::shared_ptr<detail::fake_record> record_ = std::make_shared<detail::fake_record>(detail::class_name<T>);
  actor_ref<detail::fake_actor<T>> ref_;
};

}  // namespace vicar

#endif
