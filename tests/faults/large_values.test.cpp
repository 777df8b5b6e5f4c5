// SPDX-License-Identifier: BSL-1.0
// Values that are larger than any stack: neither the sender's nor the actor's thread has space for one.
#include <any>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <pthread.h>

#include <vicar/testing.hpp>
#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/started.hpp"

namespace {

struct picture {
  unsigned char pixels[9 << 20];
};
std::unique_ptr<picture> picture_of(unsigned char color) {
  auto made = std::make_unique<picture>();
  made->pixels[0] = made->pixels[sizeof(picture) - 1] = color;
  return made;
}
int color_of(const picture& of) { return of.pixels[0] == of.pixels[sizeof(picture) - 1] ? of.pixels[0] : -1; }

struct frame {
  static constexpr bool vicar_traversable = true;
  picture content = {};
  int show(const picture& shown) { return color_of(shown); }
};

struct screen {
  using receives = vicar::messages<picture, int>;

  screen() = default;
  explicit screen(const picture& first) : shown{first} {}

  int show(const picture& next) { return color = color_of(next); }
  int show_two(const picture& first, const picture& second) { return color_of(first) + color_of(second); }
  int on_receive(const picture& next) { return color = color_of(next); }
  picture on_receive(int) { return shown; }
  const picture& reference() { return shown; }
  picture value() { return shown; }
  picture get_other() { return other; }
  void set_other(const picture& next) { other = next; }

  picture shown = {};
  picture other = {};
  std::function<int(const picture&)> painter = [](const picture& painted) { return color_of(painted); };
  frame part;
  decltype(picture::pixels) pixels = {4};
  int color = 0;
};

}  // namespace

VICAR_PROXY(frame, content, show)
VICAR_PROXY(screen, show, show_two, reference, value, shown, painter, part, pixels,
            VICAR_PROPERTY(property, get_other, set_other))

namespace {

/// Runs `action` on a thread whose stack is much smaller than a picture, like those of actors.
template <class Action>
void on_a_small_stack(Action action) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  REQUIRE(pthread_attr_setstacksize(&attributes, 1 << 20) == 0);
  pthread_t thread{};
  const auto run = [](void* what) -> void* {
    (*static_cast<Action*>(what))();
    return nullptr;
  };
  // The action contains assertions, and Catch2's are not thread-safe.
  const int refused = pthread_create(&thread, &attributes, run, &action);
  if (refused == 0) pthread_join(thread, nullptr);
  REQUIRE(refused == 0);
  pthread_attr_destroy(&attributes);
}

int color_of(const vicar::future<picture>& answer) { return color_of(answer.get()); }

}  // namespace

TEST_CASE("an argument of any size uses no stack") {
  on_a_small_stack([] {
    const support::started<screen> actor;
    const auto seven = picture_of(7);
    const auto other = picture_of(8);
    auto show = [](screen& on, const picture& shown) { return on.show(shown); };

    CHECK(actor.proxy->show(*seven).get() == 7);
    CHECK(actor.proxy->show(std::move(*picture_of(9))).get() == 9);
    CHECK(actor.proxy->show_two(*seven, *other).get() == 15);
    CHECK(actor.ref.call(&screen::show, *other).get() == 8);
    CHECK(actor.ref.call<&screen::show>(*seven).get() == 7);
    CHECK(actor.proxy.call(show, *other).get() == 8);
    CHECK(actor.proxy.method<&screen::show>()(*seven).get() == 7);
    CHECK(actor.proxy->painter(*other).get() == 8);
    CHECK(actor.proxy->part->show(*seven).get() == 7);
    CHECK(actor.proxy.at(&screen::part).call(&frame::show, *other).get() == 8);
    CHECK(actor.ref.ask(*seven).get() == 7);
    CHECK(std::any_cast<int>(vicar::any_actor_ref{actor.ref}.ask(*other).get()) == 8);
  });
}

TEST_CASE("an argument of any size of a message without a reply uses no stack") {
  on_a_small_stack([] {
    const support::started<screen> actor;
    const auto color = [&] { return actor.ref.get(&screen::color).get(); };
    actor.proxy->show.defer(*picture_of(1));
    CHECK(color() == 1);
    actor.ref.defer(&screen::show, *picture_of(2));
    CHECK(color() == 2);
    actor.ref.defer<&screen::show>(*picture_of(3));
    CHECK(color() == 3);
    actor.ref.tell(*picture_of(4));
    CHECK(color() == 4);
    vicar::any_actor_ref{actor.ref}.tell(*picture_of(5));
    CHECK(color() == 5);
    vicar::registry::broadcast(*picture_of(6));
    CHECK(color() == 6);
    vicar::registry::broadcast<screen>(*picture_of(7));
    CHECK(color() == 7);
  });
}

