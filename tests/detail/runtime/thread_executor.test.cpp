// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/runtime/thread_executor.hpp>

#include <array>
#include <cerrno>
#include <cfenv>
#include <csignal>
#include <semaphore>
#include <set>
#include <thread>
#include <vector>

#include <locale.h>
#include <pthread.h>

#include <vicar/actor.hpp>
#include <vicar/registry.hpp>

#include "support/catch.hpp"
#include "support/thread_attributes.hpp"

// The state of an actor's thread is that of a new thread, whatever an earlier actor has set on it.

namespace {

using change = void (*)();

/// Changes its thread's state in any place where an actor runs.
struct changing {
  change what;
  explicit changing(change to) : what{to} {}
  void on_start() const { what(); }
  long thread() const { return support::thread_number(); }
};
struct changing_in_destructor {
  change what;
  explicit changing_in_destructor(change to) : what{to} {}
  ~changing_in_destructor() { what(); }
  long thread() const { return support::thread_number(); }
};

/// The state of its thread that an actor finds at its start.
struct attributes {
  long thread = support::thread_number();
  int error_number = errno;
  int rounding = std::fegetround();
  bool blocks_user_signal = support::blocks_signal(SIGUSR1);
  bool blocks_termination = support::blocks_signal(SIGTERM);
  bool has_global_locale = uselocale(nullptr) == LC_GLOBAL_LOCALE;
  bool has_signal_stack = [] {
    stack_t stack{};
    sigaltstack(nullptr, &stack);
    return stack.ss_sp == the_stack.data();
  }();
  bool cancellable = [] {
    int state = 0;
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
    int type = 0;
    pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
    return state == PTHREAD_CANCEL_ENABLE && type == PTHREAD_CANCEL_DEFERRED;
  }();
#if defined(__linux__)
  int nice = support::nice();
  int policy = support::policy();
  int cpus = support::cpu_count();
#endif

  static inline std::array<char, 1 << 16> the_stack{};
};
struct looking {
  attributes seen;
  void on_start() { seen = attributes{}; }
};

attributes look() {
  const auto ref = vicar::start<looking>();
  const attributes seen = ref.get(&looking::seen).get();
  ref.stop().get();
  return seen;
}

/// The state that the next actor finds on the same thread. (It may get another thread, if the previous one has ended
/// meanwhile.)
template <class First>
attributes look_after(change what) {
  for (;;) {
    const auto ref = vicar::start<First>(what);
    const long thread = ref.call(&First::thread).get();
    ref.stop().get();
    const attributes seen = look();
    if (seen.thread == thread) return seen;
  }
}

/// Runs on a new thread, which starts actors.
template <class Action>
void on_a_thread(Action action) {
  std::thread{action}.join();
}

TEMPLATE_TEST_CASE("thread settings of an actor are not passed on to the next one", "", changing,
                   changing_in_destructor) {
  SECTION("signals") {
    const attributes seen = look_after<TestType>([] { support::block_signal(SIGUSR1); });
    CHECK_FALSE(seen.blocks_user_signal);
  }
  SECTION("rounding") {
    const attributes seen = look_after<TestType>([] { std::fesetround(FE_UPWARD); });
    CHECK(seen.rounding == FE_TONEAREST);
  }
  SECTION("locale") {
    static const locale_t c = newlocale(LC_ALL_MASK, "C", nullptr);
    const attributes seen = look_after<TestType>([] { uselocale(c); });
    CHECK(seen.has_global_locale);
  }
  SECTION("whether it can be cancelled") {
    const attributes seen = look_after<TestType>([] {
      int before = 0;
      pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
      pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before);
    });
    CHECK(seen.cancellable);
  }
  SECTION("errno") {
    const attributes seen = look_after<TestType>([] { errno = EIO; });
    CHECK(seen.error_number == 0);
  }
}

/// The thread that `what` was called on, and the state that the next actor finds.
template <class First>
void check_another_thread(change what) {
  const attributes before = look();
  const auto ref = vicar::start<First>(what);
  const long thread = ref.call(&First::thread).get();
  ref.stop().get();
  const attributes seen = look();
  CHECK_FALSE(seen.has_signal_stack);
#if defined(__linux__)
  CHECK(seen.thread != thread);
  CHECK(seen.nice == before.nice);
  CHECK(seen.policy == before.policy);
  CHECK(seen.cpus == before.cpus);
#endif
}

