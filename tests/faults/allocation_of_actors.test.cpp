// SPDX-License-Identifier: BSL-1.0
// Allocations fail while actors are started, stopped, found and read: the caller gets std::bad_alloc, and all actors
// are unchanged.
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/faults.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/tracked.hpp"

namespace registry = vicar::registry;
using support::at_every_allocation;
using support::leaves_no_memory;
using support::needs_no_memory;
using support::started;
using support::tally;
using support::tracked;

namespace {

const std::string long_text(100, 'x');

struct room {
  static constexpr bool vicar_traversable = true;
  std::string text = long_text;
};

struct animal {
  virtual ~animal() = default;
};

class house : public animal {
 public:
  std::string name() const { return long_text; }
  std::string text = long_text;
  std::array<std::string, 2> both{long_text, long_text};
  room inside;
};

/// Counts its instances; its constructor allocates.
class guest {
 public:
  explicit guest(tally& counts, std::string text = long_text) : counted_{counts}, text_{std::move(text)} {}
  int seven() const { return 7; }

 private:
  tracked counted_;
  std::string text_;
};

/// Calls itself in its constructor, and exposes the futures.
class eager {
 public:
  eager(vicar::future<int>& answer, vicar::future<bool>& stopped) {
    answer = vicar::self(*this).call(&eager::seven);
    stopped = vicar::self(*this).stop();
    text_ = long_text;
  }
  int seven() const { return 7; }

 private:
  std::string text_;
};

/// Exposes its stop token.
class visitor : public vicar::actor {
 public:
  explicit visitor(vicar::stop_token& token) { token = stop_token(); }
  int seven() const { return 7; }
};

/// An actor that is held in a message during this object's lifetime, with a second one in its mailbox, which is full.
class full_house {
 public:
  full_house() {
    ref.defer([this](house&) {
      entered_.release();
      open_.acquire();
    });
    entered_.acquire();
    send();
  }
  ~full_house() {
    open_.release();
    ref.stop().wait();
  }
  full_house(const full_house&) = delete;
  full_house& operator=(const full_house&) = delete;

  /// The second and later messages are dropped.
  void send() const {
    ref.defer([](house&) {});
  }

  const vicar::actor_ref<house> ref =
      vicar::start<house>({.mailbox_capacity = 1, .on_overflow = vicar::overflow::drop});

 private:
  std::binary_semaphore entered_{0};
  std::binary_semaphore open_{0};
};

/// Actors that occupy the idle threads of earlier ones, so that the next one needs a new thread.
class taken_threads {
 public:
  taken_threads() {
    for (std::size_t i = 0; i < vicar::detail::most_idle_threads; ++i) all_.push_back(vicar::start<animal>());
  }
  ~taken_threads() {
    for (auto& each : all_) each.stop().wait();
  }
  taken_threads(const taken_threads&) = delete;
  taken_threads& operator=(const taken_threads&) = delete;

 private:
  std::vector<vicar::actor_ref<animal>> all_;
};

}  // namespace

VICAR_PROXY(room, text)
VICAR_PROXY(house, text, both, inside, VICAR_PROPERTY(called, name))

