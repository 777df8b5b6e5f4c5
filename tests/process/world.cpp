// SPDX-License-Identifier: BSL-1.0
// What ends a process in the middle of a run of explore: the argument says what.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <vicar/explore.hpp>
#include <vicar/vicar.hpp>

namespace {

using namespace std::chrono_literals;

void say(const char* text) {
  std::puts(text);
  std::fflush(stdout);
}

class target {
 public:
  ~target() { say("target destroyed"); }
  int answer() { return 1; }
};

std::mutex shared;

/// Holds a lock of its own while it waits.
class locker {
 public:
  explicit locker(vicar::actor_ref<target> asked) : asked_{std::move(asked)} {}
  int work() {
    const std::lock_guard lock{shared};
    return asked_.call<&target::answer>().get();
  }

 private:
  vicar::actor_ref<target> asked_;
};

class worker {
 public:
  void loop() {
    volatile bool for_ever = true;
    while (for_ever) {
    }
  }
  void leave() { std::exit(5); }
};

/// A static object that uses an actor of the world when the process ends.
struct late_user {
  std::vector<vicar::actor_ref<target>> actors;
  ~late_user() {
    for (const auto& each : actors) std::printf("alive at the end: %d\n", each.is_alive() ? 1 : 0);
    std::fflush(stdout);
  }
};
late_user late;

void hold_a_lock(vicar::world&) {
  const auto asked = vicar::start<target>();
  const auto one = vicar::start<locker>(asked);
  const auto other = vicar::start<locker>(asked);
  const auto first = one.call<&locker::work>();
  const auto second = other.call<&locker::work>();
  first.wait();
  second.wait();
}

/// Waits in a destructor for an actor that never ends.
struct waits_in_destructor {
  vicar::actor_ref<target> asked;
  vicar::future<int> answer;
  ~waits_in_destructor() { answer.wait(); }
};
void wait_in_destructor(vicar::world&) {
  const vicar::promise<int> never;
  const waits_in_destructor last{vicar::start<target>(), never.get_future()};
}

void catch_everything(vicar::world&) {
  const vicar::promise<int> never;
  const auto answer = never.get_future();
  for (;;) {
    try {
      answer.get();
    } catch (const std::exception&) {
    }
  }
}

void fork_and_return(vicar::world& world) {
  const auto asked = vicar::start<target>();
  const auto helper = world.spawn("helper", [asked] { asked.call<&target::answer>().get(); });
  const pid_t child = fork();
  if (child == 0) {
    std::printf("alive in the child: %d\n", asked.is_alive() ? 1 : 0);
    try {
      world.run();
    } catch (const vicar::error& refused) {
      std::puts(refused.what());
    }
    std::fflush(stdout);
    return;  // into explore
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::printf("the child was aborted: %d\n", WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? 1 : 0);
  std::fflush(stdout);
}

void fork_and_exit(vicar::world&) {
  const auto asked = vicar::start<target>();
  const pid_t child = fork();
  if (child == 0) _exit(asked.is_alive() ? 1 : 7);
  int status = 0;
  waitpid(child, &status, 0);
  std::printf("the child returned %d\n", WEXITSTATUS(status));
  std::printf("the answer is %d\n", asked.call<&target::answer>().get());
  std::fflush(stdout);
}

}  // namespace

int main(int, char* argv[]) {
  const std::string_view how = argv[1];
  // The end of the process may take longer than a second: ThreadSanitizer sleeps in it.
  const vicar::explore_options once{
      .runs = 1, .how = vicar::strategy::usual, .patience = how.starts_with("exit") ? 60s : 1s};
  const vicar::call_site here{"world.cpp", 1};
  const auto explore = [&](const vicar::explorer::body_type& body) {
    const vicar::exploration found = vicar::try_explore(once, body, here);
    if (!found.failure.empty()) std::puts(found.failure.c_str());
  };
  if (how == "lock") {
    vicar::try_explore({.runs = 100, .patience = 1s}, &hold_a_lock, here);
  } else if (how == "wait_in_destructor") {
    explore(&wait_in_destructor);
  } else if (how == "catch_everything") {
    vicar::try_explore({.runs = 1, .most_steps = 1000}, &catch_everything, here);
  } else if (how == "loop") {
    explore([](vicar::world&) { vicar::start<worker>().call<&worker::loop>().get(); });
  } else if (how == "exit_in_test") {
    explore([](vicar::world&) {
      late.actors.push_back(vicar::start<target>());
      late.actors.back().call<&target::answer>().get();
      std::exit(4);
    });
  } else if (how == "exit_in_actor") {
    explore([](vicar::world&) { vicar::start<worker>().call<&worker::leave>().get(); });
  } else if (how == "exit_beside_actors") {
    const auto outside = vicar::start<target>();
    explore([](vicar::world&) {
      const auto inside = vicar::start<target>();
      std::exit(6);
    });
  } else if (how == "fork_and_return") {
    explore(&fork_and_return);
  } else if (how == "fork_and_exit") {
    explore(&fork_and_exit);
  } else if (how == "other_schedule") {
    setenv("VICAR_SCHEDULE", "bank.cpp:7/usual@1", 1);
    explore([](vicar::world&) { say("run"); });
    explore([](vicar::world&) { say("run"); });
  }
}
