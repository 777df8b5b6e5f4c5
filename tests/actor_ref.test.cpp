// SPDX-License-Identifier: BSL-1.0
#include <vicar/actor_ref.hpp>

#include <any>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

#include <vicar/actor.hpp>

#include "support/catch.hpp"
#include "support/log_capture.hpp"

using support::contains;
using support::log_capture;
using support::text_of;
using vicar::any_actor_ref;
using vicar::start;

struct receiver {
  std::vector<std::string> got;

  int on_receive(int message) {
    got.push_back("int");
    return message + 1;
  }
  std::string on_receive(const std::string& message) {
    got.push_back("string");
    return message + "!";
  }
  void on_receive(std::unique_ptr<int> message) { got.push_back("pointer " + std::to_string(*message)); }
  void on_receive(const std::tuple<int, double>&) { got.push_back("tuple"); }
  void on_receive(const std::vector<int>&) { got.push_back("vector"); }
  void on_receive(const std::runtime_error& message) { throw message; }
  std::vector<std::string> all() const { return got; }
};

struct lists {
  using receives = vicar::messages<int, std::string, std::unique_ptr<int>>;
  std::vector<std::string> got;
  int on_receive(int message) {
    got.push_back("int");
    return message + 1;
  }
  void on_receive(const std::string&) { got.push_back("string"); }
  std::unique_ptr<int> on_receive(std::unique_ptr<int> message) { return message; }
  std::vector<std::string> all() const { return got; }
};

using parcels = std::vector<std::unique_ptr<int>>;

struct depot {
  using receives = vicar::messages<parcels>;
  parcels kept;
  std::size_t on_receive(parcels message) {
    kept = std::move(message);
    return kept.size();
  }
  parcels all() { return std::move(kept); }
  std::map<int, std::unique_ptr<int>> by_number() {
    std::map<int, std::unique_ptr<int>> sorted;
    for (auto& each : kept) sorted.emplace(*each, std::move(each));
    return sorted;
  }
};

struct echoes {
  using receives = vicar::messages<parcels>;
  parcels on_receive(parcels message) { return message; }
};

inline parcels three_parcels() {
  parcels made;
  for (int number = 1; number <= 3; ++number) made.push_back(std::make_unique<int>(number));
  return made;
}

struct takes_any {
  int on_receive(int) { return 1; }
  std::string on_receive(std::any message) { return message.type() == typeid(double) ? "double" : "other"; }
};

struct silent {
  int seven() const { return 7; }
};

struct root {
  int in_root = 1;
};
struct left : root {
  int in_left = 2;
};
struct right {
  int in_right = 3;
};
struct derived : left, right {
  int in_derived = 4;
};
struct virtual_root {
  int in_virtual = 5;
};
struct virtually_derived : virtual virtual_root {};

TEST_CASE("tell reaches the overload that a direct call would choose") {
  auto ref = start<receiver>();
  ref.tell(1);
  ref.tell('c');
  ref.tell(std::string{"s"});
  ref.tell("literal");
  ref.tell(std::make_unique<int>(5));
  ref.tell(std::tuple<int, double>{});
  ref.tell(std::vector<int>{});
  CHECK(ref.call<&receiver::all>().get() ==
        std::vector<std::string>{"int", "int", "string", "string", "pointer 5", "tuple", "vector"});
  ref.stop().get();
}

TEST_CASE("ask returns a future of the result or the exception of on_receive") {
  auto ref = start<receiver>();
  const int number = 4;
  static_assert(std::is_same_v<decltype(ref.ask(number)), vicar::future<int>>);
  static_assert(std::is_same_v<decltype(ref.ask(std::string{})), vicar::future<std::string>>);
  static_assert(std::is_same_v<decltype(ref.ask(std::make_unique<int>(1))), vicar::future<void>>);
  CHECK(ref.ask(number).get() == 5);
  CHECK(ref.ask(std::string{"hey"}).get() == "hey!");
  CHECK(text_of<std::runtime_error>([&] { ref.ask(std::runtime_error{"thrown back"}).get(); }) == "thrown back");
  CHECK(ref.is_alive());
  ref.stop().get();
}

TEST_CASE("an exception from handling a told message ends the actor, and the log names on_receive") {
  log_capture log;
  auto ref = start<receiver>();
  ref.tell(std::runtime_error{"unhandled"});
  ref.stop().wait();
  REQUIRE(log.lines().size() == 1);
  CHECK(contains(log.lines()[0].message, "on_receive threw:"));
  CHECK(log.lines()[0].exception == "unhandled");
}

