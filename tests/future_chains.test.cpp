// SPDX-License-Identifier: BSL-1.0
// Chains of futures made from futures, of any length.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

#include <vicar/future.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/threads.hpp"
#include "support/tracked.hpp"

using namespace std::chrono_literals;
using support::error_text;
using support::joined_thread;
using support::on_threads;
using support::tally;
using support::thrown_by;
using support::tracked;
using vicar::future;
using vicar::make_failed_future;
using vicar::make_ready_future;
using vicar::promise;
using vicar::timeout_error;

namespace {

constexpr int many = 30'000;

int add_one(int value) { return value + 1; }
int sum_of(const std::vector<int>& values) {
  int sum = 0;
  for (const int each : values) sum += each;
  return sum;
}

/// Runs `function` on a thread with a stack of 256 KiB, which is less than nine bytes for each link.
void on_small_stack(std::function<void()> function) {
#if defined(__unix__) || defined(__APPLE__)
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, std::size_t{256} << 10U) == 0);
  pthread_t thread{};
  const auto run = [](void* what) -> void* {
    (*static_cast<std::function<void()>*>(what))();
    return nullptr;
  };
  // The function may contain assertions, and Catch2's are not thread-safe.
  const int refused = pthread_create(&thread, &attributes, run, &function);
  if (refused == 0) pthread_join(thread, nullptr);
  REQUIRE(refused == 0);
  pthread_attr_destroy(&attributes);
#else
  function();
#endif
}

using builder = std::function<future<int>(future<int>, int)>;

future<int> mapped(future<int> last, int links) {
  for (int i = 0; i < links; ++i) last = std::move(last).map(&add_one);
  return last;
}
/// Adds up answers one by one.
future<int> joined(future<int> last, int links) {
  const future<int> one = make_ready_future(1);
  for (int i = 0; i < links; ++i) last = std::move(last).join(one).map(&sum_of);
  return last;
}
future<int> joined_from_the_right(future<int> last, int links) {
  const future<int> one = make_ready_future(1);
  for (int i = 0; i < links; ++i) last = one.join(std::move(last)).map(&sum_of);
  return last;
}
future<int> mixed(future<int> last, int links) {
  const auto hook = [](std::optional<std::chrono::nanoseconds>) { return 1; };
  for (int i = 0; i < links; ++i) {
    if (i % 3 == 0) last = std::move(last).map(&add_one);
    if (i % 3 == 1) last = std::move(last).join(future<int>::from_hook(hook)).reduce(std::plus<>{}, 0);
    if (i % 3 == 2)
      last = last.join(make_ready_future(1), make_ready_future(-1))
                 .filter([](int value) { return value >= 0; })
                 .map(&sum_of);
  }
  return last;
}
/// Each future is captured by the function of the next one, and is not its source.
future<int> captured(future<int> last, int links) {
  const future<int> one = make_ready_future(1);
  for (int i = 0; i < links; ++i) {
    last = one.map([before = std::move(last)](int value) { return value + (before.ready() ? 1 : 0); });
  }
  return last;
}

}  // namespace

TEST_CASE("a chain of futures of any length is read and destroyed on a small stack") {
  const std::array<builder, 4> builders{&mapped, &joined, &joined_from_the_right, &mixed};
  for (const builder& build : builders) {
    promise<int> first;
    future<int> last = build(first.get_future(), many);
    std::optional<int> value;
    std::array<bool, 2> ready{};
    on_small_stack([&] {
      ready[0] = last.ready() || last.wait_for(0s);
      first.set_value(0);
      last.wait();
      ready[1] = last.ready();
      value = last.get();
      last = {};
    });
    CHECK_FALSE(ready[0]);
    CHECK(ready[1]);
    CHECK(value == many);
  }
}