TEMPLATE_TEST_CASE("a thread is not reused after an actor changed what cannot be restored", "", changing,
                   changing_in_destructor) {
  SECTION("a stack for signals") {
    check_another_thread<TestType>([] {
      stack_t stack{};
      stack.ss_sp = attributes::the_stack.data();
      stack.ss_size = attributes::the_stack.size();
      sigaltstack(&stack, nullptr);
    });
  }
  SECTION("pending signals") {
    check_another_thread<TestType>([] {
      support::block_signal(SIGUSR1);
      pthread_kill(pthread_self(), SIGUSR1);
    });
  }
#if defined(__linux__)
  SECTION("priority") {
    check_another_thread<TestType>([] { support::set_nice(support::nice() + 1); });
  }
  SECTION("scheduling policy") {
    check_another_thread<TestType>([] { support::become_batch(); });
  }
  SECTION("cores") {
    if (support::cpu_count() > 1) check_another_thread<TestType>([] { support::bind_to_one_cpu(); });
  }
#endif
}

TEST_CASE("an actor's thread inherits the settings of the starting thread") {
  look();  // leaves an idle thread behind
  on_a_thread([] {
    support::block_signal(SIGUSR1);
    std::fesetround(FE_DOWNWARD);
    attributes seen = look();
    CHECK(seen.blocks_user_signal);
    CHECK_FALSE(seen.blocks_termination);
    CHECK(seen.rounding == FE_DOWNWARD);
#if defined(__linux__)
    support::set_nice(support::nice() + 1);
    seen = look();
    CHECK(seen.nice == support::nice());
    support::become_batch();
    seen = look();
    CHECK(seen.policy == support::policy());
    support::bind_to_one_cpu();
    seen = look();
    CHECK(seen.cpus == 1);
#endif
  });
  const attributes seen = look();
  CHECK_FALSE(seen.blocks_user_signal);
  CHECK(seen.rounding == FE_TONEAREST);
#if defined(__linux__)
  CHECK(seen.nice == support::nice());
  CHECK(seen.policy == support::policy());
  CHECK(seen.cpus == support::cpu_count());
#endif
}

TEST_CASE("actors that start and stop in turn share threads") {
  std::set<long> threads;
  for (int i = 0; i < 1000; ++i) threads.insert(look().thread);
  CHECK(threads.size() < 100);  // if the test was preempted, an idle thread may have ended
}

thread_local int calls_on_this_thread = 0;

struct counting {
  int count() { return ++calls_on_this_thread; }
};
struct counting_alone : counting {
  static constexpr vicar::options actor_options{.thread = vicar::own_thread};
};

template <class Start>
void check_alone(Start start) {
  for (int i = 0; i < 5; ++i) {
    const auto ref = start();
    CHECK(ref.call(&counting::count).get() == 1);
    CHECK(ref.call(&counting::count).get() == 2);
    ref.stop().get();
  }
}

TEST_CASE("an actor with its own thread finds fresh thread-local objects") {
  vicar::start<counting>().call(&counting::count).get();
  vicar::registry::stop_all();
  check_alone([] { return vicar::start<counting>({.thread = vicar::own_thread}); });
  check_alone([] { return vicar::start<counting_alone>(); });
}

struct tells_its_end {
  std::binary_semaphore* gone = nullptr;
  ~tells_its_end() {
    if (gone) gone->release();
  }
};
thread_local tells_its_end at_the_end;

struct leaving {
  void tell(std::binary_semaphore* gone) { at_the_end.gone = gone; }
};

TEST_CASE("an actor's own thread ends with it, and is not reused") {
  std::binary_semaphore gone{0};
  const auto ref = vicar::start<leaving>({.thread = vicar::own_thread});
  ref.call(&leaving::tell, &gone).get();
  ref.stop().get();
  gone.acquire();  // the next actor would start before an idle thread ends
  SUCCEED("its objects are destroyed");
}

}  // namespace
