// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/idle_wait.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

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
/// The cores that this process may use, two at most, the second of them the first once more if there is one only.
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
  const joined_thread one{[&] {
    confine_to(core);
    function();
  }};
}
#endif

/// Handles `count` messages that another thread sends one by one, each when the one before has been handled; in between
/// that thread does `before_each`.
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

#if defined(__linux__)
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
  // Pauses that are too long to spin through, so that the actor sleeps in them, or keeps its core awake; and wake-ups
  // of others, which end that at any moment.
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