TEST_CASE("a function of any size uses no stack") {
  on_a_small_stack([] {
    struct painting {
      picture painted = {};
      int operator()(screen& on) const { return on.show(painted); }
    };
    const support::started<screen> actor;
    const auto action = std::make_unique<painting>();
    action->painted.pixels[0] = action->painted.pixels[sizeof(picture) - 1] = 7;
    CHECK(actor.ref.call(*action).get() == 7);
    actor.ref.defer(*action);
    CHECK(actor.ref.get(&screen::color).get() == 7);
  });
}

TEST_CASE("values of any size are joined and collected without using stack") {
  on_a_small_stack([] {
    const support::started<screen> actor;
    const auto joined = actor.proxy->value().join(actor.proxy->reference());
    CHECK(joined.get().size() == 2);
    std::vector<vicar::future<picture>> several;
    several.push_back(actor.proxy->value());
    CHECK(vicar::get_all(std::move(several)).size() == 1);
  });
}

TEST_CASE("a field of any size is written and read without using stack") {
  on_a_small_stack([] {
    const support::started<screen> actor;
    actor.proxy->shown = *picture_of(1);
    CHECK(color_of(actor.proxy->shown.read()) == 1);
    actor.proxy->shown.set(*picture_of(2)).get();
    CHECK(color_of(actor.ref.get(&screen::shown)) == 2);
    actor.ref.set(&screen::shown, *picture_of(3)).get();
    CHECK(color_of(actor.ref.get<&screen::shown>()) == 3);
    actor.ref.set<&screen::shown>(*picture_of(4)).get();
    CHECK(color_of(actor.proxy->shown.read()) == 4);
    actor.proxy->part->content = *picture_of(5);
    CHECK(color_of(actor.proxy->part->content.read()) == 5);
    actor.proxy.at(&screen::part).set(&frame::content, *picture_of(6)).get();
    CHECK(color_of(actor.proxy.at(&screen::part).get(&frame::content)) == 6);
    actor.proxy->property = *picture_of(7);
    CHECK(color_of(actor.proxy->property.read()) == 7);
    const auto pixels = actor.proxy->pixels.read();
    CHECK(pixels.get()[0] == 4);
  });
}

TEST_CASE("a result of any size uses no stack") {
  on_a_small_stack([] {
    const support::started<screen> actor;
    actor.proxy->shown = *picture_of(7);
    CHECK(color_of(actor.proxy->reference()) == 7);
    CHECK(color_of(actor.proxy->value()) == 7);
    CHECK(color_of(actor.ref.call(&screen::value)) == 7);
    CHECK(color_of(actor.ref.ask(1)) == 7);
    const std::any reply = vicar::any_actor_ref{actor.ref}.ask(1).get();
    CHECK(color_of(*std::any_cast<picture>(&reply)) == 7);
    const auto darker = [](const picture& of) { return picture{{static_cast<unsigned char>(of.pixels[0] - 1)}}; };
    const vicar::future<picture> dark = actor.proxy->value().map(darker);
    CHECK(dark.get().pixels[0] == 6);
  });
}

TEST_CASE("a promise is kept with a value of any size without using stack") {
  on_a_small_stack([] {
    vicar::promise<picture> promise;
    promise.set_value(*picture_of(7));
    CHECK(color_of(promise.get_future()) == 7);
    CHECK(color_of(vicar::make_ready_future(*picture_of(8))) == 8);
  });
}

TEST_CASE("an actor of any size, and its constructor's arguments, use no stack") {
  on_a_small_stack([] {
    const support::started<screen> actor{*picture_of(7)};
    CHECK(color_of(actor.proxy->shown.read()) == 7);
    const support::started<screen> named{vicar::options{.name = "named"}, *picture_of(8)};
    CHECK(color_of(named.proxy->shown.read()) == 8);
  });
}

TEST_CASE("a fake takes arguments, and returns answers, of any size without using stack") {
  on_a_small_stack([] {
    vicar::fake<screen> fake;
    fake.on<&screen::show>([](const picture& shown) { return color_of(shown) + 1; });
    fake.on<&screen::reference>([]() -> const picture& {
      static const auto answer = picture_of(9);
      return *answer;
    });
    fake.on<&screen::shown>([]() -> const picture& {
      static const auto answer = picture_of(10);
      return *answer;
    });
    const auto proxy = fake.proxy();
    CHECK(proxy->show(*picture_of(7)).get() == 8);
    CHECK(proxy.call(&screen::show, *picture_of(8)).get() == 9);
    CHECK(color_of(proxy->reference()) == 9);
    CHECK(color_of(proxy->shown.read()) == 10);
    proxy->show.defer(*picture_of(7));
  });
}

TEST_CASE("a refused message of any size uses no stack") {
  on_a_small_stack([] {
    const auto ref = vicar::start<screen>();
    ref.stop().wait();
    const auto seven = picture_of(7);
    CHECK_THROWS_AS(ref.call(&screen::show, *seven).get(), vicar::actor_dead_error);
    CHECK_THROWS_AS(ref.defer(&screen::show, *seven), vicar::actor_dead_error);
    CHECK_THROWS_AS(ref.tell(*seven), vicar::actor_dead_error);
  });
}
