// SPDX-License-Identifier: BSL-1.0

// The cases of wait_word.hpp, for each of its implementations: WAIT_WORD_NAMESPACE is its namespace, WAIT_WORD_CASE
// names a case.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <latch>

#include "support/catch.hpp"
#include "support/threads.hpp"

namespace {

using namespace std::chrono_literals;
using support::joined_thread;
using support::on_threads;
using WAIT_WORD_NAMESPACE::detail::sleep_while;
using WAIT_WORD_NAMESPACE::detail::spin_until;
using WAIT_WORD_NAMESPACE::detail::time_limit;
using WAIT_WORD_NAMESPACE::detail::wait_word;
using WAIT_WORD_NAMESPACE::detail::wake_all;
using WAIT_WORD_NAMESPACE::detail::wake_one;

TEST_CASE(WAIT_WORD_CASE("does not sleep if the word has changed already")) {
  const wait_word word{1};
  sleep_while(word, 0);
  sleep_while(word, 0, time_limit{1h}.until_nanoseconds());
  CHECK(word == 1);
}

TEST_CASE(WAIT_WORD_CASE("sleeps until its deadline and not longer")) {
  const wait_word word{0};
  for (const auto duration : {0us, 1us, 900us, 5000us, -5000us}) {
    const time_limit limit{duration};
    int sleeps = 0;
    for (; !limit.passed(); ++sleeps) sleep_while(word, 0, limit.until_nanoseconds());
    CHECK(sleeps < 200);
    sleep_while(word, 0, limit.until_nanoseconds());
  }
}

TEST_CASE(WAIT_WORD_CASE("is woken by another thread")) {
  for (const bool limited : {false, true}) {
    for (int round = 0; round < 300; ++round) {
      wait_word word{0};
      int data = 0;
      std::latch begun{1};
      int seen = 0;
      {
        const joined_thread sleeper{[&] {
          begun.count_down();
          while (word.load(std::memory_order_acquire) == 0)
            sleep_while(word, 0, (limited ? time_limit{1h} : time_limit{}).until_nanoseconds());
          seen = data;
        }};
        begun.wait();
        data = 7;
        word.store(1, std::memory_order_release);
        wake_one(word);
      }
      CHECK(seen == 7);
    }
  }
}

TEST_CASE(WAIT_WORD_CASE("is woken out of the kernel, by wake_one and by wake_all")) {
  for (const bool all : {false, true}) {
    for (const bool limited : {false, true}) {
      wait_word word{0};
      support::sleeper waiter;
      {
        const joined_thread sleeping{[&] {
          waiter.here();
          while (word == 0) sleep_while(word, 0, (limited ? time_limit{1h} : time_limit{}).until_nanoseconds());
        }};
        waiter.wait_until_asleep();
        word = 1;
        all ? wake_all(word) : wake_one(word);
      }
      CHECK(word == 1);
    }
  }
}

TEST_CASE(WAIT_WORD_CASE("passes a word to and fro")) {
  constexpr std::uint32_t rounds = 2000;
  wait_word word{0};
  const auto play = [&](std::uint32_t mine) {
    for (std::uint32_t turn = mine; turn < rounds; turn += 2) {
      for (std::uint32_t now = word; now != turn; now = word) sleep_while(word, now);
      word = turn + 1;
      wake_one(word);
    }
  };
  on_threads(2, [&](std::size_t index) { play(static_cast<std::uint32_t>(index)); });
  CHECK(word == rounds);
}

TEST_CASE(WAIT_WORD_CASE("wakes all threads that sleep on one word, and loses no other wake-up")) {
  std::array<wait_word, 3> words{};
  std::atomic<int> woken{0};
  std::latch begun{6};
  {
    const joined_thread waker{[&] {
      begun.wait();
      for (wait_word& each : words) {
        each = 1;
        wake_all(each);
      }
    }};
    on_threads(6, [&](std::size_t index) {
      const wait_word& mine = words[index % words.size()];
      begun.count_down();
      while (mine == 0) sleep_while(mine, 0);
      ++woken;
    });
  }
  CHECK(woken == 6);
}

TEST_CASE(WAIT_WORD_CASE("spins for a moment and returns whether the condition became true")) {
  int asked = 0;
  CHECK(spin_until([&] { return ++asked == 3; }));
  CHECK(asked == 3);
  asked = 0;
  CHECK_FALSE(spin_until([&] { return ++asked < 0; }));
  CHECK(asked > 3);
  CHECK(asked < 1000);
}

}  // namespace
