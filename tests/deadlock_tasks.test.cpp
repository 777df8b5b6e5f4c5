// SPDX-License-Identifier: BSL-1.0
// Cycles of waits in which some calls are suspended by co_await: the wait or the co_await that would close one throws.
#include <chrono>
#include <exception>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/task.hpp>
#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/tasks.hpp"
#include "support/waits.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::gate;
using support::log_capture;
using support::started;
using support::until_waiting;
using vicar::deadlock_error;
using vicar::future;
using vicar::task;

namespace {

class node {
 public:
  using ref = vicar::actor_ref<node>;

  int leaf() const { return 1; }
  int block_on_leaf(const ref& other) { return other.call<&node::leaf>().get(); }
  task<int> await_leaf(ref other) { co_return co_await other.call<&node::leaf>(); }
  task<int> await_leaf_after(future<void> given, ref other) {
    co_await given;
    co_return co_await other.call<&node::leaf>();
  }
  /// Blocks this actor on a coroutine of `other`, which awaits `third`.
  int block_on_await(const ref& other, const ref& third) { return other.call<&node::await_leaf>(third).get(); }
  int block_on_await_after(const ref& other, const future<void>& given, const ref& third) {
    return other.call<&node::await_leaf_after>(given, third).get();
  }
  /// The same, once that coroutine is suspended.
  int block_on_suspended(const ref& other, const ref& third) {
    const auto answer = other.call<&node::await_leaf>(third);
    while (other.stats().suspended == 0) std::this_thread::yield();
    return answer.get();
  }
  task<int> await_await(ref other, ref third) { co_return co_await other.call<&node::await_leaf>(third); }
  int block_on_await_await(const ref& other, const ref& third, const ref& last) {
    return other.call<&node::await_await>(third, last).get();
  }
  task<int> await_block(ref other, ref third) { co_return co_await other.call<&node::block_on_leaf>(third); }
  task<int> exclusive_leaf(ref other) { co_return co_await vicar::exclusively(other.call<&node::leaf>()); }
  int block_for(const ref& other, const ref& third) { return other.call<&node::await_leaf>(third).get(10s); }
};

struct three {
  const started<node> a{vicar::options{.name = "a"}};
  const started<node> b{vicar::options{.name = "b"}};
  const started<node> c{vicar::options{.name = "c"}};
};

template <class T>
std::string refusal(const future<T>& answer) {
  return error_text<deadlock_error>([&] { answer.get(); });
}
std::string cycle(const std::string& path) {
  return "vicar: deadlock: " + path + "; each waits for the next: co_await instead of get, or wait with a timeout";
}

}  // namespace

TEST_CASE("a get whose answer is awaited from the caller itself is refused") {
  const log_capture quiet;
  const three all;
  CHECK(refusal(all.a.ref.call<&node::block_on_suspended>(all.b.ref, all.a.ref)) ==
        cycle("a.block_on_suspended → b.await_leaf (awaits) → a.leaf (behind block_on_suspended)"));
  CHECK(refusal(all.a.ref.call<&node::block_on_await>(all.b.ref, all.a.ref)) ==
        containing("vicar: deadlock: ", "a.leaf (behind block_on_await)", "b.await_leaf"));
  CHECK(all.a.ref.call<&node::leaf>().get() == 1);
  CHECK(all.b.ref.call<&node::leaf>().get() == 1);
}

TEST_CASE("a co_await that closes a cycle of a waiting thread throws") {
  const log_capture quiet;
  const three all;
  gate<void> pending;
  const auto answer = all.a.ref.call<&node::block_on_await_after>(all.b.ref, pending.future, all.a.ref);
  until_waiting(all.a.ref);
  pending.inside.set_value();
  CHECK(refusal(answer) ==
        cycle("b.await_leaf_after (awaits) → a.leaf (behind block_on_await_after) → b.await_leaf_after"));
  CHECK(all.a.ref.call<&node::leaf>().get() == 1);
}

TEST_CASE("a cycle leads through several suspended calls") {
  const log_capture quiet;
  const three all;
  const auto answer = all.a.ref.call<&node::block_on_await_await>(all.b.ref, all.c.ref, all.a.ref);
  CHECK(refusal(answer) == containing("deadlock: ", "b.await_await (awaits)", "c.await_leaf", "a.leaf"));
}

TEST_CASE("exclusively waits like get: a cycle is refused") {
  const log_capture quiet;
  const three all;
  CHECK(refusal(all.a.ref.call<&node::exclusive_leaf>(all.a.ref)) == containing("waits for itself", "leaf"));
}

TEST_CASE("suspended calls alone are no cycle") {
  const three all;
  CHECK(all.a.ref.call<&node::await_leaf>(all.a.ref).get() == 1);
  CHECK(all.a.ref.call<&node::await_await>(all.b.ref, all.a.ref).get() == 1);
  CHECK(all.a.ref.call<&node::await_block>(all.b.ref, all.a.ref).get() == 1);
  CHECK(all.a.ref.call<&node::block_on_await>(all.b.ref, all.c.ref).get() == 1);
}

TEST_CASE("a wait for a promise, and one with a timeout, are no edges") {
  const log_capture quiet;
  const three all;
  gate<void> pending;
  const auto answer = all.a.ref.call<&node::block_on_await_after>(all.b.ref, pending.future, all.c.ref);
  until_waiting(all.a.ref);
  pending.inside.set_value();
  CHECK(answer.get() == 1);
}

TEST_CASE("actors whose calls wait and await at random are all answered") {
  const log_capture quiet;
  const three all;
  const node::ref& a = all.a.ref;
  const node::ref& b = all.b.ref;
  const node::ref& c = all.c.ref;
  for (int round = 0; round < 300; ++round) {
    std::vector<future<int>> answers;
    answers.push_back(a.call<&node::block_on_await>(b, a));
    answers.push_back(b.call<&node::block_on_await>(c, b));
    answers.push_back(c.call<&node::block_on_await>(a, c));
    answers.push_back(a.call<&node::await_await>(b, c));
    answers.push_back(b.call<&node::block_on_await_await>(c, a, b));
    for (const auto& each : answers) {
      const std::exception_ptr failure = each.exception();
      if (failure) REQUIRE(error_text<deadlock_error>([&] { std::rethrow_exception(failure); }) != "");
    }
  }
}
