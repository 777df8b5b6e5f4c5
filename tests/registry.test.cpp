// SPDX-License-Identifier: BSL-1.0
#include <vicar/registry.hpp>

#include <any>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <vicar/actor.hpp>
#include <vicar/overload.hpp>

#include "support/catch.hpp"
#include "support/log_capture.hpp"
#include "support/waits.hpp"

namespace registry = vicar::registry;
using support::contains;
using support::log_capture;
using support::text_of;
using vicar::any_actor_ref;
using vicar::start;

namespace app {
struct animal {
  int legs = 4;
  using receives = vicar::messages<int, std::string>;
  void on_receive(int by) { legs += by; }
  void on_receive(const std::string&) { legs = 0; }
};
struct bird : animal {
  virtual ~bird() = default;
};
struct stone {
  std::binary_semaphore* door = nullptr;
  void wait() { door->acquire(); }
  void fail() { throw std::runtime_error{"cracked"}; }
};
}  // namespace app

namespace {
std::mutex order_mutex;
std::vector<int> stop_order;
struct numbered {
  int number;
  void on_stop() const {
    const std::lock_guard lock{order_mutex};
    stop_order.push_back(number);
  }
};
/// Stops all actors that a test leaves behind.
struct clean {
  clean() { registry::stop_all(); }
  ~clean() { registry::stop_all(); }
};
}  // namespace

TEST_CASE("actors are registered when they start and unregistered when they stop") {
  const clean up;
  log_capture log{vicar::log_level::debug};
  auto first = start<app::animal>();
  auto second = start<app::stone>();
  CHECK(registry::get_all() == std::vector<any_actor_ref>{first, second});
  first.stop().get();
  CHECK(registry::get_all() == std::vector<any_actor_ref>{second});
  second.defer<&app::stone::fail>();
  second.stop().wait();
  CHECK(registry::get_all().empty());
  for (const char* event :
       {"Registered app::animal (", "Started app::animal (", "Stopped app::animal (", "Unregistered app::animal ("}) {
    CHECK(log.count(vicar::log_level::debug, event) == 1);
  }
}

TEST_CASE("actors are found by class, base class, class name and URN") {
  const clean up;
  auto animal = start<app::animal>();
  auto bird = start<app::bird>();
  auto stone = start<app::stone>();
  CHECK(registry::get_by_class<app::bird>() == std::vector{bird});
  REQUIRE(registry::get_by_class<app::animal>().size() == 2);
  CHECK(registry::get_by_class<app::animal>()[0] == animal);
  CHECK(registry::get_by_class<app::animal>()[1] == bird);
  CHECK(registry::get_by_class<app::animal>()[1].get(&app::animal::legs).get() == 4);
  CHECK(registry::get_by_class<numbered>().empty());
  CHECK(registry::get_by_class_name("app::stone") == std::vector<any_actor_ref>{stone});
  CHECK(registry::get_by_class_name("stone") == std::vector<any_actor_ref>{stone});
  CHECK(registry::get_by_class_name("ston").empty());
  CHECK(registry::get_by_urn(bird.urn()) == any_actor_ref{bird});
  CHECK(!registry::get_by_urn("urn:uuid:unknown"));
}

TEST_CASE("an actor can be unregistered and registered again explicitly, any number of times") {
  const clean up;
  auto ref = start<app::animal>();
  registry::unregister(ref);
  registry::unregister(ref);
  CHECK(registry::get_all().empty());
  CHECK(registry::stop_all().empty());
  CHECK(ref.is_alive());
  registry::register_actor(ref);
  registry::register_actor(ref);
  CHECK(registry::get_all().size() == 1);
  ref.stop().get();
  registry::unregister(ref);
  registry::register_actor(ref);
  CHECK(registry::get_all().empty());
}

TEST_CASE("an actor may unregister itself in its constructor") {
  struct hidden {
    hidden() { registry::unregister(vicar::self(*this)); }
  };
  const clean up;
  auto ref = start<hidden>();
  CHECK(registry::get_all().empty());
  registry::register_actor(ref);
  CHECK(registry::get_all().size() == 1);
  ref.stop().get();
}

TEST_CASE("a broadcast reaches all actors, those of a class and its bases, or those of a class name") {
  const clean up;
  log_capture log;
  auto animal = start<app::animal>();
  auto bird = start<app::bird>();
  auto stone = start<app::stone>();
  registry::broadcast<app::animal>(1);
  registry::broadcast<app::bird>(1);
  registry::broadcast_by_class_name("bird", 10);
  CHECK(animal.get(&app::animal::legs).get() == 5);
  CHECK(bird.get(&app::bird::legs).get() == 16);
  CHECK(log.lines().empty());
  registry::broadcast(std::string{"all"});
  CHECK(animal.get(&app::animal::legs).get() == 0);
  CHECK(bird.get(&app::bird::legs).get() == 0);
  stone.get(&app::stone::door).get();
  CHECK(log.count(vicar::log_level::warning, "Unexpected message received by app::stone") == 1);
}

