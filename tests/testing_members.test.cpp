// SPDX-License-Identifier: BSL-1.0
#include <vicar/testing.hpp>

#include <any>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <vicar/overload.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/player.hpp"

namespace {

using support::closed_note;
using support::error_text;
using support::note;
using support::player;
using support::player_base;
using std::string_literals::operator""s;

struct other_note {};

/// Hides a member of its base.
struct recorder : player_base {
  int erase() { return 1; }
};

}  // namespace

VICAR_PROXY(recorder, erase)

namespace {

TEST_CASE("overloads, default arguments and templates are distinguished by their types") {
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

TEST_CASE("an answer without a value") {
  vicar::fake<recorder> fake;
  fake.on<&player_base::erase>([] {});
  CHECK(error_text<vicar::unanswered_error>([&] { fake.proxy()->erase().get(); }).find("is answered with void") !=
        std::string::npos);
}

TEST_CASE("move-only arguments are passed on and not kept") {
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
          return proxy.call([](player& target) { return target.calls; }).get();
        }).find(", which needs the object itself; let the code under test name a member") != std::string::npos);

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

struct announcer {
  void announce(std::string_view text) { last = text; }
  std::string_view last;
};

TEST_CASE("a fake keeps the text of an argument that is a view") {
  vicar::fake<announcer> fake;
  fake.on<&announcer::announce>([] {}).on<&announcer::last>([](std::string_view) {});
  const auto proxy = fake.proxy();
  proxy.call<&announcer::announce>("a text that is long enough for the heap"s).get();
  proxy.call<&announcer::announce>("more").get();
  CHECK(fake.arguments<&announcer::announce>() ==
        std::vector{std::tuple{"a text that is long enough for the heap"s}, std::tuple{"more"s}});
  proxy.set<&announcer::last>(std::string_view{"last"}).get();
  CHECK(fake.arguments<&announcer::last>() == std::vector{std::tuple{"last"s}});
}

}  // namespace
