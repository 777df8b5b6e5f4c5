// SPDX-License-Identifier: BSL-1.0
#include <vicar/nested_proxy.hpp>

#include <chrono>
#include <concepts>
#include <exception>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include <fmt/core.h>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/tracked.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::log_capture;
using support::started;
using support::tally;
using support::thrown_by;
using support::tracked;
using vicar::actor_dead_error;
using vicar::nested_proxy;
using vicar::null_step_error;
using vicar::traversable;

namespace {

/// At the end of every path.
class cone {
 public:
  static constexpr bool vicar_traversable = true;

  int grow(int by) { return size += by; }
  std::thread::id thread() const { return std::this_thread::get_id(); }
  void fail(std::exception_ptr failure) { std::rethrow_exception(failure); }
  int take(tracked value) { return value.value; }
  void hold(std::latch& entered, std::latch& open) {
    entered.count_down();
    open.wait();
  }
  static int twice(int value) { return 2 * value; }
  int size = 1;
  std::string text = "cone";
  std::function<int()> function = [] { return 77; };
};

/// Marked from outside, and final.
struct cable final {
  int length = 3;
  int cut(int by) { return length -= by; }
  cone plug;
};

struct powered {
  int watts = 50;
  int boost(int by) { return watts += by; }
  cone fuse;
};
struct named {
  std::string label = "loud";
};

/// Marked by its member's type.
class speaker : public named, public powered {
 public:
  int volume = 5;
  int louder() { return ++volume; }
  cone left;
  cone right;
  std::unique_ptr<cone> spare;
  std::shared_ptr<cone> shared;
  std::optional<cable> wire;
  std::optional<std::unique_ptr<cone>> doubly;
};

class playback {
 public:
  traversable<speaker> output;
  std::unique_ptr<traversable<speaker>> second_output;
  bool play() { return playing = true; }
  bool playing = false;

  VICAR_PROXY_MEMBERS(output, second_output, play, playing, hidden_)

 private:
  cone hidden_;
};

class player {
 public:
  traversable<playback> sound;
  cone direct;
  cable lead;
  static inline cone common;
  int untouched = 1;
  void fill_spare() { sound.output.spare = std::make_unique<cone>(); }
  void drop_spare() { sound.output.spare.reset(); }
};

class listening_player : public player {};
struct unlisted {
  vicar::traversable<cone> part;
};

}  // namespace

template <>
inline constexpr bool vicar::enable_traversable<cable> = true;

VICAR_PROXY(cone, grow, thread, fail, take, hold, twice, size, text, function)
VICAR_PROXY(cable, length, cut, plug)
VICAR_PROXY(powered, watts, boost, fuse)
VICAR_PROXY(speaker, volume, louder, left, right, spare, shared, wire, doubly, label, watts)
VICAR_PROXY(player, sound, direct, lead, common, untouched, fill_spare, drop_spare)

TEST_CASE("members that are marked in any of three ways are traversed by name") {
  const started<player> actor;
  const auto& proxy = actor.proxy;
  CHECK(proxy->sound->play().get());
  CHECK(proxy->sound->playing.get());
  CHECK(proxy->direct->grow(1).get() == 2);
  CHECK(proxy->lead->cut(1).get() == 2);
  CHECK(proxy.call([](player& object) { return object.direct.size; }).get() == 2);
}

TEST_CASE("a path may have any depth if every step is marked") {
  const started<player> actor;
  const auto& proxy = actor.proxy;
  CHECK(proxy->sound->output->left->grow(3).get() == 4);
  CHECK(proxy->sound->output->right->size.get() == 1);
  proxy->sound->output->right->size = 9;
  CHECK(proxy->sound->output->right->size.get() == 9);
  CHECK(proxy->sound->hidden_->grow(1).get() == 2);
  CHECK(proxy->lead->plug->text.get() == "cone");
  CHECK(proxy.at(&player::sound).at(&playback::output).at(&speaker::left).get(&cone::size).get() == 4);
}

TEST_CASE("nested messages run on the actor's thread, in its order") {
  const started<player> actor;
  const std::thread::id its_own = actor.proxy.call([](player&) { return std::this_thread::get_id(); }).get();
  CHECK(actor.proxy->direct->thread().get() == its_own);
  CHECK(actor.proxy.at(&player::direct).call(&cone::thread).get() == its_own);
  const auto direct = actor.proxy.at(&player::direct);
  for (int i = 0; i < 20; ++i) direct.defer(&cone::grow, 1);
  CHECK(actor.proxy.call([](player& object) { return object.direct.size; }).get() == 21);
}