TEST_CASE("a broadcast reaches the other actors if one refuses, and then throws") {
  std::binary_semaphore door{0};
  const clean up;
  auto full = start<app::stone>({.mailbox_capacity = 1, .on_overflow = vicar::overflow::fail}, &door);
  full.defer<&app::stone::wait>();
  while (full.stats().running_member != "wait") std::this_thread::yield();
  vicar::any_actor_ref{full}.tell(1);
  auto animal = start<app::animal>();
  CHECK_THROWS_AS(registry::broadcast(1), vicar::mailbox_full_error);
  CHECK(animal.get(&app::animal::legs).get() == 5);
  door.release();
}

TEST_CASE("stop_all stops the last started first, waits for each, and returns the stopped actors") {
  const clean up;
  stop_order.clear();
  std::vector<vicar::actor_ref<numbered>> all;
  for (int i = 0; i < 20; ++i) all.push_back(start<numbered>(i));
  CHECK(registry::stop_all() == std::vector<bool>(20, true));
  REQUIRE(stop_order.size() == 20);
  for (int i = 0; i < 20; ++i) CHECK(stop_order[static_cast<std::size_t>(i)] == 19 - i);
  for (const auto& each : all) CHECK(!each.is_alive());
  CHECK(registry::stop_all().empty());
}

TEST_CASE("stop_all with a timeout names the stuck actor and its member, and stops the others") {
  std::binary_semaphore door{0};
  const clean up;
  auto early = start<app::animal>();
  auto stuck = start<app::stone>(&door);
  auto late = start<app::animal>();
  stuck.defer<&app::stone::wait>();
  while (stuck.stats().running_member != "wait") std::this_thread::yield();
  std::string text;
  do {  // on a busy machine, the actor that is stopped first may need longer than that
    text = text_of<vicar::timeout_error>([] { registry::stop_all(std::chrono::milliseconds{20}); });
  } while (contains(text, late.urn()));
  CHECK(contains(text, "app::stone (" + stuck.urn() + ") did not answer stop"));
  CHECK(contains(text, "it has been running wait for "));
  CHECK(contains(text, " s and "));
  CHECK(!late.is_alive());
  early.stop().wait();
  CHECK(!early.is_alive());
  door.release();
  stuck.stop().wait();
}

struct visitor {
  void visit(const vicar::actor_ref<app::stone>& target) { target.call<&app::stone::wait>().get(); }
};

TEST_CASE("stop_all with a timeout names the actor that the stuck one waits for") {
  std::binary_semaphore door{0};
  const clean up;
  auto stone = vicar::start<app::stone>({.name = "the stone"}, &door);
  auto stuck = start<visitor>();
  const vicar::future<void> visited = stuck.call<&visitor::visit>(stone);
  support::until_waiting(stuck);
  const std::string text = text_of<vicar::timeout_error>([] { registry::stop_all(std::chrono::milliseconds{20}); });
  CHECK(contains(text, "it has been running visit for "));
  CHECK(contains(text, ", waiting for the stone.wait, and 0 messages wait"));
  CHECK(contains(text, ": wait longer, or look at what it waits for"));
  door.release();
  visited.wait();
  stuck.stop().wait();
  stone.stop().wait();
}

namespace {
struct listener {
  virtual ~listener() = default;
  virtual void event(const std::string& what) { heard = what; }
  std::string heard;
};
struct loud_listener : listener {
  void event(const std::string& what) override { heard = what + '!'; }
};
struct counted_value {
  counted_value(int number) : value{number} { ++made; }  // NOLINT: converts
  int value;
  static inline std::atomic<int> made{0};
};
struct taker {
  void take(const counted_value& given) { sum += given.value; }
  void fail_at(int number) {
    if (number == own) throw std::runtime_error{"unlucky"};
    sum += number;
  }
  int own = 0;
  int sum = 0;
};
}  // namespace

TEST_CASE("a broadcast calls a member of every actor of its class and of derived classes") {
  const clean up;
  const auto plain = start<listener>();
  const auto loud = start<loud_listener>();
  const auto other = start<app::stone>();
  std::string text = "a text that is long enough for the heap";
  registry::broadcast<&listener::event>(text.c_str());
  text.assign(text.size(), 'x');
  CHECK(plain.get(&listener::heard).get() == "a text that is long enough for the heap");
  CHECK(loud.get(&listener::heard).get() == "a text that is long enough for the heap!");
}

