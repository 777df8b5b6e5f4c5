// SPDX-License-Identifier: BSL-1.0
#include <vicar/testing.hpp>

#include <any>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <vicar/overload.hpp>
#include <vicar/registry.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"

namespace {

using support::error_text;
using std::string_literals::operator""s;

struct speaker {
  int volume() const { return volume_; }
  void set_volume(int volume) { volume_ = volume; }
  bool muted = false;

 private:
  int volume_ = 5;
};

struct deck {
  static constexpr bool vicar_traversable = true;
  int play(const std::string& title) { return static_cast<int>(title.size()); }
  double position = 0;
  std::unique_ptr<speaker> output;
};

struct note {
  int number;
};
struct other_note {};

struct closed_note {};

class player_base {
 public:
  int version() const { return 1; }
  void erase() {}
};
/// Has a member of its own in the place of one of its base.
struct recorder : player_base {
  int erase() { return 1; }
};

/// It cannot be made, so nothing here runs but what a fake answers.
class player : public player_base {
 public:
  using receives = vicar::messages<note, closed_note>;

  player() = delete;

  int add(int a, int b) { return a + b; }
  void rename(std::string name) { name_ = std::move(name); }
  const std::string& name() const noexcept { return name_; }
  std::string find(int) { return {}; }
  std::string find(const std::string&) { return {}; }
  int scale(int value, int factor = 10) { return value * factor; }
  template <class Number>
  Number twice(Number number) {
    return number * 2;
  }
  std::unique_ptr<int> take(std::unique_ptr<int> number) { return number; }
  std::vector<std::unique_ptr<int>> sort(std::vector<std::unique_ptr<int>> given) { return given; }
  void fill(std::vector<int>& into) { into.push_back(1); }
  static int count() { return 0; }
  int measure(const player_base& base) { return base.version(); }

  int on_receive(note message) { return message.number; }
  void on_receive(closed_note) {}

  int calls = 0;
  const int fixed = 3;
  int numbers[3] = {};
  std::function<int(int)> handler;
  vicar::traversable<deck> playback;

 private:
  std::string name_;
};

}  // namespace

template <>
inline constexpr bool vicar::enable_traversable<speaker> = true;

VICAR_PROXY(speaker, VICAR_PROPERTY(volume, volume, set_volume), muted)
VICAR_PROXY(recorder, erase)
VICAR_PROXY(deck, play, position, output)
VICAR_PROXY(player, add, rename, VICAR_PROPERTY(title, name, rename), find, scale, twice, take, sort, fill, count,
            measure, calls, fixed, numbers, handler, playback, version)