TEST_CASE("a nested proxy does what a proxy does") {
  const started<player> actor;
  const nested_proxy<cone> nested = actor.proxy.at(&player::direct);
  CHECK(nested.call(&cone::grow, 1).get() == 2);
  CHECK(nested.call<&cone::grow>(1).get() == 3);
  CHECK(nested.call<&cone::twice>(4).get() == 8);
  CHECK(nested.call([](cone& object, int by) { return object.size + by; }, 10).get() == 13);
  nested.defer(&cone::grow, 1);
  nested.defer<&cone::grow>(1);
  nested.defer([](cone& object) { ++object.size; });
  CHECK(nested.get(&cone::size).get() == 6);
  CHECK(nested.get<&cone::size>().get() == 6);
  nested.set(&cone::size, 7).get();
  nested.set<&cone::text>("seven").get();
  CHECK(nested->size.get() == 7);
  CHECK(nested->text.get() == "seven");
  nested->size = 8;
  CHECK(nested->grow(1).get() == 9);
  nested->grow.defer(1);
  CHECK(nested->function().get() == 77);
  const auto grow = nested.method<&cone::grow>();
  CHECK(grow(1).get() == 11);
  grow.defer(1);
  CHECK(nested->size.get() == 12);
  CHECK(nested.actor() == actor.ref);
}

TEST_CASE("at continues from a nested proxy, by pointer and by a constant member") {
  const started<player> actor;
  const auto output = actor.proxy.at<&player::sound>().at<&playback::output>();
  STATIC_REQUIRE(std::same_as<decltype(output), const nested_proxy<speaker>>);
  CHECK(output.call(&speaker::louder).get() == 6);
  CHECK(output.at<&speaker::left>().call(&cone::grow, 1).get() == 2);
  CHECK(output.at(&speaker::left).get(&cone::size).get() == 2);
  CHECK(output.at(&powered::fuse).get(&cone::size).get() == 1);
  CHECK(output->watts.get() == 50);
  CHECK(output->label.get() == "loud");
}

TEST_CASE("a step by name converts to a nested proxy that can be kept") {
  std::optional<vicar::actor_proxy<player>> proxy = vicar::start<player>().proxy();
  nested_proxy<cone> kept = (*proxy)->sound->output->left;
  proxy.reset();
  CHECK(kept->grow(1).get() == 2);
  const nested_proxy<cone> copy = kept;
  CHECK(copy->grow(1).get() == 3);
  const nested_proxy<cone> moved = std::move(kept);
  CHECK(moved->grow(1).get() == 4);
  CHECK(copy.actor().stop().get());
}

TEST_CASE("a step is read and written as a whole, like a field") {
  const started<player> actor;
  const auto& proxy = actor.proxy;
  proxy->direct->size = 5;
  const cone copy = proxy->direct.get();
  CHECK(copy.size == 5);
  cone other;
  other.size = 40;
  proxy->direct = other;
  CHECK(proxy->direct->size.get() == 40);
  CHECK(proxy->direct.get(1h).size == 40);
  proxy->sound->output->spare = std::make_unique<cone>(other);
  CHECK(proxy->sound->output->spare->size.get() == 40);
  CHECK(proxy.at(&player::sound).at(&playback::output).get(&speaker::left).get().size == 1);
}

TEST_CASE("smart pointers and optionals are followed to their contents") {
  const started<player> actor;
  const auto output = actor.proxy.at(&player::sound).at(&playback::output);
  output
      .call([](speaker& object) {
        object.spare = std::make_unique<cone>();
        object.shared = std::make_shared<cone>();
        object.wire.emplace();
        object.doubly.emplace(std::make_unique<cone>());
      })
      .get();
  CHECK(output->spare->grow(1).get() == 2);
  CHECK(output->shared->grow(2).get() == 3);
  CHECK(output->wire->cut(1).get() == 2);
  CHECK(output->wire->plug->grow(3).get() == 4);
  CHECK(output->doubly->grow(4).get() == 5);
  CHECK(output.at(&speaker::spare).get(&cone::size).get() == 2);
  CHECK(output.at(&speaker::wire).at(&cable::plug).get(&cone::size).get() == 4);
  actor.proxy->sound->second_output = std::make_unique<traversable<speaker>>();
  CHECK(actor.proxy->sound->second_output->left->grow(1).get() == 2);
}