TEST_CASE("tell to a dead actor throws, ask to one does not: its future does") {
  auto ref = start<receiver>();
  ref.stop().get();
  const std::string expected = "receiver (" + ref.urn() + ") is not running";
  CHECK(contains(text_of<vicar::actor_dead_error>([&] { ref.tell(1); }), expected));
  auto asked = ref.ask(1);
  CHECK(asked.ready());
  CHECK(contains(text_of<vicar::actor_dead_error>([&] { asked.get(); }), expected));
  const any_actor_ref any = ref;
  CHECK_THROWS_AS(any.tell(1), vicar::actor_dead_error);
  CHECK_THROWS_AS(any.ask(1).get(), vicar::actor_dead_error);
}

TEST_CASE("a container whose elements can only be moved is a message, an argument and a result") {
  log_capture log;
  auto ref = start<depot>();
  const any_actor_ref any = ref;
  any.tell(three_parcels());
  CHECK(ref.call<&depot::all>().get().size() == 3);
  CHECK(std::any_cast<std::size_t>(any.ask(three_parcels()).get()) == 3);
  CHECK(*ref.call(&depot::by_number).get().at(2) == 2);
  CHECK(ref.ask(three_parcels()).get() == 3);
  const auto kept = ref.call(
      [](depot& object, parcels more) {
        object.kept = std::move(more);
        return object.all();
      },
      three_parcels());
  CHECK(kept.get().size() == 3);

  const any_actor_ref echo = start<echoes>();
  CHECK(std::any_cast<std::shared_ptr<parcels>>(echo.ask(three_parcels()).get())->size() == 3);

  const any_actor_ref other = start<takes_any>();
  CHECK_THROWS_AS(other.ask(three_parcels()).get(), vicar::unhandled_message_error);
  for (const any_actor_ref& each : {any, echo, other}) each.stop().get();
}

TEST_CASE("an untyped message reaches the listed types by their exact type") {
  log_capture log;
  auto ref = start<lists>();
  const any_actor_ref any = ref;
  CHECK(std::any_cast<int>(any.ask(1).get()) == 2);
  CHECK(!any.ask(std::string{"s"}).get().has_value());
  CHECK(*std::any_cast<std::shared_ptr<std::unique_ptr<int>>>(any.ask(std::make_unique<int>(6)).get())->get() == 6);
  CHECK_THROWS_AS(any.ask(1L).get(), vicar::unhandled_message_error);
  any.tell(1);
  any.tell(2.5);
  CHECK(ref.call<&lists::all>().get() == std::vector<std::string>{"int", "string", "int"});
  CHECK(log.count(vicar::log_level::warning, "Unexpected message received by lists (" + ref.urn() + "): double") == 1);
  CHECK(log.count(vicar::log_level::warning, "Unexpected message received by lists (" + ref.urn() + "): long") == 1);
  ref.stop().get();
}

TEST_CASE("an untyped message that is not listed reaches on_receive(std::any)") {
  log_capture log;
  auto ref = start<takes_any>();
  const any_actor_ref any = ref;
  CHECK(std::any_cast<std::string>(any.ask(2.5).get()) == "double");
  CHECK(std::any_cast<std::string>(any.ask(1).get()) == "other");
  CHECK(std::any_cast<std::string>(any.ask(std::any{2.5}).get()) == "double");
  CHECK(ref.ask(1).get() == 1);
  CHECK(log.lines().empty());
  CHECK_THROWS_AS(any.ask(std::make_unique<int>(1)).get(), vicar::unhandled_message_error);
  ref.stop().get();
}

TEST_CASE("a reply that is a std::any is not wrapped in another one") {
  struct echo {
    std::any on_receive(std::any message) { return message; }
  };
  auto ref = start<echo>();
  CHECK(std::any_cast<int>(any_actor_ref{ref}.ask(5).get()) == 5);
  ref.stop().get();
}

TEST_CASE("an unhandled message is a warning; if it was asked, the error names actor and type") {
  log_capture log;
  auto ref = start<silent>();
  const any_actor_ref any = ref;
  any.tell(1);
  const std::string text = text_of<vicar::unhandled_message_error>([&] { any.ask(std::string{}).get(); });
  CHECK(contains(text, "silent (" + ref.urn() + ") takes no message of type std::"));
  CHECK(ref.call<&silent::seven>().get() == 7);
  CHECK(log.count(vicar::log_level::warning, "Unexpected message received by silent") == 2);
  ref.stop().get();
}

