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

/// A stand-in for an actor of class `T`, for tests of those who use one: an actor with a thread and a mailbox of its
/// own, but without a `T`. Its proxies are ordinary `actor_proxy<T>`s; what is sent through them is answered by
/// functions of the test, counted, and its arguments are kept.
///
/// `T` need not be constructible. A member that no function answers fails with `unanswered_error`: in the future of a
/// call, and, like every exception of a deferred call, by ending the actor and a line in the log. The registry finds a
/// fake as an actor of the class that it stands for. Stopped, and waited for, when it is destroyed.
template <class T>
class fake {
  static_assert(std::is_class_v<T> && !std::is_const_v<T>, "vicar: fake<T> stands for an actor; T is its class");

 public:
  /// Starts the actor that answers.
  fake() : ref_{start<detail::fake_actor<T>>(book_)} {}
  ~fake() {
    try {
      const future<bool> stopped = ref_.stop();
      if (!on_own_thread()) stopped.wait();
    } catch (...) {  // no memory for the request: the end of the program stops it
    }
  }
  fake(const fake&) = delete;
  fake& operator=(const fake&) = delete;

  /// What the code under test gets. Throws `actor_dead_error` if the fake was stopped.
  actor_proxy<T> proxy() const { return actor_proxy<T>{ref()}; }
  /// As `proxy`.
  operator actor_proxy<T>() const { return proxy(); }  // NOLINT(google-explicit-constructor): it stands for one
  /// The same as a reference, also when the fake was stopped.
  actor_ref<T> ref() const noexcept {
    return detail::ref_access::make<T>(detail::ref_access::handle(ref_), static_cast<T*>(nullptr));
  }

  /// Answers a member with `function`, in the place of an earlier one; it runs on the fake's thread.
  ///
  /// `on<&T::method>(function)`: `function(arguments...)` gives the result, or throws. The arguments have the types of
  /// the method's parameters, without reference and const; a parameter that is a reference to a non-const is a
  /// `std::reference_wrapper`.
  /// `on<&T::field>(function)`: `function()` is what a read gives, `function(value)` is called for a write; one that
  /// takes both answers both. A property is answered by its getter and its setter: `on<&T::getter>`, `on<&T::setter>`.
  /// `on<&T::nested, &U::member>(function)`: a member of the object that a traversable member leads to.
  template <auto... Path, class Function>
    requires(sizeof...(Path) > 0)
  fake& on(Function function) {
    using member = detail::faked_member<T, Path...>;
    member::answer(*book_, std::move(function));
    return *this;
  }
  /// The same for calls whose arguments have other types than the parameters: those that leave out default arguments,
  /// choose an overload by conversion, or name a template. Also for fields that can be called. A call without arguments
  /// is `on<&T::method, void>(function)`.
  template <auto Member, class First, class... Arguments, class Function>
  fake& on(Function function) {
    using member = detail::faked_member<T, Member>;
    if constexpr (std::is_void_v<First> && sizeof...(Arguments) == 0)
      member::template answer_call<>(*book_, std::move(function));
    else
      member::template answer_call<First, Arguments...>(*book_, std::move(function));
    return *this;
  }

  /// A compile error that says where the member goes.
  template <class Pointer, class Function>
  fake& on(Pointer, Function) {
    static_assert(detail::always_false<Pointer>,
                  "vicar: the member goes between the angle brackets; write fake.on<&type::member>(function)");
    return *this;
  }

  /// How many messages to a member were answered: calls, or reads and writes of a field. First waits until the fake has
  /// handled everything that was sent before.
  template <auto... Path>
  std::size_t calls() const {
    settle();
    return detail::faked_member<T, Path...>::count(*book_);
  }

  /// The arguments of the answered calls of a method, or the values written to a field, in the order of handling: a
  /// vector of tuples. Waits as `calls` does. Only for arguments that can be copied.
  template <auto... Path>
  auto arguments() const {
    settle();
    return detail::faked_member<T, Path...>::arguments(*book_);
  }
  /// The same for what `on<Member, First, Arguments...>` answered.
  template <auto Member, class First, class... Arguments>
  auto arguments() const {
    settle();
    if constexpr (std::is_void_v<First> && sizeof...(Arguments) == 0)
      return detail::faked_member<T, Member>::template arguments_of<>(*book_);
    else
      return detail::faked_member<T, Member>::template arguments_of<First, Arguments...>(*book_);
  }

 private:
  bool on_own_thread() const noexcept { return detail::current_actor == detail::ref_access::handle(ref_).get(); }
  void settle() const {
    if (!on_own_thread()) ref_.call([](detail::fake_actor<T>&) {}).wait();
  }

  std::shared_ptr<detail::fake_book> book_ = std::make_shared<detail::fake_book>(detail::class_name<T>);
  actor_ref<detail::fake_actor<T>> ref_;
};

}  // namespace vicar

#endif