TEST_CASE("three hundred thousand links need no more stack than three") {
  promise<int> first;
  future<int> last = mapped(first.get_future(), 10 * many);
  CHECK_FALSE(last.ready());
  first.set_value(0);
  std::optional<int> value;
  on_small_stack([&] { value = std::exchange(last, {}).get(); });
  CHECK(value == 10 * many);
}

TEST_CASE("an unread chain of futures of any length is destroyed on a small stack") {
  const std::array<builder, 5> builders{&mapped, &joined, &joined_from_the_right, &mixed, &captured};
  for (const builder& build : builders) {
    tally counts;
    promise<int> first;
    future<int> last =
        build(first.get_future().map([kept = tracked{counts, 1}](int value) { return value + kept.value; }), many);
    CHECK(counts.alive == 1);
    on_small_stack([&] { last = {}; });
    CHECK(counts.alive == 0);
  }
}

TEST_CASE("a chain of any length is kept by a handle in its middle, and no further") {
  tally counts;
  promise<int> first;
  future<int> last = first.get_future();
  std::optional<future<int>> middle;
  for (int i = 0; i < many; ++i) {
    last = std::move(last).map([kept = tracked{counts, 1}](int value) { return value + kept.value; });
    if (i == many / 2) middle = last;
  }
  last = {};
  CHECK(counts.alive == many / 2 + 1);
  first.set_value(0);
  CHECK(middle->get() == many / 2 + 1);
  CHECK(counts.alive == 0);
}

TEST_CASE("a failure passes through a chain of any length, whose functions do not run") {
  const std::exception_ptr failure = std::make_exception_ptr(std::runtime_error{"broken"});
  std::atomic<int> runs{0};
  tally counts;
  promise<int> first;
  future<int> last = first.get_future();
  for (int i = 0; i < many; ++i) {
    last = std::move(last).map([&runs, kept = tracked{counts, 1}](int value) {
      ++runs;
      return value + kept.value;
    });
  }
  SECTION("of its first") {
    first.set_exception(failure);
    std::exception_ptr thrown;
    on_small_stack([&] { thrown = thrown_by([&] { last.get(); }); });
    CHECK(thrown == failure);
    CHECK(runs == 0);
  }
  SECTION("of a link in its middle") {
    future<int> end = mapped(std::move(last).map([&](int) -> int { std::rethrow_exception(failure); }), many);
    first.set_value(0);
    std::exception_ptr thrown;
    on_small_stack([&] { thrown = thrown_by([&] { end.get(); }); });
    CHECK(thrown == failure);
    CHECK(runs == many);
  }
  CHECK(counts.alive == 0);
}

TEST_CASE("futures that share their sources are computed once each, however many paths lead to them") {
  promise<int> first;
  std::atomic<int> runs{0};
  future<int> last = first.get_future();
  constexpr int levels = 200;
  for (int i = 0; i < levels; ++i) {
    last = last.join(last, last).map([&runs](const std::vector<int>& same) {
      ++runs;
      return same.at(0) + (same.at(1) - same.at(2)) + 1;
    });
  }
  CHECK_FALSE(last.ready());
  CHECK_FALSE(last.wait_for(1ms));
  CHECK_THROWS_AS(last.get(1ms), timeout_error);
  CHECK(runs == 0);
  first.set_value(0);
  CHECK(last.ready());
  last.wait();
  CHECK(runs == 0);
  CHECK(last.get() == levels);
  CHECK(runs == levels);
}

TEST_CASE("a total that is read at each step does not keep the previous steps") {
  tally counts;
  future<int> total = make_ready_future(0);
  std::atomic<int> most{0};
  SECTION("one by one") {
    for (int i = 1; i <= 1000; ++i) {
      total =
          total.join(make_ready_future(i).map([kept = tracked{counts, i}](int) { return kept.value; })).map(&sum_of);
      CHECK(total.get() == i * (i + 1) / 2);
      most = std::max(most.load(), counts.alive.load());
    }
  }
  SECTION("with a hook for each") {
    for (int i = 1; i <= 1000; ++i) {
      total = total.join(future<int>::from_hook([kept = tracked{counts, i}](auto) { return kept.value; })).map(&sum_of);
      CHECK(total.get() == i * (i + 1) / 2);
      most = std::max(most.load(), counts.alive.load());
    }
  }
  CHECK(most == 0);
}