namespace {

TEST_CASE("start without memory leaks no actor") {
  tally counts;
  const auto started_or_not = [&](auto start) {
    leaves_no_memory([&] {
      const taken_threads all;
      const std::vector<vicar::any_actor_ref> others = registry::get_all();
      std::vector<vicar::actor_ref<guest>> started_actors;
      at_every_allocation(start, [&](const auto& now) {
        REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
        if (now.returned()) {
          started_actors.push_back(*now.result);  // stopped later, so that the next one cannot reuse its thread
          CHECK(now.result->call(&guest::seven).get() == 7);
        }
        CHECK(registry::get_all().size() == others.size() + started_actors.size());
        CHECK(counts.alive == static_cast<int>(started_actors.size()));
      });
      for (auto& each : started_actors) CHECK(each.stop().get());
      CHECK(registry::get_all() == others);
      CHECK(counts.alive == 0);
    });
  };
  started_or_not([&] { return vicar::start<guest>(counts); });
  started_or_not([&] { return vicar::start<guest>({.name = "a name that is too long for its thread"}, counts); });
  started_or_not([&] { return vicar::start<guest>({.mailbox_capacity = 1}, counts, std::string(100, 'y')); });
}

TEST_CASE("start without memory logs what it can") {
  tally counts;
  support::log_capture log{vicar::log_level::debug};
  long started_so_far = 0;
  at_every_allocation([&] { return vicar::start<guest>(counts); },
                      [&](const auto& now) {
                        CHECK(now.returned() != now.threw_bad_alloc());
                        if (!now.returned()) return;
                        ++started_so_far;
                        CHECK(now.result->stop().get());
                      });
  CHECK(started_so_far > 2);  // a line that cannot be written makes no start fail
  CHECK(log.count(vicar::log_level::debug, "Stopped") == static_cast<std::size_t>(started_so_far));
  CHECK(counts.alive == 0);
}

TEST_CASE("calls of a constructor are answered when there is no memory to start its actor") {
  leaves_no_memory([] {
    const vicar::future<int> none;
    vicar::future<int> answer;
    vicar::future<bool> stopped;
    at_every_allocation([&] { vicar::start<eager>(answer, stopped); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (now.returned()) {
                            CHECK(answer.get() == 7);
                            CHECK(stopped.get());
                          } else {
                            if (answer != none) {
                              REQUIRE(answer.ready());
                              CHECK_THROWS(answer.get());
                            }
                            if (stopped != vicar::future<bool>{}) {
                              REQUIRE(stopped.ready());
                              CHECK(stopped.get());
                            }
                          }
                          answer = {};
                          stopped = {};
                          CHECK(registry::get_all().empty());
                        });
  });
}

TEST_CASE("a start that is refused for its options throws that error or bad_alloc") {
  at_every_allocation([] { vicar::start<animal>({.mailbox_capacity = 0}); },
                      [](const auto& now) {
                        CHECK_FALSE(now.returned());
                        CHECK(now.threw_bad_alloc() == now.short_of_memory);
                      });
}

TEST_CASE("a stop without memory has no effect: the actor runs on, its token is not signalled") {
  leaves_no_memory([] {
    vicar::stop_token token;
    auto ref = vicar::start<visitor>(token);  // it was sent no message: its mailbox has no memory yet
    at_every_allocation([&] { return ref.stop(); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          CHECK(token.stop_requested() == now.returned());
                          if (now.returned())
                            CHECK(now.result->get());
                          else
                            CHECK(ref.is_alive());
                          if (now.returned()) ref = vicar::start<visitor>(token);
                        });
    CHECK(ref.call(&visitor::seven).get() == 7);
    ref.stop().get();
  });
}

TEST_CASE("a stop token is created or throws bad_alloc") {
  leaves_no_memory([] {
    bool works = false;
    at_every_allocation(
        [&] {
          works = false;
          vicar::stop_token token;
          const auto ref = vicar::start<visitor>(token);
          works = token.stop_possible();
          const support::failing_allocation enough{1'000'000};
          ref.stop().get();
        },
        [&](const auto& now) { CHECK(now.threw_bad_alloc() != works); });
  });
}

TEST_CASE("a stop of an actor that has ended returns false or throws bad_alloc") {
  leaves_no_memory([] {
    const auto ref = vicar::start<house>();
    ref.stop().get();
    at_every_allocation([&] { return ref.stop(); },
                        [](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (now.returned()) CHECK_FALSE(now.result->get());
                        });
  });
}

TEST_CASE("stop_all without memory stops some, and again stops the rest") {
  leaves_no_memory([] {
    constexpr std::size_t number = 4;
    std::vector<vicar::actor_ref<house>> all;
    for (std::size_t i = 0; i < number; ++i) all.push_back(vicar::start<house>());
    at_every_allocation([] { return registry::stop_all(); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          std::size_t alive = 0;
                          for (const auto& each : all) {
                            if (!each.is_alive()) continue;
                            ++alive;
                            CHECK(each.call(&house::name).get() == long_text);
                          }
                          if (now.returned())
                            CHECK(alive == 0);
                          else
                            CHECK(alive > 0);
                          CHECK(registry::stop_all() == std::vector<bool>(alive, true));
                          for (auto& each : all) each = vicar::start<house>();
                        });
    CHECK(registry::stop_all().size() == number);
  });
}

TEST_CASE("stop_all that times out throws timeout_error or bad_alloc, and a second call stops the rest") {
  leaves_no_memory([] {
    std::binary_semaphore entered{0};
    std::binary_semaphore open{0};
    std::array<vicar::stop_token, 2> tokens;
    std::vector<vicar::actor_ref<visitor>> both;
    const auto start_both = [&] {
      both.clear();
      for (vicar::stop_token& each : tokens) both.push_back(vicar::start<visitor>(each));
      both.back().defer([&](visitor&) {
        entered.release();
        open.acquire();
      });
      entered.acquire();
    };
    const auto stop_both = [&] {
      open.release();
      registry::stop_all();
      CHECK(registry::get_all().empty());
    };
    start_both();
    at_every_allocation([] { registry::stop_all(std::chrono::seconds{0}); },
                        [&](const auto& now) {
                          CHECK(now.threw_bad_alloc() == now.short_of_memory);
                          REQUIRE_FALSE(now.returned());
                          if (!now.short_of_memory) {
                            CHECK_THROWS_AS(std::rethrow_exception(now.thrown), vicar::timeout_error);
                            for (const vicar::stop_token& each : tokens) CHECK(each.stop_requested());
                          }
                          stop_both();
                          start_both();
                        });
    stop_both();
  });
}

TEST_CASE("the text of a timeout_error is complete, or says that there is no memory") {
  const full_house busy;
  std::exception_ptr failure;
  const auto run_out_of_time = [&] {
    try {
      registry::stop_all(std::chrono::seconds{0});
    } catch (const vicar::timeout_error&) {
      failure = std::current_exception();
    }
  };
  run_out_of_time();
  at_every_allocation(
      [&] {
        try {
          std::rethrow_exception(failure);
        } catch (const vicar::timeout_error& error) {
          return std::string_view{error.what()};
        }
      },
      [&](const auto& now) {
        REQUIRE(now.returned());
        const std::string_view part = now.short_of_memory ? "not enough memory" : "house";
        CHECK(now.result->find(part) != std::string_view::npos);
        if (!now.short_of_memory) run_out_of_time();  // creates the error's text
      });
}

TEST_CASE("the registry finds all actors or throws bad_alloc") {
  leaves_no_memory([] {
    const started<house> first;
    const started<house> second;
    const started<animal> third;
    const auto finds = [](auto look_up, std::size_t number) {
      at_every_allocation(look_up, [&](const auto& now) {
        REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
        if (now.returned()) CHECK(now.result->size() == number);
      });
    };
    finds([] { return registry::get_all(); }, 3);
    finds([] { return registry::get_by_class<house>(); }, 2);
    finds([] { return registry::get_by_class<animal>(); }, 3);
    finds([] { return registry::get_by_class_name("house"); }, 2);
    const std::string urn = third.ref.urn();
    at_every_allocation([&] { return registry::get_by_urn(urn); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (now.returned()) CHECK(**now.result == third.ref);
                        });
    needs_no_memory([&] {
      registry::unregister(first.ref);
      registry::register_actor(first.ref);
    });
    CHECK(registry::get_all().size() == 3);
  });
}

TEST_CASE("handles are copied, compared, converted and queried without memory") {
  const started<house> actor;
  const auto method = actor.proxy.method<&house::name>();
  const auto nested = actor.proxy.at<&house::inside>();
  needs_no_memory([&] {
    const auto ref = actor.ref;
    const auto proxy = actor.proxy;
    const auto kept = method;
    const auto inside = nested;
    const vicar::actor_ref<animal> base = ref;
    const vicar::any_actor_ref any = base;
    const bool same = any == ref && proxy == actor.proxy && kept == method && inside == nested;
    if (!same || !any.as<animal>() || !ref.is_alive() || ref.name().empty() || ref.stats().failed != 0)
      throw std::logic_error{"handles are not what they were"};
    static_cast<void>(proxy->text);
  });
}

TEST_CASE("proxies are created or throw bad_alloc") {
  leaves_no_memory([] {
    const started<house> actor;
    const auto makes = [&](auto make) {
      at_every_allocation(make, [](const auto& now) { REQUIRE(now.threw_bad_alloc() == now.short_of_memory); });
      CHECK(actor->call(&house::name).get() == long_text);
    };
    makes([&] { return actor.ref.proxy(); });
    makes([&] { return vicar::actor_proxy<animal>{actor.proxy}; });
    makes([&] { return actor.proxy.at(&house::inside); });
    makes([&] { return actor.proxy.at<&house::inside>(); });
  });
}

TEST_CASE("names and texts are created or throw bad_alloc") {
  leaves_no_memory([] {
    const auto texts = [](auto text) {
      const started<house> actor;
      at_every_allocation([&] { return text(actor); },
                          [](const auto& now) {
                            REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                            if (now.returned()) CHECK(now.result->size() > 20);
                          });
    };
    texts([](const started<house>& of) { return of.ref.urn(); });
    texts([](const started<house>& of) { return fmt::format("{}", of.ref); });
    texts([](const started<house>& of) { return fmt::format("{:s}", of.proxy); });
  });
}

TEST_CASE("a read without memory throws bad_alloc, in the call or in the future") {
  leaves_no_memory([] {
    const started<house> actor;
    const auto reads = [](auto read) {
      at_every_allocation(read, [](const auto& now) {
        REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
        if (now.returned()) CHECK(*now.result == long_text);
      });
    };
    reads([&] { return actor.ref.get(&house::text).get(); });
    reads([&] { return actor.ref.get<&house::text>().get(); });
    reads([&] { return actor.proxy->text.get(); });
    reads([&] { return actor.proxy->called.read().get(); });
    reads([&] { return actor.proxy->inside->text.get(); });
    reads([&] { return actor.proxy->both.get()[1]; });
    reads([&] { return actor.proxy->inside.get().text; });
    const vicar::future<std::string> kept = actor.proxy->text.read();
    reads([&] { return std::string{kept.get()}; });
  });
}

TEST_CASE("a log sink is replaced or stays") {
  leaves_no_memory([] {
    const support::log_capture restores;
    auto written = std::make_shared<std::atomic<int>>(0);
    const auto sink = [written, text = long_text](const vicar::log_record&) { ++*written; };
    int before = 0;
    vicar::set_log_sink([&](const vicar::log_record&) { ++before; });
    const auto write = [] {
      vicar::detail::log(vicar::log_level::error, "", nullptr, [] { return std::string{"line"}; });
    };
    at_every_allocation([&] { vicar::set_log_sink(sink); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          const int old = before;
                          const int fresh = *written;
                          write();
                          CHECK(before - old == (now.returned() ? 0 : 1));
                          CHECK(*written - fresh == (now.returned() ? 1 : 0));
                          vicar::set_log_sink([&](const vicar::log_record&) { ++before; });
                        });
    needs_no_memory([] { vicar::reset_log_sink(); });
  });
}

TEST_CASE("a dead letter handler is replaced or stays") {
  leaves_no_memory([] {
    const full_house busy;
    auto reported = std::make_shared<std::atomic<int>>(0);
    const auto handler = [reported, text = long_text](const vicar::dead_letter&) { ++*reported; };
    int before = 0;
    vicar::set_dead_letter_handler([&](const vicar::dead_letter&) { ++before; });
    at_every_allocation([&] { vicar::set_dead_letter_handler(handler); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          const int old = before;
                          const int fresh = *reported;
                          busy.send();
                          CHECK(before - old == (now.returned() ? 0 : 1));
                          CHECK(*reported - fresh == (now.returned() ? 1 : 0));
                          vicar::set_dead_letter_handler([&](const vicar::dead_letter&) { ++before; });
                        });
    needs_no_memory([] { vicar::reset_dead_letter_handler(); });
    const int last = before;
    busy.send();
    CHECK(before == last);
  });
}

TEST_CASE("the text of an exception is created or throws bad_alloc") {
  const auto failure = std::make_exception_ptr(std::runtime_error{long_text});
  at_every_allocation([&] { return vicar::exception_text(failure); });
  at_every_allocation([&] { return vicar::exception_text(std::make_exception_ptr(7)); });
}

}  // namespace
