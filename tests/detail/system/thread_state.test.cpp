// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/system/thread_state.hpp>

#include <array>
#include <cerrno>
#include <cfenv>
#include <csignal>
#include <thread>

#include <locale.h>
#include <pthread.h>

#include "support/catch.hpp"
#include "support/thread_attributes.hpp"

namespace {

using vicar::detail::thread_between_actors;
using vicar::detail::thread_heritage;
using vicar::detail::thread_schedule;

/// Runs on a new thread, whose state the test may change freely.
template <class Action>
void on_a_thread(Action action) {
  std::thread{action}.join();
}

/// Whether a thread may be reused after `change` was called on it.
template <class Change>
bool like_new_after(Change change) {
  bool like_new = false;
  on_a_thread([&] {
    const thread_between_actors between;
    const thread_heritage heritage = thread_heritage::of_this_thread();
    change();
    like_new = between.clean(heritage);
  });
  return like_new;
}

TEST_CASE("a thread on which nothing was set may be reused") {
  CHECK(like_new_after([] {}));
}

TEST_CASE("restorable settings do not prevent the reuse of a thread") {
  CHECK(like_new_after([] { support::block_signal(SIGUSR1); }));
  CHECK(like_new_after([] { std::fesetround(FE_UPWARD); }));
  CHECK(like_new_after([] { errno = EIO; }));
}

TEST_CASE("a thread takes no signals between actors") {
  on_a_thread([] {
    const thread_between_actors between;
    between.clean(thread_heritage::of_this_thread());
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGSEGV}) CHECK(support::blocks_signal(signal));
  });
}

TEST_CASE("a thread between actors rounds, and names its locale, as the program began") {
  on_a_thread([] {
    const thread_between_actors between;
    const thread_heritage heritage = thread_heritage::of_this_thread();
    std::fesetround(FE_DOWNWARD);
    const locale_t c = newlocale(LC_ALL_MASK, "C", nullptr);
    uselocale(c);
    CHECK(between.clean(heritage));
    CHECK(std::fegetround() == FE_TONEAREST);
    CHECK(uselocale(nullptr) == LC_GLOBAL_LOCALE);
    freelocale(c);
  });
}

TEST_CASE("a thread between actors can be cancelled like a new one, at its next cancellation point") {
  on_a_thread([] {
    const thread_between_actors between;
    const thread_heritage heritage = thread_heritage::of_this_thread();
    int before = 0;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before);
    CHECK(between.clean(heritage));
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before);
    CHECK(before == PTHREAD_CANCEL_ENABLE);
    pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &before);
    CHECK(before == PTHREAD_CANCEL_DEFERRED);
  });
}

TEST_CASE("a thread inherits signals and rounding from the starting thread, but not errno") {
  on_a_thread([] {
    support::block_signal(SIGUSR1);
    std::fesetround(FE_UPWARD);
    errno = EIO;
    const thread_heritage heritage = thread_heritage::of_this_thread();
    CHECK(errno == EIO);
    std::thread{[&] {
      thread_between_actors{}.clean(thread_heritage::of_this_thread());
      std::fesetround(FE_DOWNWARD);
      errno = EIO;
      heritage.take_over();
      CHECK(errno == 0);
      CHECK(std::fegetround() == FE_UPWARD);
      CHECK(support::blocks_signal(SIGUSR1));
      CHECK_FALSE(support::blocks_signal(SIGUSR2));
    }}.join();
  });
}

TEST_CASE("a thread with a pending signal is not reused") {
  CHECK_FALSE(like_new_after([] {
    support::block_signal(SIGUSR1);
    pthread_kill(pthread_self(), SIGUSR1);
  }));
}

TEST_CASE("a thread with an alternate signal stack is not reused") {
  static std::array<char, 1 << 16> memory;
  CHECK_FALSE(like_new_after([] {
    stack_t stack{};
    stack.ss_sp = memory.data();
    stack.ss_size = memory.size();
    REQUIRE(sigaltstack(&stack, nullptr) == 0);
  }));
}

TEST_CASE("threads are scheduled alike until one is changed") {
  const thread_schedule here = thread_schedule::of_this_thread();
  CHECK(here == thread_schedule::of_this_thread());
  on_a_thread([&] { CHECK(here == thread_schedule::of_this_thread()); });
}

TEST_CASE("a thread whose priority was lowered is not reused") {
  CHECK_FALSE(like_new_after([] { support::set_nice(support::nice() + 1); }));
}

TEST_CASE("a thread with another scheduling policy is not reused") {
  CHECK_FALSE(like_new_after([] { REQUIRE(support::become_batch()); }));
}

TEST_CASE("a thread that was bound to a core is not reused") {
  if (support::cpu_count() == 1) return;  // nothing to choose from
  CHECK_FALSE(like_new_after([] { support::bind_to_one_cpu(); }));
}

}  // namespace