namespace {

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

TEST_CASE("a fake keeps the arguments of deferred calls, and waits for them when it is asked") {
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

TEST_CASE("a function without parameters answers whatever the arguments are") {
  vicar::fake<player> fake;
  fake.on<&player::add>([] { return 42; });
  CHECK(fake.proxy()->add(1, 2).get() == 42);
  CHECK(fake.arguments<&player::add>() == std::vector{std::tuple{1, 2}});
}

TEST_CASE("a later function takes the place of an earlier one, and the count goes on") {
  vicar::fake<player> fake;
  const auto proxy = fake.proxy();
  fake.on<&player::add>([] { return 1; });
  CHECK(proxy->add(0, 0).get() == 1);
  fake.on<&player::add>([] { return 2; });
  CHECK(proxy->add(0, 0).get() == 2);
  CHECK(fake.calls<&player::add>() == 2);
}

TEST_CASE("the exception of a fake's function is the caller's") {
  vicar::fake<player> fake;
  fake.on<&player::add>([](int, int) -> int { throw std::domain_error{"no sums today"}; });
  const auto proxy = fake.proxy();
  CHECK(error_text<std::domain_error>([&] { return proxy->add(1, 2).get(); }) == "no sums today");
  CHECK(fake.ref().is_alive());
  CHECK(fake.calls<&player::add>() == 1);
}

TEST_CASE("a fake whose deferred call throws ends as an actor does") {
  const support::log_capture log{vicar::log_level::error};
  vicar::fake<player> fake;
  fake.on<&player::rename>([](const std::string&) { throw std::runtime_error{"torn label"}; });
  fake.proxy()->rename.defer("x");
  CHECK(fake.calls<&player::rename>() == 1);
  fake.ref().stop().wait();
  CHECK_FALSE(fake.ref().is_alive());
  CHECK(log.count(vicar::log_level::error, "rename threw") == 1);
}

TEST_CASE("fields are read and written") {
  vicar::fake<player> fake;
  const auto proxy = fake.proxy();

  SECTION("by two functions") {
    int kept = 7;
    fake.on<&player::calls>([&] { return kept; }).on<&player::calls>([&](int value) { kept = value; });
    CHECK(proxy->calls.get() == 7);
    proxy->calls = 9;
    CHECK(proxy.get(&player::calls).get() == 9);
    proxy.set<&player::calls>(10).get();
    CHECK(proxy.get<&player::calls>().get() == 10);
    proxy.set(&player::calls, short{11}).get();
    CHECK(kept == 11);
    CHECK(fake.calls<&player::calls>() == 6);
    CHECK(fake.arguments<&player::calls>() == std::vector{std::tuple{9}, std::tuple{10}, std::tuple{11}});
  }
  SECTION("by one that does both") {
    struct cell {
      int value = 1;
      int operator()() const { return value; }
      void operator()(int next) { value = next; }
    };
    fake.on<&player::calls>(cell{});
    proxy->calls = 2;
    CHECK(proxy->calls.get() == 2);
  }
  SECTION("constant ones, and arrays") {
    fake.on<&player::fixed>([] { return 8; });
    fake.on<&player::numbers>([] { return std::array{1, 2, 3}; });
    CHECK(proxy->fixed.get() == 8);
    CHECK(proxy->numbers.get() == std::array{1, 2, 3});
  }
  SECTION("a field that can be called") {
    fake.on<&player::handler, int>([](int number) { return -number; });
    CHECK(proxy->handler(5).get() == -5);
    proxy->handler.defer(6);
    CHECK(fake.arguments<&player::handler, int>() == std::vector{std::tuple{5}, std::tuple{6}});
  }
}

TEST_CASE("a property is answered by its getter and its setter") {
  vicar::fake<player> fake;
  const auto proxy = fake.proxy();
  std::string kept = "none";
  fake.on<&player::name>([&] { return kept; });
  fake.on<&player::rename>([&](std::string name) { kept = std::move(name); });
  CHECK(proxy->title.get() == "none");
  proxy->title = "some"s;
  CHECK(proxy->title.get() == "some");
  proxy.call<&player::rename>("other").get();
  CHECK(proxy.call(&player::name).get() == "other");
  CHECK(fake.calls<&player::name>() == 3);
  CHECK(fake.arguments<&player::rename>() == std::vector{std::tuple{"some"s}, std::tuple{"other"s}});
}

TEST_CASE("members of nested objects are answered by their path") {
  vicar::fake<player> fake;
  const auto proxy = fake.proxy();
  fake.on<&player::playback, &deck::play>([](const std::string& title) { return title == "song" ? 1 : 0; });
  fake.on<&player::playback, &deck::position>([] { return 0.5; });
  int volume = 3;
  fake.on<&player::playback, &deck::output, &speaker::volume>([&] { return volume; });
  fake.on<&player::playback, &deck::output, &speaker::set_volume>([&](int value) { volume = value; });

  CHECK(proxy->playback->play("song").get() == 1);
  CHECK(proxy.at(&player::playback).call(&deck::play, "song").get() == 1);
  proxy->playback->play.defer("noise");
  CHECK(proxy->playback->position.get() == 0.5);
  CHECK(proxy->playback->output->volume.get() == 3);
  proxy->playback->output->volume = 4;
  CHECK(proxy.at<&player::playback>().at<&deck::output>()->volume.get() == 4);
  CHECK(fake.calls<&player::playback, &deck::play>() == 3);
  CHECK(fake.arguments<&player::playback, &deck::output, &speaker::set_volume>() == std::vector{std::tuple{4}});
  CHECK(error_text<vicar::unanswered_error>([&] {
          proxy->playback->output->muted = true;
        }).find(" has no answer for a write of playback.output.muted; ") != std::string::npos);
}

TEST_CASE("overloads, default arguments and templates are told apart by types") {
  vicar::fake<player> fake;
  const auto proxy = fake.proxy();
  fake.on<vicar::overload<int>(&player::find)>([](int number) { return "number " + std::to_string(number); });
  fake.on<vicar::overload<const std::string&>(&player::find)>([](const std::string& text) { return "text " + text; });
  CHECK(proxy->find(4).get() == "number 4");
  CHECK(proxy->find("four"s).get() == "text four");
  CHECK(proxy.call(vicar::overload<const std::string&>(&player::find), "4").get() == "text 4");

  fake.on<&player::scale, int>([](int value) { return value * 100; });
  CHECK(proxy->scale(2).get() == 200);
  CHECK_THROWS_AS(proxy->scale(2, 3).get(), vicar::unanswered_error);

  fake.on<&player::twice<double>>([](double number) { return number * 3; });
  CHECK(proxy->twice(1.5).get() == 4.5);
}

TEST_CASE("what is answered with nothing gives no value") {
  vicar::fake<recorder> fake;
  fake.on<&player_base::erase>([] {});
  CHECK(error_text<vicar::unanswered_error>([&] { fake.proxy()->erase().get(); }).find("is answered with void") !=
        std::string::npos);
}

TEST_CASE("what can only be moved is handed over and not kept") {
  vicar::fake<player> fake;
  fake.on<&player::take>([](std::unique_ptr<int> number) {
    ++*number;
    return number;
  });
  CHECK(*fake.proxy()->take(std::make_unique<int>(4)).get() == 5);
  CHECK(fake.calls<&player::take>() == 1);

  fake.on<&player::sort>([](std::vector<std::unique_ptr<int>> numbers) {
    numbers.push_back(std::make_unique<int>(6));
    return numbers;
  });
  CHECK(*fake.proxy()->sort(std::vector<std::unique_ptr<int>>{}).get().at(0) == 6);
  CHECK(fake.calls<&player::sort>() == 1);
}

TEST_CASE("a shared argument reaches the function as a reference") {
  vicar::fake<player> fake;
  fake.on<&player::fill>([](std::vector<int>& numbers) { numbers.push_back(8); });
  std::vector<int> numbers;
  fake.proxy()->fill(std::ref(numbers)).get();
  CHECK(numbers == std::vector{8});
}

TEST_CASE("static and inherited members are answered, also through a proxy of the base") {
  vicar::fake<player> fake;
  fake.on<&player::count>([] { return 6; }).on<&player::version>([] { return 9; });
  const auto proxy = fake.proxy();
  CHECK(proxy->count().get() == 6);
  CHECK(proxy.call<&player::count>().get() == 6);
  CHECK(proxy->version().get() == 9);
  const vicar::actor_proxy<player_base> base = proxy;
  CHECK(base.call(&player_base::version).get() == 9);
}

TEST_CASE("messages are answered, typed and untyped") {
  const support::log_capture log;
  vicar::fake<player> fake;
  std::atomic<int> closed{0};
  fake.on<vicar::overload<note>(&player::on_receive)>([](note message) { return message.number * 2; });
  fake.on<vicar::overload<closed_note>(&player::on_receive)>([&](closed_note) { ++closed; });
  const auto ref = fake.ref();
  CHECK(ref.ask(note{4}).get() == 8);
  const vicar::any_actor_ref any = ref;
  CHECK(std::any_cast<int>(any.ask(note{5}).get()) == 10);
  any.tell(closed_note{});
  CHECK(fake.calls<vicar::overload<closed_note>(&player::on_receive)>() == 1);
  CHECK(closed == 1);
  CHECK_THROWS_AS(any.ask(other_note{}).get(), vicar::unhandled_message_error);
}

std::string player_name() { return std::string{vicar::detail::class_name<player>}; }

TEST_CASE("an unanswered member fails with an error that names it") {
  const support::log_capture log{vicar::log_level::error};
  vicar::fake<player> fake;
  const auto proxy = fake.proxy();
  const std::string of = "vicar: the fake of " + player_name();
  const std::string how = "; give it one: fake.on<&type::member>(function)";
  CHECK(error_text<vicar::unanswered_error>([&] { return proxy->add(1, 2).get(); }) ==
        of + " has no answer for add(int, int)" + how);
  CHECK(error_text<vicar::unanswered_error>([&] { return proxy->calls.get(); }) ==
        of + " has no answer for a read of calls" + how);
  CHECK(error_text<vicar::unanswered_error>([&] { proxy->title = "x"s; }) ==
        of + " has no answer for a write of title" + how);
  CHECK(error_text<vicar::unanswered_error>([&] {
          return proxy.call([](player& one) { return one.calls; }).get();
        }).find(", which wants the object itself; let the code under test name a member") != std::string::npos);

  fake.on<&player::add>([] { return 0; });
  fake.on<vicar::overload<int>(&player::find)>([] { return std::string{}; });
  CHECK(error_text<vicar::unanswered_error>([&] { return proxy->find("4").get(); }) ==
        of + " answers find(int) and not find(" + std::string{vicar::detail::class_name<const char*>} +
            "); name the types: fake.on<&type::member, types...>(function)");
  CHECK(fake.calls<&player::calls>() == 0);
  CHECK(log.lines().empty());

  proxy->rename.defer("x");
  fake.ref().stop().wait();
  CHECK_FALSE(fake.ref().is_alive());
  REQUIRE(log.count(vicar::log_level::error, "rename threw") == 1);
  CHECK(log.lines().front().exception.find("has no answer for rename(") != std::string::npos);
}

TEST_CASE("a fake is an actor with the name of what it imitates") {
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

TEST_CASE("a fake can be stopped by the code under test, and tells what it was asked") {
  vicar::fake<player> fake;
  fake.on<&player::add>([] { return 1; });
  const auto proxy = fake.proxy();
  proxy->add.defer(1, 2);
  CHECK(proxy.stop().get());
  CHECK(fake.calls<&player::add>() == 1);
  CHECK_THROWS_AS(proxy->add(3, 4).get(), vicar::actor_dead_error);
  CHECK_THROWS_AS(fake.proxy(), vicar::actor_dead_error);
}

TEST_CASE("the functions run on the fake's thread, and may ask the fake") {
  vicar::fake<player> fake;
  fake.on<&player::add>([&](int, int) { return static_cast<int>(fake.calls<&player::add>()); });
  const auto proxy = fake.proxy();
  CHECK(proxy->add(0, 0).get() == 1);
  CHECK(proxy->add(0, 0).get() == 2);
}

TEST_CASE("real actors use a fake as they use the actor") {
  struct owner {
    vicar::actor_proxy<player> one;
    int sum() { return one->add(1, 2).get() + one->calls.get(); }
  };
  vicar::fake<player> fake;
  fake.on<&player::add>([](int a, int b) { return a + b; }).on<&player::calls>([] { return 10; });
  const auto real = vicar::start<owner>(fake.proxy());
  CHECK(real.call(&owner::sum).get() == 13);
  real.stop().wait();
}

}  // namespace