TEST_CASE("a broadcast converts its arguments once, and gives each actor a copy") {
  const clean up;
  const auto first = start<taker>();
  const auto second = start<taker>();
  const int before = counted_value::made;
  registry::broadcast<&taker::take>(3);
  CHECK(first.get(&taker::sum).get() + second.get(&taker::sum).get() == 6);
  CHECK(counted_value::made == before + 1);
}

TEST_CASE("a broadcast skips stopped actors, and continues after a failure") {
  std::binary_semaphore door{0};  // these two outlive the actor, which may still be in `acquire` at the end
  std::binary_semaphore busy{0};
  const clean up;
  const log_capture log;
  const auto gone = start<taker>();
  gone.stop().get();
  const auto unlucky = start<taker>(7);
  const auto full = start<taker>({.mailbox_capacity = 1, .on_overflow = vicar::overflow::fail});
  full.defer([&](taker&) {
    busy.release();
    door.acquire();
  });
  busy.acquire();
  full.defer([](taker&) {});
  const auto last = start<taker>();
  CHECK_THROWS_AS(registry::broadcast<&taker::fail_at>(7), vicar::mailbox_full_error);
  door.release();
  CHECK(last.get(&taker::sum).get() == 7);
  CHECK_THROWS_AS(unlucky.get(&taker::sum).get(), vicar::actor_dead_error);
}

namespace {
struct sealed_value {
  explicit sealed_value(int number) : value{number} {}
  explicit sealed_value(const sealed_value&) = default;
  sealed_value(sealed_value&&) = default;
  int value;
};
struct overloaded_taker {
  void take(int number) { sum += number; }
  void take(double) { sum = -1; }
  void take_sealed(const sealed_value& given) { sum += given.value; }
  void take_shared(int& number) { number += own; }
  int own = 0;
  int sum = 0;
};
}  // namespace

TEST_CASE("a broadcast takes an overload, shared arguments, and types with an explicit copy constructor") {
  const clean up;
  const auto actor = start<overloaded_taker>(10);
  registry::broadcast<vicar::overload<int>(&overloaded_taker::take)>(3.9F);
  registry::broadcast<&overloaded_taker::take_sealed>(sealed_value{4});
  const sealed_value kept{5};
  registry::broadcast<&overloaded_taker::take_sealed>(kept);
  int shared = 1;
  registry::broadcast<&overloaded_taker::take_shared>(std::ref(shared));
  CHECK(actor.get(&overloaded_taker::sum).get() == 12);
  CHECK(shared == 11);
}

TEST_CASE("a broadcast drops or reports the call for a full mailbox as the actor's options say") {
  const clean up;
  std::binary_semaphore door{0};
  const auto dropping = start<app::stone>({.mailbox_capacity = 1, .on_overflow = vicar::overflow::drop}, &door);
  dropping.defer<&app::stone::wait>();
  while (dropping.stats().running_member != "wait") std::this_thread::yield();
  dropping.defer([](app::stone&) {});
  registry::broadcast<&app::stone::fail>();
  CHECK(dropping.stats().dropped == 1);
  door.release();
  CHECK(dropping.stop().get());
}

TEST_CASE("texts begin with the name of a named actor") {
  const clean up;
  const auto ref = start<app::stone>({.name = "pebble"});
  ref.stop().get();
  const std::string text = text_of<vicar::actor_dead_error>([&] { ref.call<&app::stone::wait>().get(); });
  CHECK(contains(text, "vicar: pebble (app::stone, urn:uuid:"));
}

TEST_CASE("an actor may stop all actors, including itself") {
  const clean up;
  auto bystander = start<app::animal>();
  auto caller = start<app::stone>();
  const auto stopped = caller.call([](app::stone&) { return registry::stop_all(); });
  CHECK(stopped.get() == std::vector<bool>{true, true});
  CHECK(!bystander.is_alive());
  CHECK(caller.stop().wait_for(std::chrono::hours{1}));
  CHECK(!caller.is_alive());
}

TEST_CASE("the registry can be used from many threads while actors come and go") {
  const clean up;
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t, &wrong] {
      for (int i = 0; i < 50; ++i) {
        auto ref = start<app::bird>();
        if (!registry::get_by_urn(ref.urn())) ++wrong;
        static_cast<void>(registry::get_by_class<app::animal>());
        if (t == 0) registry::broadcast<app::animal>(1);
        ref.stop().get();
        if (registry::get_by_urn(ref.urn())) ++wrong;
      }
    });
  }
  for (auto& each : threads) each.join();
  CHECK(wrong == 0);
  CHECK(registry::get_all().empty());
}
