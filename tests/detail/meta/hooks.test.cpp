// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/meta/hooks.hpp>

#include <exception>
#include <memory>
#include <string>
#include <type_traits>

#include "support/catch.hpp"

using vicar::detail::check_hooks;
using vicar::detail::handles_failure;
using vicar::detail::has_actor_options;
using vicar::detail::has_hooks;
using vicar::detail::has_on_failure;
using vicar::detail::has_on_receive;
using vicar::detail::has_on_start;
using vicar::detail::has_on_stop;
using vicar::detail::has_receives;
using vicar::detail::lists_messages;
using vicar::detail::receiver_parameters;
using vicar::detail::receives_listed;
using vicar::detail::receives_one_message;
using vicar::detail::starts;
using vicar::detail::stops;
using vicar::detail::takes;
using vicar::detail::type_list;
using vicar::detail::unknown_parameters;

namespace {

struct note {};
struct without_hooks {
  void play() {}
};

struct hooked {
  void on_start() {}
  void on_stop() {}
  void on_failure(std::exception_ptr) {}
  int on_receive(const note&) { return 1; }
  using receives = vicar::messages<note>;
  static constexpr int actor_options = 3;
};
struct heir : hooked {};
struct final_class final : hooked {};
struct with_virtual_destructor : hooked {
  virtual ~with_virtual_destructor() = default;
};

class with_private_hooks {
  void on_start() {}
  void on_stop() {}
  void on_failure(std::exception_ptr) {}
  void on_receive(int) {}
  using receives = vicar::messages<int>;
  static constexpr int actor_options = 3;
};

struct overloaded {
  void on_start() {}
  void on_start(int) {}
  int on_receive(int) { return 1; }
  std::string on_receive(std::string text) { return text; }
  using receives = vicar::messages<int, std::string>;
};
struct generic {
  template <class... Arguments>
  void on_start(Arguments...) {}
  template <class Message>
  void on_receive(Message&&) {}
};
struct with_wrong_parameters {
  void on_start(int) {}
  void on_stop(int) {}
  void on_failure(int) {}
  void on_receive(int, int) {}
};
struct with_optional_parameters {
  void on_start(int = 0) {}
  void on_stop(int = 0) const noexcept {}
  void on_failure(const std::exception_ptr&, int = 0) {}
};
struct with_fields {
  int on_start = 0;
  int on_receive = 0;
};
struct with_static_receiver {
  static void on_receive(int) {}
};
struct takes_owner {
  void on_receive(std::unique_ptr<int>) {}
};
struct takes_mutable {
  void on_receive(note&) {}
};
struct lists_too_much {
  void on_receive(int) {}
  using receives = vicar::messages<int, note>;
};
struct lists_nothing {
  using receives = vicar::messages<>;
};
struct lists_another_type {
  void on_receive(int) {}
  using receives = int;
};

struct unhooked {
  static constexpr bool vicar_hooks = false;
  void on_start(int) {}
  void on_receive(note) {}
  using receives = int;
};
struct unhooked_from_outside {
  void on_start(int) {}
  void on_receive(note) {}
};
struct hooked_by_name {
  static constexpr bool vicar_hooks = true;
  void on_start() {}
};

template <class T>
using receiver_parameters_t = typename receiver_parameters<T>::type;

}  // namespace

template <>
inline constexpr bool vicar::enable_hooks<unhooked_from_outside> = false;

TEST_CASE("a hook is found by its name, also in a base") {
  const auto all_found = []<class T>(std::type_identity<T>) {
    return has_on_start<T>() && has_on_stop<T>() && has_on_failure<T>() && has_on_receive<T>() && has_receives<T>() &&
           has_actor_options<T>();
  };
  CHECK(all_found(std::type_identity<hooked>{}));
  CHECK(all_found(std::type_identity<heir>{}));
  CHECK(all_found(std::type_identity<final_class>{}));
  CHECK(all_found(std::type_identity<with_virtual_destructor>{}));
  CHECK_FALSE(has_on_start<without_hooks>());
  CHECK_FALSE(has_on_stop<without_hooks>());
  CHECK_FALSE(has_on_failure<without_hooks>());
  CHECK_FALSE(has_on_receive<without_hooks>());
  CHECK_FALSE(has_receives<without_hooks>());
  CHECK_FALSE(has_actor_options<without_hooks>());
}

TEST_CASE("a hook that cannot be named is found where the class can be derived from") {
  CHECK(has_on_start<with_private_hooks>());
  CHECK(has_on_stop<with_private_hooks>());
  CHECK(has_on_failure<with_private_hooks>());
  CHECK(has_on_receive<with_private_hooks>());
  CHECK(has_receives<with_private_hooks>());
  CHECK(has_actor_options<with_private_hooks>());
  CHECK(has_on_start<overloaded>());
  CHECK(has_on_receive<overloaded>());
  CHECK(has_on_start<generic>());
  CHECK(has_on_receive<generic>());
  struct private_and_final final : private with_private_hooks {};
  CHECK_FALSE(has_on_start<private_and_final>());
}