TEST_CASE("a step is followed again for each message") {
  const started<player> actor;
  const nested_proxy<cone> spare = actor.proxy->sound->output->spare;
  CHECK_THROWS_AS(spare->grow(1).get(), null_step_error);
  actor.proxy->fill_spare().get();
  CHECK(spare->grow(1).get() == 2);
  actor.proxy->fill_spare().get();
  CHECK(spare->size.get() == 1);
  actor.proxy->drop_spare().get();
  CHECK_THROWS_AS(spare->size.get(), null_step_error);
}

TEST_CASE("an empty step replies with a null_step_error that names the actor and the path, and the actor lives on") {
  const started<player> actor;
  const auto& proxy = actor.proxy;
  const std::string path = "sound.output.spare";
  const auto says_so = [&](auto action) {
    CHECK(error_text<null_step_error>(action) == containing("vicar: ", "player", actor.ref.urn(), path, "empty"));
  };
  const nested_proxy<cone> spare = proxy->sound->output->spare;
  says_so([&] { return proxy->sound->output->spare->grow(1).get(); });
  says_so([&] { return spare->size.get(); });
  says_so([&] { spare->size = 1; });
  says_so([&] { return spare.call(&cone::grow, 1).get(); });
  says_so([&] { return spare.call<&cone::grow>(1).get(); });
  says_so([&] { return spare.get(&cone::size).get(); });
  says_so([&] { spare.set(&cone::size, 1).get(); });
  CHECK(error_text<null_step_error>([&] { return proxy->sound->output->wire->plug->size.get(); }) ==
        containing("sound.output.wire.plug"));
  CHECK(error_text<null_step_error>([&] { return proxy->sound->output->shared->size.get(); }) ==
        containing("sound.output.shared"));
  CHECK(error_text<null_step_error>([&] { return proxy->sound->output->doubly->size.get(); }) ==
        containing("sound.output.doubly"));
  CHECK(proxy->direct->grow(1).get() == 2);
  CHECK(actor.ref.stats().failed == 10);
}

TEST_CASE("a step is named as its class registers it, otherwise by its type") {
  const started<listening_player> actor;
  CHECK(actor.proxy.at(&player::direct).path_text() == "direct");
  CHECK(actor.proxy.at<&player::direct>().path_text() == "direct");
  const started<unlisted> other;
  const std::string text = other.proxy.at(&unlisted::part).path_text();
  CHECK(text == containing("unlisted::*"));
  CHECK(other.proxy.at<&unlisted::part>().path_text() == "part");
}

TEST_CASE("a deferred message whose step is empty ends the actor and is logged") {
  const log_capture log{vicar::log_level::error};
  const started<player> actor;
  actor.proxy->sound->output->spare->grow.defer(1);
  CHECK_THROWS_AS(actor.proxy->untouched.get(), actor_dead_error);
  REQUIRE(log.lines().size() == 1);
  CHECK(log.lines()[0].message == containing("Unhandled exception", "player", actor.ref.urn(), "grow"));
  CHECK(log.lines()[0].exception == containing("sound.output.spare"));
}

TEST_CASE("the arguments of a message whose step is empty are destroyed") {
  const started<player> actor;
  tally counts;
  CHECK_THROWS_AS(actor.proxy->sound->output->spare->take(tracked{counts}).get(), null_step_error);
  CHECK(counts.alive == 0);
}

TEST_CASE("an exception of a nested object reaches the caller as the same object") {
  const started<player> actor;
  const std::exception_ptr failure = std::make_exception_ptr(std::out_of_range{"far"});
  CHECK(thrown_by([&] { actor.proxy->direct->fail(failure).get(); }) == failure);
  CHECK(actor.proxy->direct->size.get() == 1);
}

TEST_CASE("the timeout of a nested read names the actor and the member") {
  std::latch entered{1};
  std::latch open{1};
  const started<player> actor;
  actor.proxy->direct->hold.defer(std::ref(entered), std::ref(open));
  entered.wait();
  CHECK(error_text<vicar::timeout_error>([&] { return actor.proxy->direct->size.get(2ms); }) ==
        containing("player", actor.ref.urn(), "did not answer size", "has been running hold"));
  open.count_down();
}

TEST_CASE("nested proxies of a dead actor can be created and reply with actor_dead_error") {
  const vicar::actor_proxy<player> proxy = vicar::start<player>().proxy();
  const nested_proxy<cone> before = proxy->direct;
  CHECK(proxy.stop().get());
  const std::string urn = proxy.ref().urn();
  CHECK(error_text<actor_dead_error>([&] { return before->grow(1).get(); }) == containing("player", urn, "grow"));
  CHECK(error_text<actor_dead_error>([&] { before->grow.defer(1); }) == containing("player", urn, "grow"));
  CHECK_THROWS_AS(proxy->direct->grow(1).get(), actor_dead_error);
  CHECK_THROWS_AS(proxy.at(&player::direct).get(&cone::size).get(), actor_dead_error);
  CHECK_FALSE(before.actor().is_alive());
}

