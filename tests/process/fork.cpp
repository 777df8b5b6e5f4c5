// SPDX-License-Identifier: BSL-1.0
// The effects of fork() on a program with actors, in the parent and in the child. One case a run; prints what went
// wrong. An alarm ends a child that hangs.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <latch>
#include <map>
#include <new>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/core.h>

#include <vicar/compose.hpp>
#include <vicar/task.hpp>
#include <vicar/vicar.hpp>

#include "support/expect.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::joined_thread;

namespace {

bool in_child = false;
int problems = 0;

void check(bool right, const char* what) {
  if (right) return;
  ++problems;
  std::fprintf(stderr, "%s: %s\n", in_child ? "child" : "parent", what);
}
#define CHECK(...) check((__VA_ARGS__), #__VA_ARGS__)

/// `action` has to throw an `actor_dead_error` with this text.
template <class Action>
void check_refused(std::string_view wanted, Action action) {
  const std::string text = error_text<vicar::actor_dead_error>(action);
  if (text != wanted) check(false, text.c_str());
}

/// Like fork(), with an alarm in the child.
pid_t fork_for_a_while() {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    in_child = true;
    problems = 0;
    alarm(60);
  }
  return child;
}

/// The end of a child: its exit status, or minus the number of the signal.
int end_of(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child) return -1000;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// Runs `function` in a child, which ends afterwards.
template <class Function>
bool right_in_child(Function function) {
  const pid_t child = fork_for_a_while();
  if (child == 0) {
    function();
    std::exit(problems == 0 ? 0 : 1);
  }
  return end_of(child) == 0;
}

