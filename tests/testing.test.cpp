// SPDX-License-Identifier: BSL-1.0
#include <vicar/testing.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <vicar/overload.hpp>
#include <vicar/registry.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/player.hpp"

namespace {

using support::error_text;
using support::player;
using std::string_literals::operator""s;

TEST_CASE("a fake answers calls by name, by pointer and by constant") {
  vicar::fake<player> fake;
  fake.on<&player::add>([](int a, int b) { return a * b; });
  const vicar::actor_proxy<player> proxy = fake.proxy();
  CHECK(proxy->add(3, 4).get() == 12);
  CHECK(proxy.call(&player::add, 5, 6).get() == 30);
  CHECK(proxy.call<&player::add>(7, 8).get() == 56);
  CHECK(proxy.method<&player::add>()(1, 2).get() == 2);
  CHECK(proxy.ref().call(&player::add, 2, 2).get() == 4);
  CHECK(fake.calls<&player::add>() == 5);
}

TEST_CASE("arguments reach a fake in the types of the parameters") {
  vicar::fake<player> fake;
  fake.on<&player::rename>([](std::string_view) {}).on<&player::add>([](int a, int) { return a; });
  const auto proxy = fake.proxy();
  proxy.call(&player::rename, "text").get();
  proxy.call<&player::rename>("more").get();
  CHECK(proxy->add(short{4}, true).get() == 4);
  CHECK(fake.arguments<&player::rename>() == std::vector{std::tuple{"text"s}, std::tuple{"more"s}});
  CHECK(fake.arguments<&player::add>() == std::vector{std::tuple{4, 1}});
}

TEST_CASE("a fake keeps the arguments of deferred calls, and waits for them when queried") {
  vicar::fake<player> fake;
  vicar::promise<void> open;
  fake.on<&player::rename>([gate = open.get_future()](const std::string&) { gate.get(); });
  const auto proxy = fake.proxy();
  proxy->rename.defer("one");
  proxy.defer(&player::rename, "two");
  open.set_value();
  CHECK(fake.calls<&player::rename>() == 2);
  CHECK(fake.arguments<&player::rename>() == std::vector{std::tuple{"one"s}, std::tuple{"two"s}});
}

TEST_CASE("the result of a deferred call is dropped") {
  vicar::fake<player> fake;
  fake.on<&player::add>([](int a, int b) { return a + b; });
  fake.proxy()->add.defer(1, 2);
  CHECK(fake.calls<&player::add>() == 1);
  CHECK(fake.ref().is_alive());
}

TEST_CASE("a function without parameters answers calls with any arguments") {
  vicar::fake<player> fake;
  fake.on<&player::add>([] { return 42; });
  CHECK(fake.proxy()->add(1, 2).get() == 42);
  CHECK(fake.arguments<&player::add>() == std::vector{std::tuple{1, 2}});
}

TEST_CASE("a later function replaces an earlier one, and the count continues") {
  vicar::fake<player> fake;
  const auto proxy = fake.proxy();
  fake.on<&player::add>([] { return 1; });
  CHECK(proxy->add(0, 0).get() == 1);
  fake.on<&player::add>([] { return 2; });
  CHECK(proxy->add(0, 0).get() == 2);
  CHECK(fake.calls<&player::add>() == 2);
}

TEST_CASE("the exception of a fake's function reaches the caller") {
  vicar::fake<player> fake;
  fake.on<&player::add>([](int, int) -> int { throw std::domain_error{"no sums today"}; });
  const auto proxy = fake.proxy();
  CHECK(error_text<std::domain_error>([&] { return proxy->add(1, 2).get(); }) == "no sums today");
  CHECK(fake.ref().is_alive());
  CHECK(fake.calls<&player::add>() == 1);
}

TEST_CASE("a fake whose deferred call throws ends like an actor") {
  const support::log_capture log{vicar::log_level::error};
  vicar::fake<player> fake;
  fake.on<&player::rename>([](const std::string&) { throw std::runtime_error{"torn label"}; });
  fake.proxy()->rename.defer("x");
  CHECK(fake.calls<&player::rename>() == 1);
  fake.ref().stop().wait();
  CHECK_FALSE(fake.ref().is_alive());
  CHECK(log.count(vicar::log_level::error, "rename threw") == 1);
}

std::string player_name() { return std::string{vicar::detail::class_name<player>}; }

TEST_CASE("a fake is an actor with the name of its class") {
  std::optional<vicar::actor_ref<player>> ref;
  {
    vicar::fake<player> fake;
    ref = fake.ref();
    CHECK(ref->class_name() == player_name());
    CHECK(vicar::registry::get_by_class_name(player_name()).size() == 1);
    const vicar::actor_proxy<player> given = fake;
    CHECK(given == fake.proxy());
    CHECK(ref->is_alive());
  }
  CHECK_FALSE(ref->is_alive());
  CHECK(vicar::registry::get_all().empty());
}

struct versioned {
  int version() const { return 1; }
};
struct tuner : versioned {};
struct recorder : versioned {};

TEST_CASE("the registry finds a fake as an actor of its class and of the bases") {
  vicar::fake<tuner> fake;
  fake.on<&versioned::version>([] { return 4; });
  REQUIRE(vicar::registry::get_by_class<tuner>().size() == 1);
  REQUIRE(vicar::registry::get_by_class<versioned>().size() == 1);
  CHECK(vicar::registry::get_by_class<versioned>().front() == fake.ref());
  CHECK(vicar::registry::get_by_class<versioned>().front().call<&versioned::version>().get() == 4);
  CHECK(vicar::registry::get_by_class<recorder>().empty());
  CHECK(vicar::any_actor_ref{fake.ref()}.as<tuner>() == fake.ref());
}

struct switchboard {
  int dial(int number) noexcept { return number; }
  int dial_twice(int number) { return number; }
  using receives = vicar::messages<int>;
  void on_receive(int) {}
};
}  // namespace

