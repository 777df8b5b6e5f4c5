// SPDX-License-Identifier: BSL-1.0
// Actors that are still alive when the process ends. One case a run; ctest compares the output.
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <optional>
#include <semaphore>
#include <string_view>

#include <vicar/vicar.hpp>

namespace {

struct talker {
  int number;
  int handled = 0;
  explicit talker(int which) : number{which} {}
  void count() { ++handled; }
  void on_stop() const {
    std::printf("actor %d handled %d\n", number, handled);
    std::fflush(stdout);
  }
};

struct leaver {
  std::latch* asked;
  int leave() {
    asked->wait();
    std::exit(3);
  }
  int seven() { return 7; }
};

struct asker {
  vicar::actor_ref<leaver> other;
  std::latch* asked;
  void ask() {
    const auto answer = other.call<&leaver::leave>();
    const auto later = other.call<&leaver::seven>();
    asked->count_down();
    try {
      answer.get();
    } catch (const vicar::actor_dead_error& error) {
      std::puts(std::string_view{error.what()}.find("leave, which called exit") != std::string_view::npos
                    ? "notified of the exit"
                    : error.what());
    }
    try {
      later.get();
    } catch (const vicar::actor_dead_error&) {
      std::puts("notified of the rest");
    }
    std::fflush(stdout);
  }
  void on_stop() const {
    std::puts("asker stopped");
    std::fflush(stdout);
  }
};

struct blocked {
  std::binary_semaphore* never;
  std::binary_semaphore* entered;
  void wait() {
    entered->release();
    never->acquire();
  }
  void on_stop() const { std::puts("not to be seen"); }
};

// Constructed before the first actor starts, so destroyed after the last has ended.
std::binary_semaphore never{0};
std::binary_semaphore entered{0};
std::latch asked{1};
struct last_word {
  ~last_word() {
    std::puts("statics destroyed");
    std::fflush(stdout);
  }
} the_last_word;
std::optional<vicar::actor_ref<talker>> in_static_storage;

void forget() {
  for (int i = 1; i <= 3; ++i) {
    auto ref = vicar::start<talker>(i);
    for (int n = 0; n < 1000 * i; ++n) ref.defer<&talker::count>();
  }
}

}  // namespace

int main(int, char** argv) {
  const std::string_view how = argv[1];
  if (how == "forgotten") {
    forget();
  } else if (how == "taken_out") {
    auto ref = vicar::start<talker>(1);
    vicar::registry::unregister(ref);
  } else if (how == "daemon") {
    auto ref = vicar::start<blocked>({.daemon = true}, &never, &entered);
    ref.defer<&blocked::wait>();
    entered.acquire();
    vicar::start<talker>(1);
  } else if (how == "static") {
    in_static_storage = vicar::start<talker>(1);
  } else if (how == "exit_from_main") {
    forget();
    std::exit(4);
  } else if (how == "exit_from_actor") {
    auto leaving = vicar::start<leaver>(&asked);
    auto asking = vicar::start<asker>(leaving, &asked);
    asking.call<&asker::ask>().wait();
    never.acquire();
  } else {
    return 1;
  }
  std::puts("main returns");
}