/// Numbers that all processes share.
struct shared_counts {
  std::atomic<int> handled{0};
  std::atomic<int> stopped{0};
  std::atomic<int> destroyed{0};
};
shared_counts& shared() {
  static shared_counts* const counts = [] {
    void* const memory =
        mmap(nullptr, sizeof(shared_counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : ::new (memory) shared_counts;
  }();
  return *counts;
}

class adder {
 public:
  int add(int a, int b) { return a + b; }
  void count() { ++counted; }
  int hold(std::latch& entered, std::latch& open) {
    entered.count_down();
    open.wait();
    return 8;
  }
  int ask(const vicar::actor_proxy<adder>& other, int value) { return other.call(&adder::add, value, 1).get(); }
  int on_receive(int message) { return message; }
  int counted = 0;
};

}  // namespace

struct derived_adder : adder {};

struct awaiter {
  vicar::task<int> await(vicar::future<int> given) { co_return co_await given; }
  vicar::task<int> await_exclusively(vicar::future<int> given) { co_return co_await vicar::exclusively(given); }
};

namespace {

/// The state in which a child has to find an actor of its parent. The call `pending` was not answered, `answered` was.
void check_inherited(const vicar::actor_ref<derived_adder>& ref, const vicar::future<int>& pending,
                     const vicar::future<int>& answered) {
  const auto text = [](std::string_view consequence) {
    return fmt::format(
        "vicar: inherited (derived_adder) was started before fork() and does not run in this process, {}; start actors "
        "after fork(), or fork before you start any",
        consequence);
  };
  CHECK(!ref.is_alive());
  CHECK(ref.call(&adder::add, 1, 2).ready());
  check_refused(text("add was not delivered"), [&] { ref.call<&adder::add>(1, 2).get(); });
  check_refused(text("count was not delivered"), [&] { ref.defer<&adder::count>(); });
  check_refused(text("counted was not delivered"), [&] { ref.get<&adder::counted>().get(); });
  check_refused(text("on_receive was not delivered"), [&] { ref.tell(1); });
  check_refused(text("on_receive was not delivered"), [&] { ref.ask(1).get(); });
  check_refused(text("on_receive was not delivered"), [&] { vicar::any_actor_ref{ref}.tell(1); });
  check_refused(text("so it cannot have a proxy"), [&] { static_cast<void>(ref.proxy()); });
  CHECK(!ref.stop().get());

  const std::string no_answer = text("hold will not be answered");
  CHECK(pending.ready());  // and does not block
  check_refused(no_answer, [&] { pending.get(); });
  check_refused(no_answer, [&] { pending.get(0s); });
  check_refused(no_answer, [&] { pending.get(1h); });
  check_refused(no_answer, [&] { pending.wait(); });
  check_refused(no_answer, [&] { static_cast<void>(pending.wait_for(0s)); });
  check_refused(no_answer, [&] { static_cast<void>(pending.wait_for(1h)); });
  const auto mapped = pending.map([](int value) { return value + 1; });
  CHECK(mapped.ready());
  check_refused(no_answer, [&] { mapped.get(); });
  check_refused(no_answer, [&] { answered.join(pending).get(); });
  CHECK(answered.get() == 3);
  CHECK(answered.map([](int value) { return value + 1; }).get() == 4);

  CHECK(ref.name() == "inherited");
  CHECK(ref.urn().starts_with("urn:uuid:"));
  CHECK(fmt::format("{:s}", ref) == "inherited (derived_adder, " + ref.urn() + ")");
  CHECK(ref.stats().processed >= 1);
  const vicar::any_actor_ref any = ref;
  CHECK(any.as<derived_adder>().has_value());
  CHECK(!any.as<adder>().has_value());  // the class of an absent object is not checked

  vicar::registry::register_actor(ref);
  CHECK(!vicar::registry::get_by_urn(ref.urn()));
}

/// Leaves an actor to the end of the process.
void check_own_actors() {
  CHECK(vicar::registry::get_all().empty());
  CHECK(vicar::registry::get_by_class<adder>().empty());
  CHECK(vicar::registry::stop_all().empty());
  vicar::registry::broadcast(1);
  const auto first = vicar::start<adder>().proxy();
  const auto second = vicar::start<adder>().proxy();
  CHECK(first.call(&adder::add, 1, 2).get() == 3);
  CHECK(first.call(&adder::ask, second, 4).get() == 5);
  CHECK(vicar::registry::get_all().size() == 2);
  CHECK(second.stop().get());
  CHECK(!second.stop().get());
  CHECK(error_text<vicar::actor_dead_error>([&] { second.call(&adder::add, 1, 2).get(); }) ==
        containing(" is not running, "));
  for (int i = 0; i < 100; ++i) first.defer(&adder::count);
}

/// An actor in the middle of a message, and the calls to it.
struct busy {
  busy() {
    answered.wait();
    entered.wait();
  }
  ~busy() {
    open.count_down();
    CHECK(pending.get() == 8);
    ref.stop().wait();
  }
  busy(const busy&) = delete;
  busy& operator=(const busy&) = delete;

  std::latch entered{1};
  std::latch open{1};
  const vicar::actor_ref<derived_adder> ref = vicar::start<derived_adder>({.name = "inherited"});
  const vicar::future<int> answered = ref.call(&adder::add, 1, 2);
  const vicar::future<int> pending = ref.call<&adder::hold>(std::ref(entered), std::ref(open));
};

void calls() {
  const busy actor;
  CHECK(right_in_child([&] {
    check_inherited(actor.ref, actor.pending, actor.answered);
    check_own_actors();
    check_inherited(actor.ref, actor.pending, actor.answered);
  }));
  CHECK(actor.ref.is_alive());
  CHECK(vicar::registry::get_all().size() == 1);
}

void in_grandchild() {
  const busy actor;
  CHECK(right_in_child([&] {
    const busy of_child;
    CHECK(right_in_child([&] {
      check_inherited(actor.ref, actor.pending, actor.answered);
      check_inherited(of_child.ref, of_child.pending, of_child.answered);
      check_own_actors();
    }));
  }));
}

void before_any_actor() {
  CHECK(right_in_child(&check_own_actors));
  check_own_actors();
}

// The parent's other threads use everything that has a lock while it forks.
void hammered() {
  constexpr int forks = 300;
  std::atomic<long> logged{0};
  const auto sink = [&](const vicar::log_record&) { ++logged; };
  vicar::set_log_level(vicar::log_level::debug);
  vicar::set_log_sink(sink);
  {
    const busy actor;
    const auto counter = vicar::start<adder>();
    const auto asked = vicar::start<adder>();
    const auto asker = vicar::start<adder>();
    std::atomic<bool> done{false};
    int sent = 0;
    bool right = true;
    {
      const auto while_forking = [&](auto function) {
        return [&done, function] {
          while (!done) function();
        };
      };
      const joined_thread sends{while_forking([&] {
        counter.defer(&adder::count);
        ++sent;
        counter.stats();
        static_cast<void>(actor.ref.urn());
      })};
      const joined_thread asks{while_forking([&] {
        if (asker.call(&adder::ask, asked.proxy(), 1).get() != 2) right = false;
        static_cast<void>(actor.pending.wait_for(10us));
      })};
      const joined_thread starts{while_forking([&] {
        const auto short_lived = vicar::start<adder>();
        const auto other = vicar::start<adder>();
        short_lived.stop().wait();
        if (!other.stop().get()) right = false;
      })};
      const joined_thread looks{while_forking([&] {
        if (vicar::registry::get_all().size() < 4) right = false;
        vicar::set_log_sink(sink);
        if (vicar::any_actor_ref{actor.ref}.as<adder>()->name() != "inherited") right = false;
      })};
      // So that at many of the forks, each of the locks is held.
      const auto hold = [&](auto& what) {
        return while_forking([&] {
          what.lock();
          for (int i = 0; i < 300; ++i) vicar::detail::pause_processor();
          what.unlock();
          std::this_thread::yield();
        });
      };
      namespace detail = vicar::detail;
      const joined_thread holds_graph{hold(detail::wait_graph_mutex())};
      const joined_thread holds_log{hold(detail::logger::instance())};
      const joined_thread holds_threads{hold(detail::thread_executor::instance())};
      const joined_thread holds_exit_list{hold(detail::exit_list::instance())};
      const joined_thread holds_table{hold(detail::cell_table::instance())};
      for (int i = 0; i < forks && problems == 0; ++i) {
        CHECK(right_in_child([&] {
          check_inherited(actor.ref, actor.pending, actor.answered);
          check_own_actors();
          const long before = logged;
          vicar::set_log_sink(sink);
          vicar::start<adder>().stop().wait();
          CHECK(logged > before);
          if (i % 2 == 0) _exit(problems == 0 ? 0 : 1);
        }));
      }
      done = true;
    }
    CHECK(right);
    CHECK(counter.get(&adder::counted).get() == sent);
    for (const auto& each : {counter, asked, asker}) CHECK(each.stop().get());
  }
  CHECK(vicar::registry::get_all().empty());
  vicar::reset_log_sink();
}

// A child that returns from main, with a busy actor.
void returns_from_main() {
  struct last {
    void count() { ++shared().handled; }
    void on_stop() { ++shared().stopped; }
  };
  const busy actor;
  const auto other = vicar::start<last>();
  const pid_t child = fork_for_a_while();
  if (child == 0) {
    const auto own = vicar::start<last>();
    for (int i = 0; i < 1000; ++i) own.defer(&last::count);
    std::exit(problems);
  }
  CHECK(end_of(child) == 0);
  CHECK(shared().handled == 1000);
  CHECK(shared().stopped == 1);
  other.stop().wait();
  CHECK(shared().stopped == 2);
}

/// Forks in its messages and hooks.
class forker : public vicar::actor {
 public:
  std::function<void()> in_child_at_start;
  std::function<void()> in_child_at_stop;
  pid_t forked_at_start = 0;
  pid_t* forked_at_stop = nullptr;

  void on_start() {
    if (in_child_at_start) forked_at_start = fork_and(in_child_at_start);
  }
  void on_stop() {
    if (in_child_at_stop) *forked_at_stop = fork_and(in_child_at_stop);
  }
  ~forker() { ++shared().destroyed; }
  forker() = default;
  forker(std::function<void()> at_start, std::function<void()> at_stop, pid_t* stopping)
      : in_child_at_start{std::move(at_start)}, in_child_at_stop{std::move(at_stop)}, forked_at_stop{stopping} {}
  forker(const forker&) = delete;
  forker& operator=(const forker&) = delete;

  /// Returns the child's number; the child returns, too, unless `function` does not.
  pid_t fork_and(const std::function<void()>& function) {
    const pid_t child = fork_for_a_while();
    if (child == 0) function();
    return child;
  }
  void count() { ++shared().handled; }
  bool asks_itself() {
    const auto self = vicar::self(*this);
    const vicar::future<void> answer = self.call(&forker::count);
    return !self.is_alive() && answer.ready() && !stop().get() && !stop_token().stop_possible();
  }
};

void in_message() {
  const busy other;
  const auto actor = vicar::start<forker>();
  // The messages after the one that forks are handled in the parent.
  const auto fork_in_message = [&](std::function<void()> function) {
    auto child = actor.call(&forker::fork_and, std::move(function));
    for (int i = 0; i < 10; ++i) actor.defer(&forker::count);
    return end_of(child.get());
  };
  const auto with_problems = [](int status) {
    if (problems != 0) _exit(99);
    std::exit(status);
  };
  CHECK(fork_in_message([&] {
          check_inherited(other.ref, other.pending, other.answered);
          check_own_actors();
          with_problems(7);
        }) == 7);
  CHECK(fork_in_message([&] { with_problems(0); }) == 0);
  CHECK(fork_in_message([] { _exit(5); }) == 5);
  // As if main had returned: the process ends after its own actors.
  struct last {
    void count() { ++shared().handled; }
    void on_stop() { ++shared().stopped; }
  };
  CHECK(fork_in_message([&] {
          const auto own = vicar::start<last>();
          for (int i = 0; i < 1000; ++i) own.defer(&last::count);
          check_inherited(other.ref, other.pending, other.answered);
          if (problems != 0) _exit(99);
        }) == 0);
  CHECK(fork_in_message([] { throw std::runtime_error{"thrown in the child"}; }) == 1);
  CHECK(fork_in_message([] { throw vicar::stop_all_actors{}; }) == 1);
  CHECK(actor.is_alive());
  const pid_t from_message = actor
                                 .call([](forker& self) {
                                   const pid_t child = fork_for_a_while();
                                   if (child == 0) std::exit(self.asks_itself() ? 0 : 1);
                                   return child;
                                 })
                                 .get();
  CHECK(end_of(from_message) == 0);
  actor.stop().wait();
  CHECK(shared().handled == 6 * 10 + 1000);
  CHECK(shared().stopped == 1);
  CHECK(shared().destroyed == 1);  // in the parent
}

void in_hooks() {
  const busy other;
  for (const bool returns : {false, true}) {
    shared().destroyed = 0;
    const auto function = [&] {
      check_inherited(other.ref, other.pending, other.answered);
      check_own_actors();
      if (problems != 0) _exit(99);
      if (!returns) std::exit(0);
    };
    pid_t forked_at_stop = 0;
    const auto actor = vicar::start<forker>(function, function, &forked_at_stop);
    CHECK(end_of(actor.get(&forker::forked_at_start).get()) == 0);
    CHECK(actor.stop().get());
    CHECK(end_of(forked_at_stop) == 0);
    CHECK(shared().destroyed == 1);
  }
}

// An actor whose constructor forks is an actor of both processes.
void in_constructor() {
  struct daemon {
    pid_t child;
    daemon() : child{fork_for_a_while()} { vicar::self(*this).defer(&daemon::count); }
    void count() { ++shared().handled; }
    bool in_the_child() const { return child == 0; }
  };
  const busy other;
  const auto actor = vicar::start<daemon>();
  CHECK(actor.call(&daemon::in_the_child).get() == in_child);
  CHECK(actor.is_alive());
  if (in_child) {
    CHECK(vicar::registry::get_all().size() == 1);
    check_inherited(other.ref, other.pending, other.answered);
    CHECK(actor.stop().get());
    std::exit(problems == 0 ? 0 : 1);
  }
  CHECK(end_of(actor.get(&daemon::child).get()) == 0);
  actor.stop().wait();
  CHECK(shared().handled == 2);
}

// A log sink may fork between the construction of an actor and its first message.
void at_registered() {
  static pid_t child = -1;
  vicar::set_log_level(vicar::log_level::debug);
  vicar::set_log_sink([](const vicar::log_record& record) {
    if (child == -1 && record.message.starts_with("Registered")) child = fork_for_a_while();
  });
  const auto actor = vicar::start<adder>();
  CHECK(actor.is_alive() == !in_child);
  if (in_child) {
    check_own_actors();
    std::exit(problems == 0 ? 0 : 1);
  }
  CHECK(end_of(child) == 0);
  CHECK(actor.call(&adder::add, 1, 1).get() == 2);
  CHECK(actor.stop().get());
}

// The main thread waits for the actors at the end of the process when one of them forks.
void while_exiting() {
  struct last {
    void fork_now() {
      while (vicar::registry::get_all().size() > 1) std::this_thread::yield();  // the other one has ended
      const pid_t child = fork_for_a_while();
      if (child == 0) {
        for (int i = 0; i < 10; ++i) check_own_actors_and_stop();
        _exit(problems == 0 ? 0 : 1);
      }
      if (end_of(child) != 0) _exit(1);
    }
    static void check_own_actors_and_stop() {
      check_own_actors();
      CHECK(vicar::registry::stop_all().size() == 1);
    }
  };
  vicar::start<last>().defer(&last::fork_now);
  vicar::start<last>();  // is stopped first
}

// A value that another thread computes during the fork is never available in the child.
void lazy_values() {
  std::latch entered{1};
  std::latch open{1};
  const auto source = vicar::make_ready_future(1);
  const auto being_made = source.map([&](int value) {
    entered.count_down();
    open.wait();
    return value + 1;
  });
  const auto not_made = source.map([](int value) { return value + 2; });
  const joined_thread maker{[&] { CHECK(being_made.get() == 2); }};
  entered.wait();
  CHECK(right_in_child([&] {
    const auto refused = [&] { return error_text<vicar::actor_dead_error>([&] { being_made.get(); }); };
    const std::string text = "vicar: the value of this future was being made by another thread during fork()";
    CHECK(refused() == containing(text));
    std::string elsewhere;  // this thread may have the stack of a thread of the parent
    std::thread{[&] { elsewhere = refused(); }}.join();
    CHECK(elsewhere == containing(text));
    CHECK(not_made.get() == 3);
  }));
  CHECK(not_made.get() == 3);
  open.count_down();
}

/// An executor with a thread for each function.
struct new_thread {
  template <class Function>
  void execute(Function function) const {
    std::thread{std::move(function)}.join();
  }
};

// Calls that are suspended in the parent will not be answered in the child, and nothing there waits for them.
void suspended_calls() {
  vicar::promise<int> inside;
  const auto actor = vicar::start<awaiter>({.name = "inherited"});
  const vicar::future<int> pending = actor.call<&awaiter::await>(inside.get_future());
  const vicar::future<int> piped = pending.then(actor, [](awaiter&, int value) { return value + 1; });
  while (actor.stats().suspended != 2) std::this_thread::yield();
  {
    // The actor might be about to suspend another call.
    std::latch held{1};
    std::latch forked{1};
    const joined_thread holds{[&] {
      auto& lock = vicar::detail::ref_access::handle(actor)->suspended().lock();
      lock.lock();
      held.count_down();
      forked.wait();
      lock.unlock();
    }};
    held.wait();
    CHECK(right_in_child([&] { CHECK(actor.stats().suspended == 2); }));
    forked.count_down();
  }
  CHECK(right_in_child([&] {
    const std::string died = "vicar: inherited (awaiter) was started before fork() and does not run in this process, ";
    const std::string remedy = "; start actors after fork(), or fork before you start any";
    const std::string no_answer = died + "await will not be answered" + remedy;
    CHECK(actor.stats().suspended == 2);
    CHECK(pending.ready());
    check_refused(no_answer, [&] { pending.get(); });
    check_refused(died + "then will not be answered" + remedy, [&] { piped.get(); });
    check_refused(died + "await was not delivered" + remedy,
                  [&] { actor.call<&awaiter::await>(vicar::make_ready_future(1)).get(); });
    check_refused(died + "then was not delivered" + remedy,
                  [&] { vicar::make_ready_future(1).then(actor, [](int) {}).get(); });

    const auto own = vicar::start<awaiter>();
    check_refused(no_answer, [&] { own.call<&awaiter::await>(pending).get(); });
    check_refused(no_answer, [&] { own.call<&awaiter::await_exclusively>(pending).get(); });
    check_refused(no_answer, [&] { own.call<&awaiter::await>(pending.map([](int value) { return value; })).get(); });
    check_refused(no_answer, [&] { pending.then(own, [](int) {}).get(); });
    check_refused(no_answer, [&] { pending.then(new_thread{}, [](int) {}).get(); });
    const auto work = [&]() -> vicar::task<int> { co_return co_await pending; };
    check_refused(no_answer, [&] { vicar::sync_wait(work()); });
    check_refused(no_answer, [&] { std::rethrow_exception(pending.exception()); });
    const vicar::promise<int> never;
    CHECK(vicar::when_any(never.get_future(), pending).get() == 1);
    check_refused(no_answer, [&] { std::get<0>(vicar::when_all(pending, vicar::make_ready_future(1)).get()).get(); });
    CHECK(vicar::race(pending, vicar::make_ready_future(2)).get() == 2);
    CHECK(own.call<&awaiter::await>(vicar::make_ready_future(3)).get() == 3);

    inside.set_value(4);  // the suspended calls of the parent do not continue
    check_refused(no_answer, [&] { pending.get(); });
    CHECK(own.call<&awaiter::await>(inside.get_future()).get() == 4);
    CHECK(!actor.stop().get());
  }));
  inside.set_value(7);
  CHECK(pending.get() == 7);
  CHECK(piped.get() == 8);
  actor.stop().wait();
}

// In the child, a coroutine that forks goes on until it is suspended or ends, and then the process ends.
void in_coroutine() {
  struct forking {
    vicar::task<pid_t> fork_and(bool resumed, std::function<void()> function, vicar::future<void> after) {
      if (resumed) co_await vicar::next_turn();
      const pid_t child = fork_for_a_while();
      if (child == 0) function();
      co_await after;
      ++shared().handled;
      co_return child;
    }
  };
  const auto actor = vicar::start<forking>();
  const busy other;
  int forks = 0;
  const auto fork_in_coroutine = [&](bool resumed, const std::function<void()>& function) {
    ++forks;
    return end_of(actor.call<&forking::fork_and>(resumed, function, vicar::make_ready_future()).get());
  };
  for (const bool resumed : {false, true}) {
    shared().handled = 0;
    forks = 0;
    const auto checks = [&] {
      check_inherited(other.ref, other.pending, other.answered);
      check_own_actors();
      if (problems != 0) _exit(99);
    };
    CHECK(fork_in_coroutine(resumed, [&] {
            checks();
            std::exit(7);
          }) == 7);
    CHECK(fork_in_coroutine(resumed, [] { _exit(5); }) == 5);
    CHECK(fork_in_coroutine(resumed, [] { throw std::runtime_error{"thrown in the child"}; }) == 1);
    CHECK(shared().handled == forks);  // in the parent
    CHECK(fork_in_coroutine(resumed, checks) == 0);
    CHECK(shared().handled == forks + 1);  // in both
  }
  // Suspended in the child: what it awaits comes in the parent only.
  vicar::promise<void> inside;
  shared().handled = 0;
  const auto forked = actor.call<&forking::fork_and>(false, [] {}, inside.get_future());
  while (actor.stats().suspended != 1) std::this_thread::yield();
  inside.set_value();
  CHECK(end_of(forked.get()) == 0);
  CHECK(shared().handled == 1);
  actor.stop().wait();

  // On a thread that waits in sync_wait, the coroutine goes on in both processes.
  const auto work = [&]() -> vicar::task<pid_t> {
    const pid_t child = fork_for_a_while();
    const auto own = vicar::start<awaiter>();
    const int value = co_await own.call<&awaiter::await>(vicar::make_ready_future(3));
    CHECK(value == 3);
    own.stop();
    co_return child;
  };
  const pid_t child = vicar::sync_wait(work());
  if (child == 0) std::exit(problems == 0 ? 0 : 1);
  CHECK(end_of(child) == 0);
}

const vicar::actor_ref<adder>* used_by_handlers = nullptr;

// The program's own handlers of fork() may use actors, in all three places.
void with_handlers() {
  pthread_atfork([] { CHECK(used_by_handlers->call(&adder::add, 1, 1).get() == 2); },
                 [] { CHECK(used_by_handlers->call(&adder::add, 1, 1).get() == 2); },
                 [] {
                   CHECK(!used_by_handlers->is_alive());
                   check_own_actors();
                 });
  const auto actor = vicar::start<adder>();
  used_by_handlers = &actor;
  CHECK(right_in_child([] { CHECK(vicar::registry::get_all().size() == 1); }));
  CHECK(actor.stop().get());
}

}  // namespace

/// Called by LeakSanitizer at the end: in a child, memory held only by threads of its parent would be reported.
extern "C" int __lsan_is_turned_off() { return in_child ? 1 : 0; }

int main(int count, char** arguments) {
  const std::map<std::string_view, void (*)()> cases{{"calls", &calls},
                                                     {"in_grandchild", &in_grandchild},
                                                     {"before_any_actor", &before_any_actor},
                                                     {"hammered", &hammered},
                                                     {"returns_from_main", &returns_from_main},
                                                     {"in_message", &in_message},
                                                     {"in_hooks", &in_hooks},
                                                     {"in_constructor", &in_constructor},
                                                     {"at_registered", &at_registered},
                                                     {"while_exiting", &while_exiting},
                                                     {"lazy_values", &lazy_values},
                                                     {"suspended_calls", &suspended_calls},
                                                     {"in_coroutine", &in_coroutine},
                                                     {"with_handlers", &with_handlers}};
  const auto chosen = count == 2 ? cases.find(arguments[1]) : cases.end();
  if (chosen == cases.end()) {
    std::puts("give the name of a case");
    return 1;
  }
  shared();
  chosen->second();
  return problems == 0 ? 0 : 1;
}
