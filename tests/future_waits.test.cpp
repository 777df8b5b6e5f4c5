// SPDX-License-Identifier: BSL-1.0
// Threads that wait for futures: with and without a timeout, and for values that a hook makes.
#include <vicar/future.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <latch>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/future_parts.hpp"
#include "support/threads.hpp"
#include "support/tracked.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::failure;
using support::joined_thread;
using support::on_threads;
using support::tally;
using support::thrown_by;
using support::tracked;
using vicar::future;
using vicar::make_failed_future;
using vicar::promise;
using vicar::timeout_error;

namespace {

using timeout = std::optional<std::chrono::nanoseconds>;

}  // namespace

TEST_CASE("get blocks until another thread sets the value") {
  for (int round = 0; round < 200; ++round) {
    promise<std::string> source;
    const future<std::string> answer = source.get_future();
    std::latch asked{1};
    const joined_thread producer{[&] {
      asked.wait();
      source.set_value("late");
    }};
    CHECK_FALSE(answer.ready());
    asked.count_down();
    CHECK(answer.get() == "late");
  }
}

TEST_CASE("a sleeping reader is woken by a value, an exception, a hook and a destroyed promise") {
  enum class ending { value, exception, hook, gone };
  for (const ending each : {ending::value, ending::exception, ending::hook, ending::gone}) {
    for (const bool with_timeout : {false, true}) {
      std::optional<promise<int>> source{std::in_place};
      const future<int> answer = source->get_future();
      support::sleeper reader;
      int seen = 0;
      {
        const joined_thread reading{[&] {
          reader.here();
          try {
            seen = with_timeout ? answer.get(1h) : answer.get();
          } catch (const std::runtime_error&) {
            seen = -1;
          }
        }};
        reader.wait_until_asleep();
        if (each == ending::value) source->set_value(1);
        if (each == ending::exception) source->set_exception(failure("woken"));
        if (each == ending::hook) source->set_get_hook([](timeout) { return 1; });
        if (each == ending::gone) source.reset();
      }
      CHECK(seen == (each == ending::value || each == ending::hook ? 1 : -1));
    }
  }
}

TEST_CASE("a get that times out throws a timeout_error and leaves the future usable") {
  promise<int> source;
  future<int> answer = source.get_future();
  CHECK(error_text<timeout_error>([&] { return answer.get(2ms); }) ==
        containing("vicar: no answer within 0.002 s", "promise has not been satisfied yet"));
  CHECK_THROWS_AS(answer.get(0s), timeout_error);
  CHECK_THROWS_AS(answer.get(-5s), timeout_error);
  CHECK_THROWS_AS(answer.get(std::chrono::hours::min()), timeout_error);
  CHECK_THROWS_AS(answer.get(std::chrono::duration<double>{0.001}), timeout_error);
  CHECK_THROWS_AS(std::move(answer).get(1ms), timeout_error);
  source.set_value(9);
  CHECK(answer.get(0s) == 9);
  CHECK(answer.get(-1s) == 9);
  CHECK(answer.get(std::chrono::hours::max()) == 9);
  CHECK(answer.get(std::chrono::duration<double>{1e300}) == 9);
  CHECK(std::move(answer).get(0s) == 9);
}

TEST_CASE("the text of a timeout_error is written when it is read, also after the future was destroyed") {
  std::optional<timeout_error> kept;
  {
    const promise<int> source;
    try {
      source.get_future().get(1ms);
    } catch (const timeout_error& caught) {
      kept = caught;
    }
  }
  REQUIRE(kept.has_value());
  const timeout_error copy = *kept;
  CHECK(std::string{copy.what()} == containing("no answer within 0.001 s"));
  CHECK(copy.what() == kept->what());
}

TEST_CASE("a timeout beyond the clock's range waits forever") {
  promise<int> source;
  const future<int> answer = source.get_future();
  std::latch waiting{1};
  const joined_thread producer{[&] {
    waiting.wait();
    source.set_value(1);
  }};
  waiting.count_down();
  CHECK(answer.get(std::chrono::hours::max()) == 1);
}

TEST_CASE("wait_until with the earliest time point polls once") {
  const promise<int> source;
  CHECK_FALSE(source.get_future().wait_until(std::chrono::steady_clock::time_point::min()));
  CHECK_FALSE(source.get_future().wait_until(std::chrono::system_clock::time_point::min()));
}

TEST_CASE("wait_for and wait_until return whether the future is ready") {
  promise<int> source;
  const future<int> answer = source.get_future();
  CHECK_FALSE(answer.wait_for(0s));
  CHECK_FALSE(answer.wait_for(-1s));
  CHECK_FALSE(answer.wait_for(2ms));
  CHECK_FALSE(answer.wait_until(std::chrono::steady_clock::now() + 2ms));
  CHECK_FALSE(answer.wait_until(std::chrono::system_clock::now() + 2ms));
  CHECK_FALSE(answer.wait_until(std::chrono::system_clock::time_point{}));
  source.set_value(1);
  CHECK(answer.wait_for(0s));
  CHECK(answer.wait_until(std::chrono::steady_clock::now()));
  CHECK(answer.wait_until(std::chrono::system_clock::time_point{}));
}

TEST_CASE("wait does not throw the stored exception") {
  const future<int> failed = make_failed_future<int>(failure("broken"));
  failed.wait();
  CHECK(failed.wait_for(0s));
  CHECK(failed.wait_until(std::chrono::steady_clock::now()));
}

