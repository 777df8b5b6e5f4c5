// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/runtime/idle_wait.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

#include <vicar/detail/mailbox/mailbox.hpp>

#include "support/catch.hpp"
#include "support/threads.hpp"

using support::joined_thread;
using vicar::detail::idle_wait;
using vicar::detail::last_wake;
using vicar::detail::mailbox;
using vicar::detail::message;
using vicar::detail::the_last_wake;

namespace {

struct note : message {
  note() : message{&kind} {}
  static const traits kind;
};
constexpr message::traits note::kind{nullptr, &vicar::detail::relocate_message<note>, sizeof(note), true};

#if defined(__linux__)
/// At most two of the cores that this process may use; the same one twice if there is only one.
std::vector<unsigned> two_cores() {
  cpu_set_t allowed;
  REQUIRE(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
  std::vector<unsigned> cores;
  for (unsigned core = 0; core < CPU_SETSIZE && cores.size() < 2; ++core)
    if (CPU_ISSET(core, &allowed)) cores.push_back(core);
  if (cores.size() == 1) cores.push_back(cores.front());
  return cores;
}

void confine_to(unsigned core) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  if (sched_setaffinity(0, sizeof one, &one) != 0) std::terminate();
}

/// Runs the function on a thread that is confined to the core.
template <class Function>
void on_core(unsigned core, Function function) {
  const joined_thread thread{[&] {
    confine_to(core);
    function();
  }};
}
#endif

/// Handles `count` messages that another thread sends one by one, each after the previous one was handled; in between
/// that thread calls `before_each`.
template <class Prepare, class Before>
void one_by_one(std::size_t count, Prepare prepare, Before before_each) {
  mailbox queue{static_cast<std::size_t>(-1)};
  std::atomic<std::size_t> handled{0};
  const joined_thread consumer{[&] {
    prepare();
    idle_wait pause;
    while (handled < count) {
      if (message* const next = queue.front()) {
        queue.begin(*next);
        queue.pop();
        ++handled;
        handled.notify_one();
      } else {
        pause.wait(queue);
      }
    }
  }};
  for (std::size_t sent = 0; sent < count; ++sent) {
    before_each(sent);
    note one;
    if (queue.push(one) == mailbox::push_result::accepted_armed) {
      the_last_wake.note();
      queue.wake();
    }
    handled.wait(sent);
  }
}

/// A mailbox that counts how often it is polled. A pause sleeps at once if there was one poll before the sleep.
struct looked_into {
  std::function<bool(int)> has_message_at_look = [](int) { return false; };
  std::function<void()> sleep = [] { the_last_wake.note(); };  // by this core
  int looks = 0;
  int sleeps = 0;

  bool has_messages() noexcept { return has_message_at_look(++looks); }
  bool arm() const noexcept { return true; }
  void sleep_until_woken() noexcept {
    ++sleeps;
    sleep();
  }
};

struct pause_taken {
  int looks;
  bool slept;
};
pause_taken wait_once(idle_wait& pause, looked_into& queue) {
  queue.looks = 0;
  queue.sleeps = 0;
  pause.wait(queue);
  return {queue.looks, queue.sleeps == 1};
}

/// Longer than any pause that makes a difference.
void pass_time() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds{1};
  while (std::chrono::steady_clock::now() < until) {
  }
}

looked_into with_long_pauses() {
  looked_into queue;
  queue.sleep = [] {
    pass_time();
    the_last_wake.note();
  };
  return queue;
}

/// Pauses that end at the second poll, or at once by a wake-up, until one of them found its message by polling.
/// False if none did: other threads may preempt this one, so that a short pause becomes long.
bool spins_after_short_pauses(idle_wait& pause) {
  looked_into queue;
  queue.has_message_at_look = [](int look) { return look >= 2; };
  for (int pauses = 0; pauses < 10'000; ++pauses)
    if (!wait_once(pause, queue).slept) return true;
  return false;
}

}  // namespace

TEST_CASE("each wake-up differs from the one before") {
  last_wake wake;
  std::uint64_t before = wake.word();
  for (int i = 0; i < 100'000; ++i) {
    wake.note();
    const std::uint64_t now = wake.word();
    if (now == before) FAIL("the same after " << i);
    before = now;
  }
}

TEST_CASE("an actor with long pauses sleeps at once") {
  idle_wait pause;
  looked_into queue = with_long_pauses();
  for (int i = 0; i < 20; ++i) {
    const pause_taken taken = wait_once(pause, queue);
    CHECK(taken.looks == 1);
    CHECK(taken.slept);
  }
}