TEST_CASE("nested proxies are equal when their actor and path are, however they were created") {
  const started<player> first;
  const started<player> two;
  const nested_proxy<cone> by_name = first.proxy->sound->output->left;
  const nested_proxy<cone> by_pointer = first.proxy.at(&player::sound).at(&playback::output).at(&speaker::left);
  const nested_proxy<cone> by_constant = first.proxy.at<&player::sound>().at<&playback::output>().at<&speaker::left>();
  CHECK(by_name == by_pointer);
  CHECK(by_name == by_constant);
  const nested_proxy<cone> sibling = first.proxy->sound->output->right;
  const nested_proxy<cone> shorter = first.proxy->direct;
  const nested_proxy<cone> elsewhere = two.proxy->sound->output->left;
  CHECK(by_name != sibling);
  CHECK(by_name != shorter);
  CHECK(by_name != elsewhere);
  CHECK(first.proxy.at(&player::sound) != by_name);
  const std::unordered_set<nested_proxy<cone>> set{by_name, by_pointer, by_constant, sibling, shorter, elsewhere};
  CHECK(set.size() == 4);
  CHECK(std::hash<nested_proxy<cone>>{}(by_name) == std::hash<nested_proxy<cone>>{}(by_constant));
}

TEST_CASE("a static member is a step as well") {
  const started<player> actor;
  player::common.size = 1;
  CHECK(actor.proxy->common->grow(1).get() == 2);
  const nested_proxy<cone> first = actor.proxy->common;
  const nested_proxy<cone> second = actor.proxy->common;
  const nested_proxy<cone> other = actor.proxy->direct;
  CHECK(first == second);
  CHECK(first != other);
}

TEST_CASE("a nested proxy converts to nested proxies of the bases of its class") {
  const started<player> actor;
  const nested_proxy<speaker> output = actor.proxy->sound->output;
  const nested_proxy<powered> power = output;
  CHECK(power->boost(5).get() == 55);
  CHECK(power.get(&powered::watts).get() == 55);
  CHECK(output->watts.get() == 55);
  CHECK(power->fuse->grow(1).get() == 2);
  CHECK(output.at(&powered::fuse).get(&cone::size).get() == 2);
  CHECK(power == output);
  const nested_proxy<cone> fuse = power->fuse;
  CHECK(fuse == output.at(&powered::fuse));
  CHECK(fuse.path_text() == "sound.output.fuse");
  STATIC_REQUIRE_FALSE(std::convertible_to<nested_proxy<powered>, nested_proxy<speaker>>);
}

TEST_CASE("an empty step behind a conversion to a base is detected as well") {
  const started<player> actor;
  const nested_proxy<speaker> second = actor.proxy->sound->second_output;
  const nested_proxy<powered> power = second;
  CHECK(error_text<null_step_error>([&] { return power->watts.get(); }) == containing("sound.second_output"));
}

TEST_CASE("nested proxies of a proxy of a base see the same object") {
  const started<listening_player> actor;
  const vicar::actor_proxy<player> base = actor.proxy;
  CHECK(base->direct->grow(1).get() == 2);
  CHECK(actor.proxy.at(&player::direct) == base.at(&player::direct));
}

TEST_CASE("a nested proxy is printed with class, URN and path") {
  const started<player> actor;
  const nested_proxy<cone> left = actor.proxy->sound->output->left;
  const std::string title = fmt::format("{} ({}), path=sound.output.left", actor.ref.class_name(), actor.ref.urn());
  CHECK(left.path_text() == "sound.output.left");
  CHECK(fmt::format("{}", left) == "<actor_proxy for " + title + ">");
  CHECK(fmt::format("{:s}", left) == title);
  std::ostringstream out;
  out << left;
  CHECK(out.str() == "<actor_proxy for " + title + ">");
}

TEST_CASE("a nested member that waits for its own actor gets a deadlock_error") {
  const started<player> actor;
  const auto answer =
      actor.proxy.call([nested = actor.proxy.at(&player::direct)](player&) { return nested->grow(1).get(); });
  CHECK(error_text<vicar::deadlock_error>([&] { return answer.get(); }) ==
        containing("player", actor.ref.urn(), "grow"));
}