TEST_CASE("an untyped reference converts back to its class and its bases") {
  auto ref = start<derived>();
  const any_actor_ref any = ref;
  REQUIRE(any.as<derived>());
  CHECK(*any.as<derived>() == ref);
  CHECK(any.as<derived>()->get(&derived::in_derived).get() == 4);
  CHECK(any.as<root>()->get(&root::in_root).get() == 1);
  CHECK(any.as<left>()->get(&left::in_left).get() == 2);
  CHECK(any.as<right>()->get(&right::in_right).get() == 3);
  CHECK(!any.as<silent>());
  ref.stop().get();
  CHECK(any.as<derived>());
  CHECK(!any.as<right>());
  auto other = start<virtually_derived>();
  CHECK(any_actor_ref{other}.as<virtual_root>()->call([](virtual_root& object) { return object.in_virtual; }).get() ==
        5);
  other.stop().get();
}

TEST_CASE("a reference to a class converts to references to its bases, with the right address") {
  auto ref = start<derived>();
  const vicar::actor_ref<right> as_right = ref;
  const vicar::actor_ref<root> as_root = ref;
  CHECK(as_right.get(&right::in_right).get() == 3);
  CHECK(as_root.get(&root::in_root).get() == 1);
  CHECK(as_right == ref);
  CHECK(as_right == as_root);
  CHECK(any_actor_ref{as_right} == any_actor_ref{ref});
  CHECK(std::hash<vicar::actor_ref<right>>{}(as_right) == std::hash<vicar::actor_ref<derived>>{}(ref));
  static_assert(sizeof(ref) == 2 * sizeof(void*));
  ref.stop().get();
}

TEST_CASE("references are ordered and hashed by actor") {
  auto first = start<silent>();
  auto second = start<silent>();
  auto copy = first;
  CHECK(first == copy);
  CHECK(first != second);
  CHECK((first < second) != (second < first));
  CHECK((first <=> copy) == std::strong_ordering::equal);
  std::unordered_set<vicar::actor_ref<silent>> set{first, second, copy};
  CHECK(set.size() == 2);
  std::map<any_actor_ref, int> map{{first, 1}, {second, 2}, {copy, 3}};
  CHECK(map.size() == 2);
  first.stop().get();
  second.stop().get();
}

TEST_CASE("a URN is a version 4 UUID, stable for an actor and different for each one") {
  auto first = start<silent>();
  auto second = start<silent>();
  const std::string urn = first.urn();
  REQUIRE(urn.size() == 45);
  CHECK(urn.substr(0, 9) == "urn:uuid:");
  CHECK(urn[23] == '4');
  CHECK(contains("89ab", urn.substr(28, 1)));
  CHECK(first.urn() == urn);
  CHECK(second.urn() != urn);
  first.stop().get();
  second.stop().get();
}

TEST_CASE("a reference is printed with class and URN") {
  auto ref = start<silent>();
  const std::string title = "silent (" + ref.urn() + ")";
  CHECK(fmt::format("{}", ref) == "<actor_ref for " + title + ">");
  CHECK(fmt::format("{:s}", ref) == title);
  const any_actor_ref any = ref;
  CHECK(fmt::format("{}", any) == "<actor_ref for " + title + ">");
  std::ostringstream stream;
  stream << ref;
  CHECK(stream.str() == "<actor_ref for " + title + ">");
  CHECK(ref.class_name() == "silent");
  ref.stop().get();
}

namespace names {
template <class T>
struct holder {
  T value{};
};
}  // namespace names

TEST_CASE("a class is named with its namespace and template arguments") {
  auto ref = start<names::holder<int>>();
  CHECK(ref.class_name() == "names::holder<int>");
  CHECK(ref.name().substr(0, 12) == "holder<int>-");
  ref.stop().get();
}

TEST_CASE("a reference has call, defer, get and set, so that no proxy is needed") {
  auto ref = start<left>();
  ref.set(&left::in_left, 20).get();
  ref.set<&root::in_root>(10).get();
  CHECK(ref.get<&left::in_left>().get() == 20);
  CHECK(ref.get(&root::in_root).get() == 10);
  ref.defer([](left& object, int by) { object.in_left += by; }, 3);
  CHECK(ref.call([](const left& object) { return object.in_left; }).get() == 23);
  ref.stop().get();
}

TEST_CASE("a reference outlives its actor and stays usable") {
  auto ref = start<silent>({.name = "gone"});
  ref.stop().get();
  CHECK(!ref.is_alive());
  CHECK(ref.name() == "gone");
  CHECK(ref.class_name() == "silent");
  CHECK(ref.stats().mailbox_depth == 0);
  CHECK(ref.stats().running_member.empty());
}
