// SPDX-License-Identifier: BSL-1.0
// Actors that are started after the end of the process has begun. One case a run; ctest compares the output.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <semaphore>
#include <string_view>
#include <thread>

#include <vicar/vicar.hpp>

#include "support/saying.hpp"

namespace {

using support::say;

struct counter {
  const char* name;
  int handled = 0;
  explicit counter(const char* title) : name{title} {}
  void count() { ++handled; }
  void on_stop() const {
    std::printf("%s handled %d\n", name, handled);
    std::fflush(stdout);
  }
};

void start_counter(const char* name) {
  const auto ref = vicar::start<counter>(name);
  for (int i = 0; i < 3; ++i) ref.defer<&counter::count>();
}

/// Starts the next one in on_stop.
struct generation {
  int number;
  explicit generation(int which) : number{which} {}
  void on_stop() const {
    std::printf("generation %d stops\n", number);
    std::fflush(stdout);
    if (number < 4) vicar::start<generation>(number + 1);
  }
};

// Destroyed after the first round of stops, in reverse order.
support::last_word the_last_word;
std::optional<std::thread> thread;
std::function<void()> in_destructor = [] {};
struct calls_back {
  ~calls_back() { in_destructor(); }
} the_caller;

std::atomic<int> alive{0};
struct counted {
  counted() { ++alive; }
  ~counted() { --alive; }
};
/// Another thread starts actors until static objects are destroyed.
void start_all_the_time() {
  static std::atomic<bool> enough{false};
  static std::binary_semaphore begun{0};
  thread.emplace([] {
    vicar::start<counted>();
    begun.release();
    while (!enough.load()) {
      if (alive.load() < 8) {
        vicar::start<counted>();
      } else {
        std::this_thread::yield();
      }
    }
  });
  begun.acquire();
  in_destructor = [] {
    enough.store(true);
    thread->join();
  };
}

const std::map<std::string_view, std::function<void()>> cases{
    {"in_on_stop", [] { vicar::start<generation>(1); }},
    {"in_earlier_handler",
     [] {
       std::atexit([] {
         say("handler begins");
         start_counter("late");
         say("handler returns");
       });
       start_counter("first");
     }},
    {"in_later_handler",
     [] {
       start_counter("first");
       std::atexit([] {
         say("handler begins");
         start_counter("late");
         say("handler returns");
       });
     }},
    {"in_destructor",
     [] {
       in_destructor = [] {
         say("destructor begins");
         start_counter("late");
         say("destructor returns");
       };
       start_counter("first");
     }},
    {"as_first",
     [] {
       in_destructor = [] {
         say("destructor begins");
         start_counter("late");
         say("destructor returns");
       };
     }},
    {"in_thread", start_all_the_time},
};

}  // namespace

int main(int, char** argv) {
  const auto chosen = cases.find(argv[1]);
  if (chosen == cases.end()) return 1;
  chosen->second();
  say("main returns");
}
