// SPDX-License-Identifier: BSL-1.0
// Signals and actors. One case a run; ctest compares the output and the status.
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <map>
#include <semaphore>
#include <string_view>
#include <thread>

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include <vicar/vicar.hpp>

#include "support/asleep.hpp"
#include "support/saying.hpp"

namespace {

using namespace std::chrono_literals;

using support::say;

struct worker {
  struct where {
    pthread_t thread;
    long number;
  };
  where here() { return {pthread_self(), support::this_thread()}; }
  int seven() { return 7; }
  int wait_for(std::binary_semaphore* go) {
    go->acquire();
    return 8;
  }
  void on_stop() { say("worker stopped"); }
};

std::atomic<int> caught{0};
sem_t asked_to_stop;

/// Without SA_RESTART: threads that sleep in the kernel wake.
void handle(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

void interrupt(pthread_t thread, long number) {
  for (int i = 0; i < 20; ++i) {
    support::wait_until_asleep(number);
    const int before = caught.load();
    pthread_kill(thread, SIGUSR1);
    while (caught.load() == before) std::this_thread::yield();
  }
  support::wait_until_asleep(number);
}
void count_signals() {
  handle(SIGUSR1, [](int) { ++caught; });
}

void sleeping_actor() {
  count_signals();
  const auto ref = vicar::start<worker>();
  const auto where = ref.call<&worker::here>().get();
  interrupt(where.thread, where.number);
  if (ref.call<&worker::seven>().get() == 7) say("it answers");
}

/// A plain thread that waits for a reply; `get` is passed the future.
template <class Get>
void interrupted_caller(Get get, bool answered) {
  count_signals();
  static std::binary_semaphore go{0};
  const auto ref = vicar::start<worker>();
  const auto answer = ref.call<&worker::wait_for>(&go);
  std::atomic<long> number{0};
  std::thread caller{[&] {
    number.store(support::this_thread());
    get(answer);
  }};
  while (number.load() == 0) std::this_thread::yield();
  if (answered) {
    interrupt(caller.native_handle(), number.load());
    go.release();
  }
  caller.join();
  if (!answered) go.release();
}

/// The thread of an ended actor is idle. Signals that the program accepts with `sigwait` must not
/// be delivered to it, although it was started with none of them blocked.
void taken_by_sigwait(bool start_another) {
  auto ref = vicar::start<worker>();
  const pthread_t first = ref.call<&worker::here>().get().thread;
  ref.stop().get();
  sigset_t termination;
  sigemptyset(&termination);
  sigaddset(&termination, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &termination, nullptr);
  if (start_another) {
    ref = vicar::start<worker>();
    if (pthread_equal(ref.call<&worker::here>().get().thread, first)) say("on the same thread");
  }
  kill(getpid(), SIGTERM);
  int taken = 0;
  sigwait(&termination, &taken);
  if (taken == SIGTERM) say("taken by sigwait");
}

const std::map<std::string_view, std::function<void()>> test_cases{
    {"default_action",
     [] {
       vicar::start<worker>();
       kill(getpid(), SIGTERM);
     }},
    {"handler_and_thread",
     [] {
       sem_init(&asked_to_stop, 0, 0);
       handle(SIGINT, [](int) { sem_post(&asked_to_stop); });
       const auto ref = vicar::start<worker>();
       std::thread stops{[] {
         while (sem_wait(&asked_to_stop) != 0) {  // interrupted
         }
         say("asked to stop");
         vicar::registry::stop_all();
       }};
       kill(getpid(), SIGINT);
       stops.join();
       if (!ref.is_alive()) say("stopped");
     }},
    {"sigwait_without_actors", [] { taken_by_sigwait(false); }},
    {"sigwait_with_actor", [] { taken_by_sigwait(true); }},
    {"sleeping_actor", sleeping_actor},
    {"caller", [] { interrupted_caller([](const auto& answer) { std::printf("%d\n", answer.get()); }, true); }},
    {"caller_with_limit",
     [] { interrupted_caller([](const auto& answer) { std::printf("%d\n", answer.get(1h)); }, true); }},
    {"caller_out_of_time",
     [] {
       interrupted_caller(
           [](const auto& answer) {
             std::atomic<bool> over{false};
             const pthread_t self = pthread_self();
             // The wait times out although signals arrive all the time.
             std::thread disturbs{[&] {
               while (!over.load()) {
                 pthread_kill(self, SIGUSR1);
                 std::this_thread::yield();
               }
             }};
             while (caught.load() == 0) std::this_thread::yield();
             try {
               answer.get(50ms);
               say("not to be seen");
             } catch (const vicar::timeout_error&) {
               say("out of time");
             }
             over.store(true);
             disturbs.join();
           },
           false);
     }},
};

}  // namespace

int main(int, char** argv) {
  const auto test_case = test_cases.find(argv[1]);
  if (test_case == test_cases.end()) return 1;
  test_case->second();
}
