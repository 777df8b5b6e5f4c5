// SPDX-License-Identifier: BSL-1.0
// Activity at the end of the process: full mailboxes, daemons, sending threads, static objects that hold actors.
// One case a run; ctest compares the output.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <latch>
#include <map>
#include <optional>
#include <semaphore>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/vicar.hpp>

#include "support/saying.hpp"

namespace {

using support::say;

// Constructed before the first actor starts, so destroyed after the last has ended, in the reverse order.
std::binary_semaphore never{0};
support::last_word the_last_word;
std::vector<std::thread> threads;
std::function<void()> in_destructor = [] {};
struct calls_back {
  ~calls_back() { in_destructor(); }
} the_caller;

struct narrow {
  static constexpr vicar::options actor_options{.mailbox_capacity = 2};
  std::latch* begun;
  std::latch* go_on;
  std::uint64_t* handled;
  std::uint64_t* dropped;
  void wait() {
    begun->count_down();
    go_on->wait();
  }
  void count() { ++*handled; }
  void on_stop() {
    *dropped = vicar::self(*this).stats().dropped;
    say("narrow stopped");
  }
};

struct sender {
  vicar::actor_ref<narrow> to;
  std::latch* begun;
  void send() {
    begun->count_down();
    for (int i = 0; i < 3; ++i) to.call<&narrow::count>().wait();
  }
  void on_stop() const { say("sender stopped"); }
};

/// Started last, so stopped first.
struct opener {
  std::latch* opens;
  void on_stop() const { opens->count_down(); }
};

/// The messages that the actor accepted until the sending threads got an actor_dead_error.
std::atomic<std::uint64_t> accepted{0};
std::uint64_t handled = 0;
std::uint64_t dropped = 0;
void expect_nothing_lost() {
  for (std::thread& each : threads) each.join();
  if (accepted.load() == handled + dropped) {
    say("nothing lost");
  } else {
    std::printf("lost: %ld\n", static_cast<long>(accepted.load() - handled - dropped));
  }
}

void full_mailbox() {
  static std::latch narrow_begun{1};
  static std::latch senders_begun{5};
  static std::latch go_on{1};
  const auto full = vicar::start<narrow>(&narrow_begun, &go_on, &handled, &dropped);
  full.defer<&narrow::wait>();
  narrow_begun.wait();
  for (int i = 0; i < 2; ++i) full.defer<&narrow::count>();
  accepted = 2 + 3;  // and the actor's own
  vicar::start<sender>(full, &senders_begun).defer<&sender::send>();
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([full] {
      senders_begun.count_down();
      try {
        for (;; ++accepted) full.defer<&narrow::count>();
      } catch (const vicar::actor_dead_error&) {  // from now on
      }
    });
  }
  senders_begun.wait();
  vicar::start<opener>(&go_on);
  in_destructor = expect_nothing_lost;
}

struct counter {
  void count() { ++handled; }
  void on_stop() {
    dropped = vicar::self(*this).stats().dropped;
    say("counter stopped");
  }
};

void thread_sends() {
  static std::latch begun{1};
  const auto ref = vicar::start<counter>({.mailbox_capacity = 1000});
  threads.emplace_back([ref] {
    try {
      for (;;) {
        ref.defer<&counter::count>();
        if (++accepted == 1) begun.count_down();
      }
    } catch (const vicar::actor_dead_error&) {  // from now on
    }
  });
  begun.wait();
  in_destructor = expect_nothing_lost;
}

void thread_calls() {
  static std::latch begun{1};
  const auto ref = vicar::start<counter>();
  threads.emplace_back([ref] {
    for (;;) {
      const auto answer = ref.call<&counter::count>();
      try {
        answer.get();
        if (++accepted == 1) begun.count_down();
      } catch (const vicar::actor_dead_error&) {
        break;
      }
    }
  });
  begun.wait();
  in_destructor = [] {
    dropped = 0;  // because all calls are answered
    expect_nothing_lost();
  };
}

std::atomic<bool> destroying{false};
std::counting_semaphore<> logged{0};

struct daemon {
  static constexpr vicar::options actor_options{.daemon = true};
  void spin(std::latch* begun) {
    begun->count_down();
    while (!never.try_acquire()) {
    }
  }
  /// Uses actors, futures and the log while static objects are destroyed, and afterwards.
  void work(std::latch* begun) {
    begun->count_down();
    for (;;) {
      const auto helper = vicar::start<daemon>();
      try {
        helper.call<&daemon::nothing>().get();
        helper.defer<&daemon::fail>();
      } catch (const vicar::actor_dead_error&) {  // it was stopped by the end of the process
      }
      helper.stop().wait();
    }
  }
  void nothing() {}
  void fail() { throw 7; }
};

void busy_daemon() {
  static std::latch begun{1};
  vicar::start<daemon>().defer<&daemon::spin>(&begun);
  begun.wait();
  vicar::start<counter>();
}
void working_daemon() {
  static std::latch begun{1};
  vicar::set_log_sink([](const vicar::log_record&) {
    if (destroying.load()) logged.release();
  });
  vicar::start<daemon>().defer<&daemon::work>(&begun);
  begun.wait();
  vicar::start<counter>();
  in_destructor = [] {
    destroying.store(true);
    for (int i = 0; i < 3; ++i) logged.acquire();
    say("the daemon logs");
  };
}

class keeper {
 public:
  int seven() { return 7; }
  int value_of(const vicar::future<int>& from) {
    try {
      return from.get();
    } catch (const vicar::broken_promise&) {
      say("the promise is gone");
      return 0;
    }
  }
  void touch_thread_local() {
    static thread_local std::optional<vicar::actor_ref<keeper>> mine;
    static thread_local std::optional<vicar::future<int>> pending;
    mine = vicar::self(*this);
    pending = mine->call<&keeper::seven>();
  }
  void on_stop() { say("keeper stopped"); }
};

struct holder {
  std::optional<vicar::actor_ref<keeper>> ref;
  std::optional<vicar::actor_proxy<keeper>> proxy;
  std::optional<vicar::future<int>> answer;
  std::optional<vicar::promise<int>> promise;
  const char* text;

  void fill() {
    ref = vicar::start<keeper>();
    proxy = ref->proxy();
    promise.emplace();
    answer = ref->call<&keeper::value_of>(promise->get_future());
  }
  ~holder() { say(text); }
};
holder before{{}, {}, {}, {}, "holder from before the first actor destroyed"};

const std::map<std::string_view, std::function<void()>> cases{
    {"full_mailbox", full_mailbox},
    {"thread_sends", thread_sends},
    {"thread_calls", thread_calls},
    {"idle_daemon",
     [] {
       vicar::start<daemon>();
       vicar::start<counter>();
     }},
    {"busy_daemon", busy_daemon},
    {"working_daemon", working_daemon},
    {"static_from_before",
     [] {
       before.fill();
       before.promise->set_value(8);
     }},
    {"static_from_after",
     [] {
       vicar::start<counter>();
       static holder after{{}, {}, {}, {}, "holder from after the first actor destroyed"};
       after.fill();
     }},
    {"thread_local",
     [] {
       static thread_local holder mine{{}, {}, {}, {}, "holder of the thread destroyed"};
       mine.fill();
       mine.ref->defer<&keeper::touch_thread_local>();
     }},
};

}  // namespace

int main(int, char** argv) {
  const auto chosen = cases.find(argv[1]);
  if (chosen == cases.end()) return 1;
  chosen->second();
  say("main returns");
}
