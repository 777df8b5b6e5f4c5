// SPDX-License-Identifier: BSL-1.0
#include <vicar/debug.hpp>

#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sys/syscall.h>
#include <unistd.h>

#include <vicar/actor.hpp>
#include <vicar/future.hpp>
#include <vicar/options.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/threads.hpp"

// With external linkage, so that every compiler keeps the names in the stacks.
void vicar_debug_test_waits_here(const vicar::future<void>& gate);
std::string vicar_debug_test_looks_here();
[[gnu::noinline]] void vicar_debug_test_waits_here(const vicar::future<void>& gate) {
  const vicar::future<void> here = gate;  // its destructor follows the wait, so the wait is not a tail call
  here.get();
}
[[gnu::noinline]] std::string vicar_debug_test_looks_here() { return vicar::thread_tracebacks() + '\n'; }

namespace {

using namespace std::chrono_literals;
using support::error_text;

class waiter {
 public:
  void wait(vicar::promise<void> begun, const vicar::future<void>& gate) {
    begun.set_value();
    vicar_debug_test_waits_here(gate);
  }
  void rest() {}
  void ask(const vicar::actor_ref<waiter>& other) { other.call<&waiter::rest>().get(); }
};

/// Two actors: `blocked` waits for a promise of the test, `asking` for `blocked`.
struct blocked_pair {
  blocked_pair() {
    vicar::promise<void> begun;
    const vicar::future<void> has_begun = begun.get_future();
    blocked.defer<&waiter::wait>(std::move(begun), gate.get_future());
    has_begun.get();
    asking.defer<&waiter::ask>(blocked);
  }
  ~blocked_pair() {
    gate.set_value();
    asking.stop().wait();
    blocked.stop().wait();
  }
  blocked_pair(const blocked_pair&) = delete;
  blocked_pair& operator=(const blocked_pair&) = delete;

  vicar::promise<void> gate;
  vicar::actor_ref<waiter> blocked = vicar::start<waiter>(vicar::options{.name = "blocked one"});
  vicar::actor_ref<waiter> asking = vicar::start<waiter>(vicar::options{.name = "asking one"});
};

/// The line of a text that begins with `start`, with single spaces; empty if there is none.
std::string line_of(const std::string& text, std::string_view start) {
  std::string found;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    if (line.starts_with(start)) found = line;
    begin = end == std::string::npos ? text.size() : end + 1;
  }
  for (std::size_t at = found.find("  "); at != std::string::npos; at = found.find("  ")) found.erase(at, 1);
  return found;
}

/// A table begun after an earlier one contained `part`: rows are read one after another, so the first table
/// that contains it may have older states of other actors.
std::string table_with(std::string_view part) {
  while (vicar::actor_table().find(part) == std::string::npos) std::this_thread::yield();
  return vicar::actor_table();
}

TEST_CASE("the table lists what each actor runs and which actor it waits for") {
  const blocked_pair pair;
  const std::string table = table_with("blocked one.rest");
  CHECK(line_of(table, "actor") == "actor class state running for mailbox waits for");
  CHECK(line_of(table, "asking one") == support::containing("asking one waiter waiting ask ", " s 0 blocked one.rest"));
  const std::string blocked = line_of(table, "blocked one");
  CHECK(blocked == support::containing("blocked one waiter running wait ", " s 1"));
  CHECK(blocked.ends_with(" s 1"));  // it waits for no actor
}

TEST_CASE("a name with line breaks occupies one line of the table and of the stacks") {
  const auto ref = vicar::start<waiter>(vicar::options{.name = "broken\nforged"});
  CHECK(line_of(table_with("broken"), "broken\\nforged") == support::containing("broken\\nforged waiter"));
  CHECK(line_of(vicar::actor_table(), "forged").empty());
#if defined(__linux__)
  CHECK(vicar::thread_tracebacks().find("\nforged") == std::string::npos);
#endif
  ref.stop().wait();
}

TEST_CASE("an idle actor is listed as idle, an ended one is not listed") {
  const auto ref = vicar::start<waiter>(vicar::options{.name = "lazy one"});
  ref.call<&waiter::rest>().get();
  CHECK(line_of(table_with("idle"), "lazy one") == "lazy one waiter idle 0");
  ref.stop().wait();
  CHECK(line_of(vicar::actor_table(), "lazy one").empty());
}

#if defined(__linux__)

/// The stacks as soon as they contain `part` and one stack for each thread: a thread that has begun its message may not
/// have reached the function in which it waits, and on a busy machine one may not reply in time.
std::string stacks_with(std::string_view part) {
  for (;;) {
    std::string stacks = vicar::thread_tracebacks();
    if (stacks.find(part) != std::string::npos && stacks.find("did not answer within a second") == std::string::npos)
      return stacks;
    std::this_thread::yield();
  }
}

TEST_CASE("the stacks show the functions that each actor's thread is in") {
  const blocked_pair pair;
  table_with("blocked one.rest");
  const std::string stacks = stacks_with("vicar_debug_test_waits_here");
  const std::size_t blocked = stacks.find("blocked one (");
  const std::size_t asking = stacks.find("asking one (");
  REQUIRE(blocked < asking);
  REQUIRE(asking != std::string::npos);
  const std::string first = stacks.substr(blocked, asking - blocked);
  CHECK(first == support::containing("waiter), thread ", "vicar_debug_test_waits_here", "vicar::detail::"));
  const std::string second = stacks.substr(asking);
  CHECK(second == support::containing("waiter), thread ", "vicar::detail::"));
  CHECK(second.find("vicar_debug_test_waits_here") == std::string::npos);
}