TEST_CASE("the inputs of a future are destroyed before its value is visible") {
  tally counts;
  const auto source = [&] {
    return make_ready_future(std::make_shared<tracked>(counts, 1)).map([](const std::shared_ptr<tracked>& same) {
      return same;
    });
  };
  using pointer = std::shared_ptr<tracked>;
  SECTION("by map") {
    const future<int> made = source().map([kept = tracked{counts, 1}](const pointer& one) { return one->value; });
    CHECK(made.get() == 1);
    CHECK(counts.alive == 0);
  }
  SECTION("by a map whose function throws") {
    const future<int> made = source().map([kept = tracked{counts, 1}](const pointer&) -> int { throw 5; });
    CHECK_THROWS_AS(made.get(), int);
    CHECK(counts.alive == 0);
  }
  SECTION("by a map of a failure") {
    const future<int> made = make_failed_future<pointer>(std::make_exception_ptr(5))
                                 .join(source())
                                 .map([kept = tracked{counts, 1}](const std::vector<pointer>&) { return 1; });
    CHECK(counts.alive == 2);
    CHECK_THROWS_AS(made.get(), int);
    CHECK(counts.alive == 0);
  }
  SECTION("by join") {
    const auto made = source().join(source()).map([](const std::vector<pointer>& both) { return both.size(); });
    CHECK(made.get() == 2);
    CHECK(counts.alive == 0);
  }
  SECTION("by filter and reduce") {
    const auto numbers = make_ready_future(std::vector{1, 2, 3});
    const auto made = numbers.filter([kept = tracked{counts, 1}](int each) { return each > kept.value; })
                          .reduce([kept = tracked{counts, 1}](int sum, int each) { return sum + each; }, 0);
    CHECK(counts.alive == 2);
    CHECK(made.get() == 5);
    CHECK(counts.alive == 0);
  }
  SECTION("by a hook") {
    const auto made = future<int>::from_hook([kept = tracked{counts, 1}](auto) { return kept.value; });
    CHECK(made.get() == 1);
    CHECK(counts.alive == 0);
  }
  SECTION("by a hook that throws") {
    const auto made = future<int>::from_hook([kept = tracked{counts, 1}](auto) -> int { throw kept.value; });
    CHECK_THROWS_AS(made.get(), int);
    CHECK(counts.alive == 0);
  }
  SECTION("by a promise's hook") {
    promise<int> given;
    given.set_get_hook([kept = tracked{counts, 1}](auto) { return kept.value; });
    CHECK(given.get_future().get() == 1);
    CHECK(counts.alive == 0);
  }
  SECTION("but not by a hook that timed out, which is called again") {
    int calls = 0;
    const auto made = future<int>::from_hook([&calls, kept = tracked{counts, 1}](auto) {
      if (++calls == 1) throw timeout_error{"later"};
      return kept.value;
    });
    CHECK_THROWS_AS(made.get(1ms), timeout_error);
    CHECK(counts.alive == 1);
    CHECK(made.get() == 1);
    CHECK(counts.alive == 0);
  }
}

TEST_CASE("a source that is no longer needed leaves its value to the remaining handle") {
  future<std::unique_ptr<int>> source = make_ready_future(std::make_unique<int>(4));
  const future<int> mapped_once = source.map([](const std::unique_ptr<int>& value) { return *value; });
  CHECK_THROWS_AS(std::move(source).get(), vicar::future_already_retrieved);
  CHECK(mapped_once.get() == 4);
  CHECK(*std::move(source).get() == 4);
}

