// SPDX-License-Identifier: BSL-1.0
// exit() from every place, and other ways to end at once. One case a run; ctest compares the output and the status.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <latch>
#include <map>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <version>
#if defined(__cpp_lib_jthread)
#include <stop_token>
#endif

#include <unistd.h>
#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

#include <vicar/compose.hpp>
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>

#include "support/asleep.hpp"
#include "support/saying.hpp"

namespace {

using support::say;

// Constructed before the first actor starts, so destroyed after the last has ended.
std::binary_semaphore never{0};
std::latch both_leave{2};
std::binary_semaphore main_exits{0};
long thread_of_main = 0;
support::last_word the_last_word;

/// Has to be stopped and awaited by every orderly end of the program.
struct bystander {
  void on_stop() {
    if (thread_of_main != 0) {  // main calls exit, too, and has to wait for the end of the first call
      main_exits.acquire();
      support::wait_until_asleep(thread_of_main);
    }
    say("bystander stopped");
  }
};

[[noreturn]] void leave() { std::exit(3); }

struct leaver {
  int leave() { ::leave(); }
  void leave_with_other() {
    both_leave.arrive_and_wait();
    ::leave();
  }
  void on_stop() { say("not to be seen"); }
};

struct leaves_on_start {
  void on_start() { leave(); }
};
struct leaves_on_stop {
  void on_stop() { leave(); }
};
struct leaves_on_failure {
  void fail() { throw std::runtime_error{"to be expected"}; }
  void on_failure(const std::exception_ptr&) { leave(); }
};
struct leaves_in_destructor {
  ~leaves_in_destructor() { leave(); }
};

/// An argument that calls exit when it is destroyed on the actor's thread.
struct leaving_argument {
  long sender = 0;
  leaving_argument(leaving_argument&& other) noexcept : sender{std::exchange(other.sender, 0)} {}
  explicit leaving_argument(long thread) : sender{thread} {}
  ~leaving_argument() {
    if (sender != 0 && sender != support::this_thread()) leave();
  }
};
struct holder {
  int hold(const leaving_argument&) { return 1; }
};

struct caller_of {
  template <class Ask>
  static void expect_dead(Ask ask) {
    try {
      ask();
      say("not to be seen: an answer");
    } catch (const vicar::actor_dead_error& error) {
      say("notified of the exit");
    }
  }
};

struct leaves_in_constructor;
/// Waits for an actor whose constructor does not return.
struct early_caller : caller_of {
  std::latch asked{1};
  void ask(vicar::actor_ref<leaves_in_constructor> other);
  void on_stop() { say("caller stopped"); }
};
struct leaves_in_constructor {
  explicit leaves_in_constructor(const vicar::actor_ref<early_caller>& other) {
    other.defer<&early_caller::ask>(vicar::self(*this));
    while (vicar::self(*this).stats().mailbox_depth == 0) std::this_thread::yield();
    leave();
  }
  int seven() { return 7; }
};
void early_caller::ask(vicar::actor_ref<leaves_in_constructor> other) {
  expect_dead([&] { other.call<&leaves_in_constructor::seven>().get(); });
}
/// Waits for a computed reply that is never published, since the arguments are destroyed first.
struct caller_with_argument : caller_of {
  void ask(const vicar::actor_ref<holder>& other) {
    expect_dead([&] { other.call<&holder::hold>(leaving_argument{support::this_thread()}).get(); });
  }
  void on_stop() { say("caller stopped"); }
};
/// Runs until there is a pending message, which it will not handle.
struct ends_with_message {
  void wait_for_message() {
    while (vicar::self(*this).stats().mailbox_depth == 0) std::this_thread::yield();
  }
  int seven() { return 7; }
};
struct late_caller : caller_of {
  void ask(const vicar::actor_ref<ends_with_message>& other) {
    expect_dead([&] { other.call<&ends_with_message::seven>().get(); });
  }
  void on_stop() { say("caller stopped"); }
};
struct starter {
  void start_it(const vicar::actor_ref<early_caller>& other) { vicar::start<leaves_in_constructor>(other); }
  void on_stop() { say("not to be seen"); }
};

/// Reads a future whose value another thread computes.
struct reader {
  vicar::future<int> value;
  std::latch* begun;
  void read() {
    begun->count_down();
    try {
      value.get();
      say("not to be seen: a value");
    } catch (const vicar::broken_promise&) {
      say("notified that there is no value");
    }
  }
  void on_stop() { say("reader stopped"); }
};
std::latch reader_begun{1};
struct maker {
  vicar::future<int> value;
  void make() { value.get(); }
};
/// The computing thread begins first, so that the reader waits for it.
std::latch maker_begun{1};
vicar::future<int> value_made_by_leaving() {
  return vicar::make_ready_future(1).map([](int) -> int {
    maker_begun.count_down();
    reader_begun.wait();
    leave();
  });
}

/// Calls exit in its coroutines.
struct leaves_in_coroutine {
  vicar::task<int> leave_at_once() {
    leave();
    co_return 1;
  }
  vicar::task<int> leave_resumed() {
    co_await vicar::next_turn();
    leave();
    co_return 1;
  }
  vicar::task<int> suspend(vicar::future<int> given) { co_return co_await given; }
  vicar::task<int> leave_when_dropped(vicar::future<int> given) {
    const struct leaves {
      ~leaves() { leave(); }
    } dropped;
    static_cast<void>(dropped);
    co_return co_await given;
  }
  vicar::task<int> keep(const leaving_argument& kept, vicar::future<int> given) {
    static_cast<void>(kept);
    co_return co_await given;
  }
};
using calls_coroutine = std::function<vicar::future<int>()>;
/// Gets the answer of a coroutine, and once more at its end.
struct asks_coroutine : caller_of {
  vicar::future<int> answer;
  void ask(const calls_coroutine& call) {
    answer = call();
    answer.wait();
  }
  void on_stop() {
    expect_dead([&] { answer.get(); });
    say("caller stopped");
  }
};
/// Awaits one.
struct awaits_coroutine {
  bool notified = false;
  vicar::task<> ask(calls_coroutine call) {
    try {
      co_await call();
    } catch (const vicar::actor_dead_error&) {
      notified = true;
    }
  }
  void on_stop() const { say(notified ? "notified by co_await" : "not to be seen: not notified"); }
};
/// Is stopped when a thread outside of all actors was notified.
struct waits_for_thread {
  std::binary_semaphore notified{0};
  void on_stop() {
    notified.acquire();
    say("thread notified");
  }
};

void wait_until_suspended(const vicar::actor_ref<leaves_in_coroutine>& actor, std::size_t count) {
  while (actor.stats().suspended != count) std::this_thread::yield();
}
/// A coroutine calls exit, and an actor waits for its answer.
template <auto Member>
void leave_in_coroutine() {
  const auto caller = vicar::start<asks_coroutine>();
  const auto actor = vicar::start<leaves_in_coroutine>();
  caller.defer<&asks_coroutine::ask>([actor] { return actor.call<Member>(); });
  never.acquire();
}
/// Something of a coroutine calls exit when it is dropped at the end of its actor.
template <class Call>
void leave_when_dropped(Call call) {
  const vicar::promise<int> in_vain;
  const auto caller = vicar::start<asks_coroutine>();
  const auto actor = vicar::start<leaves_in_coroutine>();
  caller.defer<&asks_coroutine::ask>([=, given = in_vain.get_future()] { return call(actor, given); });
  wait_until_suspended(actor, 1);
  actor.stop();
  never.acquire();
}
/// Calls are suspended when `leave(actor)` leads to a call of exit.
template <class Leave>
void leave_with_suspended_calls(Leave leave) {
  const vicar::promise<int> in_vain;
  const auto with_thread = vicar::start<waits_for_thread>();
  const auto caller = vicar::start<asks_coroutine>();
  const auto awaits = vicar::start<awaits_coroutine>();
  const auto actor = vicar::start<leaves_in_coroutine>();
  const auto suspend = [actor, given = in_vain.get_future()] {
    return actor.call<&leaves_in_coroutine::suspend>(given);
  };
  caller.defer<&asks_coroutine::ask>(suspend);
  awaits.defer<&awaits_coroutine::ask>(suspend);
  std::thread{[suspend, notified = with_thread.call([](waits_for_thread& me) { return &me.notified; }).get()] {
    const auto answer = suspend();
    const auto work = [&]() -> vicar::task<> { static_cast<void>(co_await answer); };
    try {
      vicar::sync_wait(work());
    } catch (const vicar::actor_dead_error&) {
      notified->release();
    }
  }}.detach();
  wait_until_suspended(actor, 3);
  leave(actor);
  never.acquire();
}

[[noreturn]] void fail() { throw std::runtime_error{"nobody catches this"}; }
struct throws_noexcept {
  void fail() noexcept { ::fail(); }
};

/// Its destructor throws, unless it was moved from.
class throws_when_destroyed {
 public:
  throws_when_destroyed() = default;
  throws_when_destroyed(throws_when_destroyed&& other) noexcept : armed_{std::exchange(other.armed_, false)} {}
  throws_when_destroyed& operator=(throws_when_destroyed&&) = delete;
  ~throws_when_destroyed() noexcept(false) {
    if (armed_) fail();
  }