VICAR_PROXY(switchboard, dial)

namespace {

TEST_CASE("a fake answers a registered member through a converted pointer") {
  vicar::fake<switchboard> fake;
  fake.on<&switchboard::dial>([](int number) { return number + 1; });
  int (switchboard::*converted)(int) = &switchboard::dial;
  CHECK(fake.proxy().call(converted, 1).get() == 2);
  CHECK(fake.calls<&switchboard::dial>() == 1);
}

TEST_CASE("an unanswered call by pointer names the member as registered, otherwise by its type") {
  vicar::fake<switchboard> fake;
  CHECK(error_text<vicar::unanswered_error>([&] { fake.proxy().call(&switchboard::dial, 1).get(); }) ==
        support::containing("has no answer for dial(int); give it one"));
  const std::string text =
      error_text<vicar::unanswered_error>([&] { fake.proxy().call(&switchboard::dial_twice, 1).get(); });
  CHECK(text == support::containing("switchboard::(int) -> int; give it one"));
}

TEST_CASE("every kind of broadcast reaches fakes, and the registry finds them by class name") {
  vicar::fake<switchboard> fake;
  fake.on<vicar::overload<int>(&switchboard::on_receive)>([] {});
  vicar::registry::broadcast<switchboard>(1);
  vicar::registry::broadcast_by_class_name("switchboard", 2);
  vicar::registry::broadcast(3);
  CHECK(fake.arguments<&switchboard::on_receive>() == std::vector{std::tuple{1}, std::tuple{2}, std::tuple{3}});
  REQUIRE(vicar::registry::get_by_class_name("switchboard").size() == 1);
  CHECK(vicar::registry::get_by_class_name("switchboard").front() == fake.ref());
}

TEST_CASE("a broadcast reaches fakes") {
  vicar::fake<player> fake;
  std::string named;
  fake.on<&player::rename>([&](const std::string& name) { named = name; });
  vicar::registry::broadcast<&player::rename>("Ada");
  CHECK(fake.calls<&player::rename>() == 1);
  CHECK(named == "Ada");
}

struct printer {
  bool eject(int tray = 1) { return tray > 0; }
  std::string print(const std::string& text, int copies = 1) { return text + std::to_string(copies); }
  static inline int limit = 4;
};
struct hidden_part {
  int value = 5;
};
struct hidden_base {
  int answer(int x) { return x; }
  hidden_part part;
};
struct opened : private hidden_base {
  using hidden_base::answer;
  using hidden_base::part;
};
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wfinal-dtor-non-final-class"  // the point of this class
#endif
/// Cannot be a base class, although it is not marked final.
struct sealed {
  virtual ~sealed() final = default;
  int value() { return 1; }
  int value(int x) { return x; }
  template <class Number>
  Number twice(Number x) {
    return x + x;
  }
};
#if defined(__clang__)
#pragma clang diagnostic pop
#endif
}  // namespace