TEST_CASE("a timeout in a chain loses nothing") {
  promise<int> first, second;
  std::atomic<int> runs{0};
  const auto counted = [&runs](int value) {
    ++runs;
    return value + 1;
  };
  const future<int> early = first.get_future().map(counted);
  const future<int> late = mapped(early, 100).join(second.get_future().map(counted)).map(&sum_of);
  const future<int> last = mapped(late, 100);
  first.set_value(0);
  for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(last.get(1ms), timeout_error);
  CHECK(runs == 0);
  CHECK_FALSE(late.ready());
  CHECK(early.get(1ms) == 1);
  second.set_value(1);
  CHECK(last.get(0s) == 1 + 100 + 2 + 100);
  CHECK(runs == 2);
}

TEST_CASE("threads that read different links of one chain compute each of them once") {
  for (int round = 0; round < 50; ++round) {
    constexpr std::size_t threads = 4;
    constexpr int links = 200;
    tally counts;
    std::array<std::atomic<int>, links> runs{};
    promise<int> first;
    std::vector<future<int>> chain{first.get_future()};
    for (std::size_t i = 0; i < links; ++i) {
      const auto step = [&runs, i, kept = tracked{counts, 1}](int value) {
        ++runs[i];
        return value + kept.value;
      };
      chain.push_back(
          i % 2 == 0 ? chain.back().map(step)
                     : chain.back().join(chain.back()).map([step](const auto& both) mutable { return step(both[1]); }));
    }
    std::vector<future<int>> asked;
    for (std::size_t i = 0; i < threads; ++i) asked.push_back(chain[links - i * 40]);
    chain.clear();
    std::atomic<int> wrong{0};
    on_threads(threads + 1, [&](std::size_t index) {
      if (index == threads) {
        first.set_value(0);
        return;
      }
      if (index % 2 == 1) asked[index].wait();
      if (asked[index].get() != links - static_cast<int>(index) * 40) ++wrong;
      if (!asked[index].ready()) ++wrong;
    });
    CHECK(wrong == 0);
    CHECK(std::all_of(runs.begin(), runs.end(), [](const auto& count) { return count == 1; }));
    CHECK(counts.alive == 0);
  }
}

TEST_CASE("threads drop, poll and read one chain at the same time") {
  for (int round = 0; round < 200; ++round) {
    tally counts;
    promise<int> first;
    future<int> last = first.get_future();
    for (int i = 0; i < 50; ++i) {
      last = std::move(last).map([kept = tracked{counts, 1}](int value) { return value + kept.value; });
    }
    std::array<future<int>, 4> handles{last, last, last, last};
    last = {};
    std::atomic<int> wrong{0};
    on_threads(5, [&](std::size_t index) {
      if (index == 4) return first.set_value(0);
      future<int> mine = std::move(handles[index]);
      if (index == 0) return;
      if (index == 1) return static_cast<void>(mine.ready());
      if (index == 2) {
        try {
          if (mine.get(0s) != 50) ++wrong;
        } catch (const timeout_error&) {
        }
        return;
      }
      if (std::move(mine).get() != 50) ++wrong;
    });
    CHECK(wrong == 0);
    CHECK(counts.alive == 0);
  }
}

TEST_CASE("a function may wait for another chain within its own") {
  const future<int> other = mapped(make_ready_future(0), many);
  const future<int> last = mapped(make_ready_future(0), many).map([other](int value) { return value + other.get(); });
  std::optional<int> value;
  on_small_stack([&] { value = mapped(last, many).get(); });
  CHECK(value == 3 * many);
}

TEST_CASE("many futures are joined at once") {
  promise<int> first;
  const future<int> one = first.get_future();
  const auto all = one.join(one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, one,
                            one, one, one, one, one, one, one, one, one, one, one, one, one);
  CHECK_FALSE(all.ready());
  first.set_value(2);
  CHECK(sum_of(all.get()) == 64);
}