TEST_CASE("a hook is called only with the arguments that vicar passes") {
  STATIC_REQUIRE(starts<hooked>);
  STATIC_REQUIRE(stops<hooked>);
  STATIC_REQUIRE(handles_failure<hooked>);
  STATIC_REQUIRE(starts<overloaded>);
  STATIC_REQUIRE(starts<generic>);
  STATIC_REQUIRE(starts<with_optional_parameters>);
  STATIC_REQUIRE(stops<with_optional_parameters>);
  STATIC_REQUIRE(handles_failure<with_optional_parameters>);
  STATIC_REQUIRE_FALSE(starts<without_hooks>);
  STATIC_REQUIRE_FALSE(starts<with_private_hooks>);
  STATIC_REQUIRE_FALSE(stops<with_private_hooks>);
  STATIC_REQUIRE_FALSE(handles_failure<with_private_hooks>);
  STATIC_REQUIRE_FALSE(starts<with_wrong_parameters>);
  STATIC_REQUIRE_FALSE(stops<with_wrong_parameters>);
  STATIC_REQUIRE_FALSE(handles_failure<with_wrong_parameters>);
  STATIC_REQUIRE_FALSE(starts<with_fields>);
}

TEST_CASE("on_receive takes a message as an rvalue") {
  STATIC_REQUIRE(takes<hooked, note>);
  STATIC_REQUIRE_FALSE(takes<hooked, int>);
  STATIC_REQUIRE(takes<overloaded, std::string>);
  STATIC_REQUIRE(takes<overloaded, int>);
  STATIC_REQUIRE(takes<generic, note>);
  STATIC_REQUIRE(takes<takes_owner, std::unique_ptr<int>>);
  STATIC_REQUIRE(takes<with_static_receiver, int>);
  STATIC_REQUIRE_FALSE(takes<takes_mutable, note>);
  STATIC_REQUIRE_FALSE(takes<with_private_hooks, int>);
  STATIC_REQUIRE_FALSE(takes<without_hooks, note>);
}

TEST_CASE("an on_receive that can be named takes exactly one message") {
  CHECK(receives_one_message<hooked>());
  CHECK(receives_one_message<without_hooks>());
  CHECK(receives_one_message<overloaded>());
  CHECK(receives_one_message<generic>());
  CHECK(receives_one_message<with_static_receiver>());
  CHECK(receives_one_message<with_fields>());
  CHECK_FALSE(receives_one_message<with_wrong_parameters>());
}

TEST_CASE("the parameters of on_receive are known where it is a single function") {
  STATIC_REQUIRE(std::is_same_v<receiver_parameters_t<hooked>, type_list<const note&>>);
  STATIC_REQUIRE(std::is_same_v<receiver_parameters_t<takes_owner>, type_list<std::unique_ptr<int>>>);
  STATIC_REQUIRE(std::is_same_v<receiver_parameters_t<with_static_receiver>, type_list<int>>);
  STATIC_REQUIRE(std::is_same_v<receiver_parameters_t<overloaded>, unknown_parameters>);
  STATIC_REQUIRE(std::is_same_v<receiver_parameters_t<generic>, unknown_parameters>);
  STATIC_REQUIRE(std::is_same_v<receiver_parameters_t<without_hooks>, unknown_parameters>);
}

TEST_CASE("receives lists messages that on_receive takes") {
  STATIC_REQUIRE(lists_messages<hooked>);
  STATIC_REQUIRE_FALSE(lists_messages<generic>);
  STATIC_REQUIRE_FALSE(lists_messages<with_private_hooks>);
  CHECK(receives_listed<hooked>());
  CHECK(receives_listed<overloaded>());
  CHECK(receives_listed<lists_nothing>());
  CHECK(receives_listed<generic>());
  CHECK(receives_listed<without_hooks>());
  CHECK_FALSE(receives_listed<lists_too_much>());
  CHECK_FALSE(receives_listed<lists_another_type>());
  CHECK_FALSE(receives_listed<with_private_hooks>());
}

TEST_CASE("a class may say that members of these names are its own") {
  STATIC_REQUIRE(has_hooks<without_hooks>);
  STATIC_REQUIRE(has_hooks<hooked_by_name>);
  STATIC_REQUIRE(starts<hooked_by_name>);
  STATIC_REQUIRE_FALSE(has_hooks<unhooked>);
  STATIC_REQUIRE_FALSE(has_hooks<unhooked_from_outside>);
  STATIC_REQUIRE_FALSE(takes<unhooked, note>);
  STATIC_REQUIRE_FALSE(takes<unhooked_from_outside, note>);
  STATIC_REQUIRE_FALSE(lists_messages<unhooked>);
}

TEST_CASE("classes whose hooks can be called pass the check") {
  STATIC_REQUIRE(check_hooks<without_hooks>());
  STATIC_REQUIRE(check_hooks<hooked>());
  STATIC_REQUIRE(check_hooks<heir>());
  STATIC_REQUIRE(check_hooks<final_class>());
  STATIC_REQUIRE(check_hooks<with_virtual_destructor>());
  STATIC_REQUIRE(check_hooks<overloaded>());
  STATIC_REQUIRE(check_hooks<generic>());
  STATIC_REQUIRE(check_hooks<with_optional_parameters>());
  STATIC_REQUIRE(check_hooks<with_static_receiver>());
  STATIC_REQUIRE(check_hooks<unhooked>());
  STATIC_REQUIRE(check_hooks<unhooked_from_outside>());
}
