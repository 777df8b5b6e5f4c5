// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/system/spin_lock.hpp>

#include <cstddef>
#include <latch>
#include <mutex>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

#include "support/catch.hpp"
#include "support/threads.hpp"

namespace {

using support::joined_thread;
using support::on_threads;
using vicar::detail::spin_lock;

TEST_CASE("a spin lock lets one thread in at a time") {
  spin_lock lock;
  long sum = 0;
  constexpr long rounds = 20000;
  on_threads(8, [&](std::size_t) {
    for (long i = 0; i < rounds; ++i) {
      const std::lock_guard guard{lock};
      ++sum;
    }
  });
  CHECK(sum == 8 * rounds);
}

TEST_CASE("a spin lock publishes the writes of its holder, also to a thread that had to sleep") {
  spin_lock lock;
  int data = 0;
  lock.lock();
  {
    support::sleeper other;
    int seen = -1;
    const joined_thread waiting{[&] {
      other.here();
      const std::lock_guard guard{lock};
      seen = data;
      data = 2;
    }};
    other.wait_until_asleep();
    data = 1;
    lock.unlock();
  }
  const std::lock_guard guard{lock};
  CHECK(data == 2);
}

#if defined(__linux__)

TEST_CASE("a holder of lower priority makes progress, even with real-time priorities on one core") {
  cpu_set_t one_core;
  CPU_ZERO(&one_core);
  CPU_SET(0, &one_core);
  const auto become = [&](int priority) {
    sched_param wanted{};
    wanted.sched_priority = priority;
    return pthread_setaffinity_np(pthread_self(), sizeof(one_core), &one_core) == 0 &&
           pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted) == 0;
  };
  spin_lock lock;
  std::latch held{1};
  bool real_time = true;
  bool done = false;
  {
    const joined_thread low{[&] {
      real_time = become(1);
      lock.lock();
      held.count_down();  // from here on the other thread runs, if it can
      done = true;
      lock.unlock();
    }};
    const joined_thread high{[&] {
      held.wait();
      real_time = become(2) && real_time;
      for (int i = 0; i < 1000; ++i) {
        const std::lock_guard guard{lock};
      }
    }};
  }
  CHECK(done);
  if (!real_time) WARN("real-time priorities are not allowed here: seen with ordinary ones only");
}

#endif

}  // namespace