 private:
  bool armed_ = true;
};
struct carrier {
  void take(const throws_when_destroyed&) {}
  throws_when_destroyed give() { return {}; }
  void throw_it() { throw throws_when_destroyed{}; }
};

struct sleeper {
  void sleep() { never.acquire(); }
};

template <class T, class... Arguments>
void start_and_wait(Arguments... arguments) {
  vicar::start<T>(arguments...);
  never.acquire();
}

void two_actors_leave() {
  for (int i = 0; i < 2; ++i) vicar::start<leaver>().defer<&leaver::leave_with_other>();
  never.acquire();
}

void main_waits() {
  thread_of_main = support::this_thread();
  static thread_local const struct exit_begins {
    ~exit_begins() { main_exits.release(); }
  } told_by_exit;
  static_cast<void>(told_by_exit);
  caller_of::expect_dead([] { vicar::start<leaver>().call<&leaver::leave>().get(); });
  // Returns from main while the actor's exit is in progress, which determines the status.
}

void stop_all_runs() {
  const auto last = vicar::start<leaver>();
  last.defer<&leaver::leave>();
  vicar::registry::stop_all();
}

void in_stop_callback() {
#if defined(__cpp_lib_jthread)
  struct gives_token : vicar::actor {
    vicar::stop_token token() { return stop_token(); }
  };
  const auto ref = vicar::start<gives_token>();
  const auto token = ref.call<&gives_token::token>().get();
  const std::stop_callback callback{token, [] { leave(); }};
  ref.stop();
#endif
  leave();
}

void in_log_sink(vicar::log_level level, std::string_view text) {
  vicar::set_log_level(level);
  vicar::set_log_sink([text](const vicar::log_record& record) {
    if (record.message.starts_with(text) && record.actor == "logged") leave();
  });
}

const std::map<std::string_view, std::function<void()>> cases{
    {"main", [] { leave(); }},
    {"method", [] { vicar::start<leaver>().defer<&leaver::leave>(), never.acquire(); }},
    {"on_start", [] { start_and_wait<leaves_on_start>(); }},
    {"on_stop", [] { vicar::start<leaves_on_stop>().stop(), never.acquire(); }},
    {"on_failure",
     [] {
       vicar::set_log_level(vicar::log_level::off);
       vicar::start<leaves_on_failure>().defer<&leaves_on_failure::fail>();
       never.acquire();
     }},
    {"destructor", [] { vicar::start<leaves_in_destructor>().stop(), never.acquire(); }},
    {"constructor", [] { start_and_wait<leaves_in_constructor>(vicar::start<early_caller>()); }},
    {"constructor_in_actor",
     [] {
       const auto other = vicar::start<early_caller>();
       vicar::start<starter>().defer<&starter::start_it>(other);
       never.acquire();
     }},
    {"argument",
     [] {
       vicar::start<caller_with_argument>().defer<&caller_with_argument::ask>(vicar::start<holder>());
       never.acquire();
     }},
    {"dead_letter",
     [] {
       vicar::set_dead_letter_handler([](const vicar::dead_letter&) { leave(); });
       const auto ref = vicar::start<ends_with_message>();
       ref.defer<&ends_with_message::wait_for_message>();
       ref.stop();
       vicar::start<late_caller>().defer<&late_caller::ask>(ref);
       never.acquire();
     }},
    {"stop_callback", in_stop_callback},
    {"log_sink",
     [] {
       in_log_sink(vicar::log_level::info, "Exception returned");
       struct thrower {
         void fail() { throw std::runtime_error{"to be expected"}; }
       };
       const auto ref = vicar::start<thrower>({.name = "logged"});
       const auto failed = ref.call<&thrower::fail>();
       never.acquire();
     }},
    {"log_sink_registered",
     [] {
       in_log_sink(vicar::log_level::debug, "Registered");
       vicar::start<sleeper>({.name = "logged"});
     }},
    {"log_sink_unregistered",
     [] {
       in_log_sink(vicar::log_level::debug, "Unregistered");
       vicar::start<sleeper>({.name = "logged"}).stop();
       never.acquire();
     }},
    {"map_in_actor",
     [] {
       const auto value = value_made_by_leaving();
       vicar::start<maker>(value).defer<&maker::make>();
       maker_begun.wait();
       vicar::start<reader>(value, &reader_begun).defer<&reader::read>();
       never.acquire();
     }},
    {"map_in_main",
     [] {
       const auto value = value_made_by_leaving();
       const auto waits = vicar::start<reader>(value, &reader_begun);
       std::thread{[waits] {
         maker_begun.wait();
         waits.defer<&reader::read>();
       }}.detach();
       value.get();
     }},
    {"coroutine", leave_in_coroutine<&leaves_in_coroutine::leave_at_once>},
    {"coroutine_resumed", leave_in_coroutine<&leaves_in_coroutine::leave_resumed>},
    {"coroutine_awaited",
     [] {
       const auto work = []() -> vicar::task<> {
         co_await vicar::next_turn();
         leave();
       };
       vicar::sync_wait(work());
     }},
    {"local_of_coroutine",
     [] {
       leave_when_dropped([](const auto& actor, const vicar::future<int>& given) {
         return actor.template call<&leaves_in_coroutine::leave_when_dropped>(given);
       });
     }},
    {"argument_of_coroutine",
     [] {
       leave_when_dropped([](const auto& actor, const vicar::future<int>& given) {
         return actor.template call<&leaves_in_coroutine::keep>(leaving_argument{support::this_thread()}, given);
       });
     }},
    {"suspended_in_actor",
     [] {
       leave_with_suspended_calls(
           [](const auto& actor) { actor.template defer<&leaves_in_coroutine::leave_resumed>(); });
     }},
    {"suspended_in_others", [] { leave_with_suspended_calls([](const auto&) { leave(); }); }},
    {"two_actors", two_actors_leave},
    {"main_waits", main_waits},
    {"stop_all_runs", stop_all_runs},
    {"quick_exit", [] { std::quick_exit(3); }},
    {"quick_exit_in_actor",
     [] {
       struct quick {
         void leave() { std::quick_exit(3); }
       };
       vicar::start<quick>().defer<&quick::leave>();
       never.acquire();
     }},
    {"_exit", [] { _exit(3); }},
    {"_exit_in_actor",
     [] {
       struct quick {
         void leave() { _exit(3); }
       };
       vicar::start<quick>().defer<&quick::leave>();
       never.acquire();
     }},
    {"abort", [] { std::abort(); }},
    {"abort_in_actor",
     [] {
       struct quick {
         void leave() { std::abort(); }
       };
       vicar::start<quick>().defer<&quick::leave>();
       never.acquire();
     }},
    {"noexcept_method_throws",
     [] {
       vicar::start<throws_noexcept>().defer<&throws_noexcept::fail>();
       never.acquire();
     }},
    {"exception_out_of_main", fail},
    {"destructor_of_argument_throws",
     [] {
       vicar::start<carrier>().defer<&carrier::take>(throws_when_destroyed{});
       never.acquire();
     }},
    {"destructor_of_result_throws", [] { vicar::start<carrier>().call<&carrier::give>().wait(); }},
    {"destructor_of_exception_throws",
     [] {
       vicar::set_log_level(vicar::log_level::off);
       vicar::start<carrier>().defer<&carrier::throw_it>();
       never.acquire();
     }},
};

/// Whether a second call of exit waits inside the C library for the end of the process.
bool exit_waits() {
#if defined(__GLIBC__)
  const std::string_view version = gnu_get_libc_version();
  return version.substr(0, 2) == "2." && std::atoi(version.data() + 2) >= 41;
#else
  return false;
#endif
}

}  // namespace

int main(int, char** argv) {
  const auto chosen = cases.find(argv[1]);
  if (chosen == cases.end()) return 1;
  if (exit_waits() && (chosen->first == "two_actors" || chosen->first == "main_waits")) {
    std::puts("skipped: a second call of exit waits in this C library, which docs/guide/stopping_and_failure.md says");
    return 0;
  }
  vicar::start<bystander>();
  vicar::start<sleeper>({.daemon = true}).defer<&sleeper::sleep>();
  chosen->second();
}