TEST_CASE("an actor with short pauses polls for the next message before it sleeps") {
  idle_wait pause;
  REQUIRE(spins_after_short_pauses(pause));
  looked_into without_message;
  const pause_taken taken = wait_once(pause, without_message);
  CHECK(taken.looks > 2);
  CHECK(taken.slept);
}

TEST_CASE("an actor adapts when its pauses become long or short") {
  idle_wait pause;
  looked_into queue = with_long_pauses();
  for (int turn = 0; turn < 3; ++turn) {
    CHECK(spins_after_short_pauses(pause));
    for (int i = 0; i < 10; ++i) wait_once(pause, queue);
    CHECK(wait_once(pause, queue).looks == 1);
  }
}

#if defined(__linux__)
TEST_CASE("an actor keeps its own core awake until the next actor is woken, if woken from another core") {
  const std::vector<unsigned> cores = two_cores();
  if (cores.front() == cores.back()) return;
  looked_into queue;
  const auto be_woken_from = [&](unsigned core) {
    queue.sleep = [core] {
      pass_time();
      on_core(core, [] { the_last_wake.note(); });
    };
  };
  std::vector<int> looks;
  const auto wait = [&](idle_wait& pause) { looks.push_back(wait_once(pause, queue).looks); };
  const auto when_confined = [&](auto function) { on_core(cores.back(), function); };

  SECTION("until then") {
    be_woken_from(cores.front());
    when_confined([&] {
      idle_wait pause;
      wait(pause);
      queue.has_message_at_look = [](int look) {
        if (look == 5) the_last_wake.note();
        return false;
      };
      wait(pause);
    });
    CHECK(looks[0] == 1);
    CHECK(looks[1] > 1);
    CHECK(looks[1] <= 6);  // fewer than five if they were not reached in time
  }
  SECTION("rarely, if no actor was woken the last time") {
    be_woken_from(cores.front());
    when_confined([&] {
      idle_wait pause;
      for (int i = 0; i < 40; ++i) wait(pause);
    });
    CHECK(looks[0] == 1);
    CHECK(looks[1] > 1);
    const auto vigils = std::count_if(looks.begin(), looks.end(), [](int each) { return each > 1; });
    CHECK(vigils >= 2);
    CHECK(vigils <= 5);
  }
  SECTION("not if it was woken from its own core") {
    be_woken_from(cores.back());
    when_confined([&] {
      idle_wait pause;
      for (int i = 0; i < 10; ++i) wait(pause);
    });
    CHECK(looks == std::vector<int>(10, 1));
  }
  SECTION("not if it may run elsewhere") {
    be_woken_from(cores.front());
    idle_wait pause;
    for (int i = 0; i < 10; ++i) wait(pause);
    CHECK(looks == std::vector<int>(10, 1));
  }
}

TEST_CASE("a thread knows whether it was woken from another core") {
  const std::vector<unsigned> cores = two_cores();
  last_wake wake;
  for (const unsigned from : cores) {
    on_core(from, [&] { wake.note(); });
    for (const unsigned here : cores) {
      std::optional<bool> from_another;
      on_core(here, [&] { from_another = wake.from_another_core(); });
      CHECK(from_another == (from != here));
    }
  }
}

TEST_CASE("a thread knows whether it is confined to a core") {
  const std::vector<unsigned> cores = two_cores();
  std::optional<bool> confined;
  on_core(cores.back(), [&] { confined = vicar::detail::confined_to_a_core(); });
  CHECK(confined == true);
  if (cores.front() != cores.back()) CHECK_FALSE(vicar::detail::confined_to_a_core());
}

TEST_CASE("no message is missed by an actor that keeps its core awake") {
  const std::vector<unsigned> cores = two_cores();
  // Pauses too long for spinning, so that the actor sleeps in them, or keeps its core awake; and wake-ups
  // by others, which end that at any moment.
  on_core(cores.front(), [&] {
    one_by_one(
        1000, [&] { confine_to(cores.back()); },
        [](std::size_t sent) {
          const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds{sent % 150 + 30};
          while (std::chrono::steady_clock::now() < until)
            if (sent % 3 == 0) the_last_wake.note();
        });
  });
}
#endif

TEST_CASE("no message is missed, however long the pauses are") {
  one_by_one(
      1000, [] {},
      [](std::size_t sent) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds{sent % 200};
        while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
      });
}