class looks_at_itself {
 public:
  std::string stacks() { return vicar_debug_test_looks_here(); }
};

TEST_CASE("an actor can request the stacks, including its own") {
  const auto ref = vicar::start<looks_at_itself>();
  CHECK(ref.call<&looks_at_itself::stacks>().get() ==
        support::containing("looks_at_itself", "), thread ", "vicar_debug_test_looks_here"));
  ref.stop().wait();
}

TEST_CASE("many threads may request the stacks at once") {
  const blocked_pair pair;
  stacks_with("vicar_debug_test_waits_here");
  std::vector<std::string> all(4);
  std::vector<std::thread> threads;
  for (std::string& each : all) threads.emplace_back([&each] { each = vicar::thread_tracebacks(); });
  for (std::thread& each : threads) each.join();
  for (const std::string& each : all) CHECK(each == support::containing("vicar_debug_test_waits_here"));
}

class deaf {
 public:
  void wait(vicar::promise<void> begun, const vicar::future<void>& gate) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    begun.set_value();
    gate.get();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  void rest() {}
  long thread() { return syscall(SYS_gettid); }
};

/// Whether a blocked signal is pending for the thread.
bool has_pending_signal(long thread) {
  std::ifstream status{"/proc/self/task/" + std::to_string(thread) + "/status"};
  std::string line;
  while (std::getline(status, line) && line.rfind("SigPnd:", 0) != 0) {
  }
  return line.find_first_of("123456789abcdef", 7) != std::string::npos;
}

TEST_CASE("a thread that blocks signals has no stack, and unblocking them later is harmless") {
  const auto ref = vicar::start<deaf>(vicar::options{.name = "deaf one"});
  vicar::promise<void> begun;
  vicar::promise<void> gate;
  const vicar::future<void> has_begun = begun.get_future();
  ref.defer<&deaf::wait>(std::move(begun), gate.get_future());
  has_begun.get();
  CHECK(vicar::thread_tracebacks() == support::containing("deaf one (", "did not answer within a second"));
  gate.set_value();
  ref.call<&deaf::rest>().get();
  CHECK(vicar::thread_tracebacks() == support::containing("deaf one (", "vicar::detail::"));
  ref.stop().wait();
}

TEST_CASE("a thread that unblocks signals late does not write the stack of another one") {
  const auto start_deaf = [](vicar::future<void> gate) {
    auto ref = vicar::start<deaf>();
    const long thread = ref.call<&deaf::thread>().get();
    vicar::promise<void> begun;
    const vicar::future<void> has_begun = begun.get_future();
    ref.defer<&deaf::wait>(std::move(begun), std::move(gate));
    has_begun.get();
    return std::pair{ref, thread};
  };
  vicar::promise<void> first_gate;
  vicar::promise<void> second_gate;
  const auto [first, first_thread] = start_deaf(first_gate.get_future());
  const auto [second, second_thread] = start_deaf(second_gate.get_future());
  auto& stacks = vicar::detail::thread_stack::instance();
  CHECK(stacks.text_of(first_thread) == support::containing("did not answer within a second"));

  std::string of_second;
  {
    const support::joined_thread asks{
        [&stacks, &of_second, thread = second_thread] { of_second = stacks.text_of(thread); }};
    while (!has_pending_signal(second_thread)) std::this_thread::yield();
    first_gate.set_value();
  }
  CHECK(of_second == support::containing("did not answer within a second"));
  second_gate.set_value();
  first.stop().wait();
  second.stop().wait();
}

/// Passes the records of a log to a test that waits for them.
class record_channel {
 public:
  record_channel() {
    vicar::set_log_level(vicar::log_level::off);
    vicar::set_log_sink([state = state_](const vicar::log_record& record) {
      const std::lock_guard lock{state->mutex};
      if (state->level == vicar::log_level::off) state->next.set_value(std::string{record.message});
      state->level = record.level;
    });
  }
  ~record_channel() {
    vicar::reset_log_sink();
    vicar::set_log_level(vicar::log_level::warning);
  }
  record_channel(const record_channel&) = delete;
  record_channel& operator=(const record_channel&) = delete;

  std::string first() { return state_->next.get_future().get(); }
  vicar::log_level level() {
    const std::lock_guard lock{state_->mutex};
    return state_->level;
  }

 private:
  struct shared {
    std::mutex mutex;
    vicar::promise<std::string> next;
    vicar::log_level level = vicar::log_level::off;
  };
  std::shared_ptr<shared> state_ = std::make_shared<shared>();
};

TEST_CASE("a signal writes a report to the log, regardless of the log level") {
  const blocked_pair pair;
  table_with("blocked one.rest");
  stacks_with("vicar_debug_test_waits_here");
  vicar::log_on_signal(SIGUSR2);
  for (int round = 0; round < 3; ++round) {
    record_channel log;
    REQUIRE(std::raise(SIGUSR2) == 0);
    const std::string report = log.first();
    CHECK(report == support::containing("The actors at signal " + std::to_string(SIGUSR2) + ":\n", "blocked one.rest",
                                        "asking one (", "vicar_debug_test_waits_here"));
    CHECK(log.level() == vicar::log_level::warning);
  }
}

TEST_CASE("a signal that cannot be handled is refused") {
  CHECK(error_text<vicar::error>([] { vicar::log_on_signal(SIGKILL); }) ==
        support::containing("vicar: signal 9 cannot be handled", "; choose another one"));
}

#endif

}  // namespace
