// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_set>

#include <fmt/core.h>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/started.hpp"
#include "support/tracked.hpp"

using support::containing;
using support::error_text;
using support::started;
using support::tally;
using support::tracked;
using vicar::actor_dead_error;
using vicar::actor_proxy;
using vicar::actor_ref;
using vicar::nested_proxy;

// A namespace with a name, so that the whole text of a proxy is known.
namespace music {

struct dial {
  static constexpr bool vicar_traversable = true;
  int position = 5;
  int turn(int by) { return position += by; }
};

struct deck {
  dial volume;
  dial balance;
  bool play() { return playing = true; }
  bool playing = false;
};

class player {
 public:
  vicar::traversable<deck> playback;
  vicar::traversable<deck> preview;
  int shuffle(int seed) { return seed + 1; }
  std::string title() const { return "song"; }
  int tracks = 3;
};

/// Has itself among its fields.
class narcissus {
 public:
  explicit narcissus(tally& counts) : image{vicar::self(*this).proxy()}, counted_{counts, 7} {}
  int number() const { return counted_.value; }

  actor_proxy<narcissus> image;
  std::optional<actor_proxy<narcissus>> second_image;

 private:
  tracked counted_;

  VICAR_PROXY_MEMBERS(number, image, second_image)
};

std::string written(const auto& proxy) {
  std::ostringstream out;
  out << proxy;
  return out.str();
}

}  // namespace music

VICAR_PROXY(music::dial, position, turn)
VICAR_PROXY(music::deck, volume, balance, play, playing)
VICAR_PROXY(music::player, playback, preview, shuffle, tracks, VICAR_PROPERTY(label, title))

using music::dial;
using music::narcissus;
using music::player;
using music::written;

TEST_CASE("a proxy is equal to itself, and so is a nested one") {
  const started<player> actor;
  const nested_proxy<dial> volume = actor.proxy->playback->volume;
  const actor_proxy<player>& same = actor.proxy;
  const nested_proxy<dial>& same_volume = volume;
  CHECK(same == actor.proxy);
  CHECK_FALSE(same != actor.proxy);
  CHECK(same_volume == volume);
  CHECK_FALSE(same_volume != volume);
}

TEST_CASE("a proxy can be hashed, and so can a nested one") {
  const started<player> actor;
  const started<player> other;
  const std::unordered_set<actor_proxy<player>> proxies{actor.proxy, other.proxy};
  CHECK(proxies.size() == 2);
  CHECK(proxies.count(actor.ref.proxy()) == 1);
  const std::unordered_set<nested_proxy<dial>> dials{actor.proxy->playback->volume, actor.proxy->playback->balance};
  CHECK(dials.size() == 2);
  CHECK(dials.count(actor.proxy->playback->volume) == 1);
  CHECK(dials.count(other.proxy->playback->volume) == 0);
}

TEST_CASE("proxies are equal when they lead to the same path of the same actor") {
  const started<player> actor;
  const actor_proxy<player> first{actor.ref};
  const actor_proxy<player> second{actor.ref};
  CHECK(first == second);
  CHECK(std::hash<actor_proxy<player>>{}(first) == std::hash<actor_proxy<player>>{}(second));
  const nested_proxy<dial> first_volume = first->playback->volume;
  const nested_proxy<dial> second_volume = second.at(&player::playback).at(&music::deck::volume);
  CHECK(first_volume == second_volume);
  CHECK(std::hash<nested_proxy<dial>>{}(first_volume) == std::hash<nested_proxy<dial>>{}(second_volume));
}

TEST_CASE("proxies are unequal when their actor or their path is another one") {
  const started<player> actor;
  const started<player> other;
  CHECK(actor.proxy != other.proxy);
  const nested_proxy<dial> volume = actor.proxy->playback->volume;
  const nested_proxy<dial> balance = actor.proxy->playback->balance;
  const nested_proxy<dial> preview_volume = actor.proxy->preview->volume;
  const nested_proxy<dial> other_volume = other.proxy->playback->volume;
  CHECK(volume != balance);
  CHECK(volume != preview_volume);
  CHECK(volume != other_volume);
}