TEST_CASE("all waiting threads are released by the answer") {
  promise<void> source;
  const future<void> answer = source.get_future();
  std::latch begun{3};
  std::atomic<int> released{0};
  const joined_thread producer{[&] {
    begun.wait();
    source.set_value();
  }};
  on_threads(3, [&](std::size_t index) {
    begun.count_down();
    if (index == 0) answer.wait();
    if (index == 1 && !answer.wait_for(1h)) return;
    if (index == 2) answer.get();
    ++released;
  });
  CHECK(released == 3);
}

TEST_CASE("a hook computes the value once, on the first thread that reads it") {
  int runs = 0;
  timeout passed = 1h;
  const auto hook = [&](timeout left) {
    ++runs;
    passed = left;
    return 12;
  };
  const auto checks = [&](const future<int>& answer) {
    CHECK_FALSE(answer.ready());
    CHECK(runs == 0);
    CHECK(answer.get() == 12);
    CHECK_FALSE(passed.has_value());
    CHECK(answer.get(1s) == 12);
    CHECK(answer.ready());
    CHECK(runs == 1);
  };
  SECTION("of a future") { checks(future<int>::from_hook(hook)); }
  SECTION("of a promise") {
    promise<int> source;
    const future<int> answer = source.get_future();
    source.set_get_hook(hook);
    checks(answer);
  }
  SECTION("of a destroyed promise") {
    future<int> answer;
    {
      promise<int> source;
      answer = source.get_future();
      source.set_get_hook(hook);
    }
    checks(answer);
  }
}

TEST_CASE("a hook is passed the remaining time") {
  timeout passed;
  const auto answer = future<int>::from_hook([&](timeout left) { return passed = left, 1; });
  SECTION("of a timeout") {
    CHECK(answer.get(1h) == 1);
    REQUIRE(passed.has_value());
    CHECK(*passed <= 1h);
    CHECK(*passed > 30min);
  }
  SECTION("of a negative timeout, which becomes zero") {
    CHECK(answer.get(-1h) == 1);
    CHECK(passed == timeout{0ns});
  }
}

TEST_CASE("a hook may time out and is called again") {
  int runs = 0;
  const auto answer = future<int>::from_hook([&](timeout left) -> int {
    ++runs;
    if (left) throw timeout_error{"too short"};
    return 5;
  });
  CHECK(error_text<timeout_error>([&] { return answer.get(1ms); }) == "too short");
  CHECK(error_text<timeout_error>([&] { return answer.get(1ms); }) == "too short");
  CHECK(runs == 2);
  CHECK(answer.get() == 5);
  CHECK(runs == 3);
}

TEST_CASE("a hook that times out is not an error of wait_for") {
  const auto answer = future<int>::from_hook([](timeout left) -> int {
    if (left) throw timeout_error{"too short"};
    return 5;
  });
  CHECK_FALSE(answer.wait_for(1ms));
  CHECK_FALSE(answer.wait_until(std::chrono::steady_clock::now() + 1ms));
  CHECK_FALSE(answer.map([](int value) { return value; }).wait_for(1ms));
  answer.wait();
  CHECK(answer.ready());
}

TEST_CASE("the exception of a hook is stored") {
  int runs = 0;
  const auto answer = future<int>::from_hook([&](timeout) -> int {
    ++runs;
    throw std::range_error{"hook"};
  });
  const std::exception_ptr first = thrown_by([&] { return answer.get(1s); });
  CHECK(error_text<std::range_error>([&] { return answer.get(); }) == "hook");
  CHECK(thrown_by([&] { return answer.get(); }) == first);
  CHECK(runs == 1);
  SECTION("also a timeout_error if the wait had no timeout") {
    const auto timed = future<int>::from_hook([&](timeout) -> int {
      ++runs;
      throw timeout_error{"its own"};
    });
    CHECK(error_text<timeout_error>([&] { return timed.get(); }) == "its own");
    CHECK(error_text<timeout_error>([&] { return timed.get(1s); }) == "its own");
    CHECK(runs == 2);
  }
}

TEST_CASE("the hook of an unread future never runs, and is destroyed with it") {
  tally counts;
  bool ran = false;
  static_cast<void>(future<int>::from_hook([&ran, kept = tracked{counts}](timeout) {
    ran = true;
    return kept.value;
  }));
  CHECK_FALSE(ran);
  CHECK(counts.alive == 0);
}

TEST_CASE("a hook that is set late runs on the thread that has been waiting") {
  for (int round = 0; round < 100; ++round) {
    promise<int> source;
    const future<int> answer = source.get_future();
    std::latch begun{1};
    std::thread::id ran_on;
    std::thread::id asked_on;
    int seen = 0;
    {
      const joined_thread asking{[&] {
        asked_on = std::this_thread::get_id();
        begun.count_down();
        seen = answer.get();
      }};
      begun.wait();
      source.set_get_hook([&](timeout) {
        ran_on = std::this_thread::get_id();
        return 6;
      });
    }
    CHECK(seen == 6);
    CHECK(ran_on == asked_on);
  }
}

TEST_CASE("a hook runs once for many threads, each of which has its own timeout") {
  std::latch inside{1};
  std::latch go_on{1};
  std::atomic<int> runs{0};
  const auto answer = future<int>::from_hook([&](timeout) {
    ++runs;
    inside.count_down();
    go_on.wait();
    return 8;
  });
  int seen = 0;
  {
    const joined_thread maker{[&] { seen = answer.get(); }};
    inside.wait();
    CHECK_FALSE(answer.ready());
    CHECK_THROWS_AS(answer.get(2ms), timeout_error);
    go_on.count_down();
    CHECK(answer.get() == 8);
  }
  CHECK(seen == 8);
  CHECK(runs == 1);
}

TEST_CASE("a hook of a future without a value runs once, at the first get") {
  int runs = 0;
  const auto done = future<void>::from_hook([&](timeout) { ++runs; });
  done.get();
  done.get();
  CHECK(runs == 1);
}