VICAR_PROXY(printer, eject, print, limit)
VICAR_PROXY(hidden_part, value)
VICAR_PROXY(opened, answer, part)
template <>
inline constexpr bool vicar::enable_traversable<hidden_part> = true;
VICAR_PROXY(sealed, value, twice)

namespace {

TEST_CASE("a call of a method with default arguments has an answer of its own if it passes none") {
  vicar::fake<printer> fake;
  fake.on<&printer::eject>([](int tray) { return tray > 5; });
  CHECK(error_text<vicar::unanswered_error>([&] {
          fake.proxy()->eject().get();
        }).find("fake.on<&type::member, void>(function)") != std::string::npos);
  fake.on<&printer::eject, void>([] { return true; });
  CHECK(fake.proxy()->eject().get());
  CHECK_FALSE(fake.proxy()->eject(2).get());
  CHECK(fake.arguments<&printer::eject, void>().size() == 1);
  CHECK(fake.arguments<&printer::eject>().size() == 1);
}

TEST_CASE("a fake gets arguments in the types of the parameters, with and without the default ones") {
  vicar::fake<printer> fake;
  fake.on<&printer::print, std::string>([](const std::string& text) { return text; });
  char buffer[8] = "text";
  CHECK(fake.proxy()->print(buffer).get() == "text");
}

TEST_CASE("a fake answers for a static data member") {
  vicar::fake<printer> fake;
  fake.on<&printer::limit>([] { return 44; });
  CHECK(fake.proxy()->limit.get() == 44);
  CHECK(fake.calls<&printer::limit>() == 1);
}

TEST_CASE("a fake answers for a public member of a private base") {
  vicar::fake<opened> fake;
  fake.on<&opened::answer>([](int x) { return x + 3; });
  CHECK(fake.proxy()->answer(1).get() == 4);
  const auto real = vicar::start<opened>();
  CHECK(real.proxy()->answer(1).get() == 1);
  fake.on<&opened::part, &hidden_part::value>([] { return 8; });
  CHECK(fake.proxy()->part->value.get() == 8);
  CHECK(real.proxy()->part->value.get() == 5);
  real.stop().get();
}

TEST_CASE("a class with a final destructor can be started and faked") {
  vicar::fake<sealed> fake;
  fake.on<vicar::overload<int>(&sealed::value)>([](int x) { return x + 1; });
  fake.on<&sealed::twice<int>>([](int x) { return 3 * x; });
  CHECK(fake.proxy()->value(1).get() == 2);
  CHECK(fake.proxy()->twice(1).get() == 3);
  const auto real = vicar::start<sealed>();
  CHECK(real.proxy()->value().get() == 1);
  CHECK(real.proxy()->twice(2).get() == 4);
  real.stop().get();
}

TEST_CASE("a fake that the code under test has stopped still returns its counts and arguments") {
  vicar::fake<player> fake;
  fake.on<&player::add>([] { return 1; });
  const auto proxy = fake.proxy();
  proxy->add.defer(1, 2);
  CHECK(proxy.stop().get());
  CHECK(fake.calls<&player::add>() == 1);
  CHECK_THROWS_AS(proxy->add(3, 4).get(), vicar::actor_dead_error);
  CHECK_THROWS_AS(fake.proxy(), vicar::actor_dead_error);
}

TEST_CASE("the functions run on the fake's thread, and may query the fake") {
  vicar::fake<player> fake;
  fake.on<&player::add>([&](int, int) { return static_cast<int>(fake.calls<&player::add>()); });
  const auto proxy = fake.proxy();
  CHECK(proxy->add(0, 0).get() == 1);
  CHECK(proxy->add(0, 0).get() == 2);
}

TEST_CASE("real actors use a fake like the actor") {
  struct owner {
    vicar::actor_proxy<player> target;
    int sum() { return target->add(1, 2).get() + target->calls.get(); }
  };
  vicar::fake<player> fake;
  fake.on<&player::add>([](int a, int b) { return a + b; }).on<&player::calls>([] { return 10; });
  const auto real = vicar::start<owner>(fake.proxy());
  CHECK(real.call(&owner::sum).get() == 13);
  real.stop().wait();
}

}  // namespace