TEST_CASE("a proxy is written in angle brackets with its class, URN and path") {
  const started<player> actor;
  const std::string title = "music::player (" + actor.ref.urn() + ")";
  CHECK(actor.ref.urn().substr(0, 9) == "urn:uuid:");
  const nested_proxy<dial> volume = actor.proxy->playback->volume;
  CHECK(fmt::format("{}", actor.proxy) == "<actor_proxy for " + title + ">");
  CHECK(written(actor.proxy) == "<actor_proxy for " + title + ">");
  CHECK(fmt::format("{}", actor.proxy.at(&player::playback)) == "<actor_proxy for " + title + ", path=playback>");
  CHECK(fmt::format("{}", volume) == "<actor_proxy for " + title + ", path=playback.volume>");
  CHECK(written(volume) == "<actor_proxy for " + title + ", path=playback.volume>");
}

TEST_CASE("the short text of a proxy is its class, URN and path") {
  const started<player> actor;
  const std::string title = "music::player (" + actor.ref.urn() + ")";
  const nested_proxy<dial> volume = actor.proxy->playback->volume;
  CHECK(fmt::format("{:s}", actor.proxy) == title);
  CHECK(fmt::format("{:s}", volume) == title + ", path=playback.volume");
}

TEST_CASE("the members of a proxy can be listed by name, and with kind and type") {
  STATIC_REQUIRE(vicar::member_names<player>() ==
                 std::array<std::string_view, 5>{"playback", "preview", "shuffle", "tracks", "label"});
  const started<player> actor;
  constexpr auto names = vicar::member_names<player>();
  const auto members = actor.proxy.members();
  REQUIRE(members.size() == names.size());
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(members[i].name == names[i]);
  CHECK(members[0].kind == vicar::member_kind::nested);
  CHECK(members[0].type == "vicar::traversable<music::deck>");
  CHECK(members[2].kind == vicar::member_kind::method);
  CHECK(members[2].type == containing("int", "music::player::*", "(int)"));
  CHECK(members[3].kind == vicar::member_kind::field);
  CHECK(members[3].type == "int");
  CHECK(members[4].kind == vicar::member_kind::property);
  CHECK(members[4].type == containing("string"));
}

TEST_CASE("a reference gives a proxy of its actor") {
  const started<player> actor;
  const auto proxy = actor.ref.proxy();
  STATIC_REQUIRE(std::same_as<decltype(proxy), const actor_proxy<player>>);
  CHECK(proxy.ref() == actor.ref);
  CHECK(proxy->shuffle(4).get() == 5);
}

TEST_CASE("a proxy of an actor that has stopped is refused, with its class and URN in the text") {
  const actor_ref<player> ref = vicar::start<player>();
  CHECK(ref.stop().get());
  const std::string not_found = "vicar: music::player (" + ref.urn() + ") is not running, so it cannot have a proxy";
  CHECK(error_text<actor_dead_error>([&] { return ref.proxy(); }).substr(0, not_found.size()) == not_found);
  CHECK(error_text<actor_dead_error>([&] { return actor_proxy<player>{ref}; }).substr(0, not_found.size()) ==
        not_found);
}

TEST_CASE("the proxy of an actor that has stopped still has its reference") {
  const actor_proxy<player> proxy = vicar::start<player>().proxy();
  const nested_proxy<dial> volume = proxy->playback->volume;
  const std::string urn = proxy.ref().urn();
  CHECK(proxy.stop().get());
  CHECK(proxy.ref().urn() == urn);
  CHECK_FALSE(proxy.ref().is_alive());
  CHECK(volume.actor() == proxy.ref());
}

TEST_CASE("a field that is a proxy of its own actor is a value like any other") {
  tally counts;
  const started<narcissus> actor{counts};
  CHECK(actor.proxy->image.get() == actor.proxy);
  CHECK(actor.proxy->image.get()->number().get() == 7);
  CHECK(actor.proxy->image.get()->image.get()->image.get()->number().get() == 7);
  CHECK_FALSE(actor.proxy->second_image.get().has_value());
  actor.proxy->second_image = actor.proxy;
  CHECK(actor.proxy->second_image.get() == actor.proxy);
  CHECK(actor.proxy->second_image.get().value()->number().get() == 7);
}

TEST_CASE("a field that is a proxy of its own actor does not keep it") {
  tally counts;
  std::optional<actor_proxy<narcissus>> image;
  vicar::future<bool> stopped = [&] {
    const actor_proxy<narcissus> proxy = vicar::start<narcissus>(counts).proxy();
    image = proxy->image.get();
    CHECK(counts.alive == 1);
    return proxy.stop();
  }();
  CHECK(stopped.get());
  CHECK(counts.alive == 0);
  CHECK_FALSE(image->ref().is_alive());
  CHECK(error_text<actor_dead_error>([&] { return (*image)->number().get(); }) == containing(image->ref().urn()));
}
