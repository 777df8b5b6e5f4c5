// SPDX-License-Identifier: BSL-1.0
// A caller and an actor with real-time priorities share a core: the one with the higher priority must not keep the
// other from what both wait for. One case a run; ctest compares the output. Where such priorities are not allowed, it
// runs with ordinary ones, and says so.
#include <cstdio>
#include <map>
#include <string_view>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <vicar/vicar.hpp>

namespace {

struct adder {
  int add_one(int value) { return value + 1; }
};

/// The last core that this process may use.
cpu_set_t one_core() {
  cpu_set_t allowed;
  cpu_set_t last;
  CPU_ZERO(&last);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return last;
  int core = CPU_SETSIZE - 1;
  while (core > 0 && !CPU_ISSET(core, &allowed)) --core;
  CPU_SET(core, &last);
  return last;
}

/// Confines this thread to the core, and sets the priority if that is allowed.
bool become(const cpu_set_t& core, int priority) {
  sched_param wanted{};
  wanted.sched_priority = priority;
  return pthread_setaffinity_np(pthread_self(), sizeof core, &core) == 0 &&
         pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted) == 0;
}

struct priorities {
  int caller;
  int actor;
};
const std::map<std::string_view, priorities> cases{
    {"caller_above", {2, 1}},
    {"actor_above", {1, 2}},
    {"equal", {1, 1}},
};

}  // namespace

int main(int, char** argv) {
  const auto chosen = cases.find(argv[1]);
  if (chosen == cases.end()) return 1;
  alarm(60);  // ends the process even if a real-time thread occupies the core
  const cpu_set_t core = one_core();
  const auto ref = vicar::start<adder>();
  const bool actor_is = ref.call([](adder&, const cpu_set_t& where, int priority) { return become(where, priority); },
                                 core, chosen->second.actor)
                            .get();
  const bool caller_is = become(core, chosen->second.caller);
  if (!actor_is || !caller_is)
    std::fputs("real-time priorities are not allowed here: run with ordinary ones only\n", stderr);

  int answers = 0;
  while (answers < 10'000 && ref.call<&adder::add_one>(answers).get() == answers + 1) ++answers;
  std::printf("%d answers\n", answers);
  ref.stop().wait();
}
