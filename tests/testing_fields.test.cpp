// SPDX-License-Identifier: BSL-1.0
#include <vicar/testing.hpp>

#include <array>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/player.hpp"

namespace {

using support::deck;
using support::error_text;
using support::player;
using support::speaker;
using std::string_literals::operator""s;

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
  SECTION("by one function for both") {
    struct cell {
      int value = 1;
      int operator()() const { return value; }
      void operator()(int next) { value = next; }
    };
    fake.on<&player::calls>(cell{});
    proxy->calls = 2;
    CHECK(proxy->calls.get() == 2);
  }
  SECTION("constant fields, and arrays") {
    fake.on<&player::fixed>([] { return 8; });
    fake.on<&player::numbers>([] { return std::array{1, 2, 3}; });
    CHECK(proxy->fixed.get() == 8);
    CHECK(proxy->numbers.get() == std::array{1, 2, 3});
  }
  SECTION("a callable field") {
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

}  // namespace
