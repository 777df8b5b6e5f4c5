// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/observe/handler_slot.hpp>

#include <atomic>
#include <cstddef>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/threads.hpp"
#include "support/tracked.hpp"

using vicar::detail::handler_slot;

namespace {

struct record {
  int number = 0;
};
using slot = handler_slot<record>;

}  // namespace

TEST_CASE("a slot without a handler calls nothing") {
  slot empty;
  CHECK_FALSE(empty.is_set());
  CHECK_FALSE(empty.call({1}));
  empty.reset();
  CHECK_FALSE(empty.is_set());
}

TEST_CASE("a slot calls its handler with each record") {
  slot target;
  std::vector<int> seen;
  target.set([&](const record& each) { seen.push_back(each.number); });
  CHECK(target.is_set());
  CHECK(target.call({1}));
  CHECK(target.call({2}));
  CHECK(seen == std::vector{1, 2});
}

TEST_CASE("a handler is replaced by the next one, and removed by reset") {
  slot target;
  std::string seen;
  target.set([&](const record&) { seen += 'a'; });
  target.set([&](const record&) { seen += 'b'; });
  CHECK(target.call({}));
  target.reset();
  CHECK_FALSE(target.is_set());
  CHECK_FALSE(target.call({}));
  CHECK(seen == "b");
}

TEST_CASE("a handler may be a function, stateful, or move-only") {
  slot target;
  static int last = 0;
  target.set(+[](const record& each) { last = each.number; });
  CHECK(target.call({3}));
  CHECK(last == 3);
  target.set([sum = std::make_unique<int>(10)](const record& each) mutable { last = *sum += each.number; });
  CHECK(target.call({1}));
  CHECK(target.call({1}));
  CHECK(last == 12);
}

TEST_CASE("a handler is destroyed when it is replaced, removed, or its slot is destroyed") {
  support::tally counts;
  const auto handler = [&] { return [kept = support::tracked{counts}](const record&) {}; };
  {
    slot target;
    target.set(handler());
    CHECK(counts.alive == 1);
    target.set(handler());
    CHECK(counts.alive == 1);
    target.reset();
    CHECK(counts.alive == 0);
    target.set(handler());
  }
  CHECK(counts.alive == 0);
  CHECK(counts.copies == 0);
}

TEST_CASE("an exception of the handler reaches the caller, and the handler stays") {
  slot target;
  target.set([](const record&) { throw std::runtime_error{"refused"}; });
  for (int i = 0; i < 2; ++i) {
    CHECK(support::error_text<std::runtime_error>([&] { target.call({}); }) == "refused");
  }
  CHECK(target.is_set());
}

TEST_CASE("a handler may use its own slot, also in its destructor") {
  slot target;
  int calls = 0;
  SECTION("it replaces itself, and lives until it returns") {
    const auto alive = std::make_shared<int>(1);
    target.set([&, alive](const record&) {
      target.set([&](const record&) { calls += 10; });
      calls += *alive;
    });
    CHECK(target.call({}));
    CHECK(alive.use_count() == 1);
    CHECK(target.call({}));
    CHECK(calls == 11);
  }
  SECTION("it calls itself") {
    target.set([&](const record& each) {
      ++calls;
      if (each.number > 0) target.call({each.number - 1});
    });
    CHECK(target.call({2}));
    CHECK(calls == 3);
  }
  SECTION("its destructor calls the next one") {
    struct caller_at_end {
      explicit caller_at_end(slot* of) : target{of} {}
      ~caller_at_end() { target->call({}); }
      slot* target;
    };
    target.set([kept = std::make_unique<caller_at_end>(&target)](const record&) {});
    target.set([&](const record&) { ++calls; });
    CHECK(calls == 1);
  }
}

TEST_CASE("a handler that runs on another thread is not waited for by set and reset") {
  slot target;
  support::tally counts;
  std::latch inside{1};
  std::latch go_on{1};
  target.set([&, kept = support::tracked{counts}](const record&) {
    inside.count_down();
    go_on.wait();
  });
  {
    const support::joined_thread calling{[&] { target.call({}); }};
    inside.wait();
    target.reset();
    CHECK_FALSE(target.call({}));
    CHECK(counts.alive == 1);
    go_on.count_down();
  }
  CHECK(counts.alive == 0);
}

TEST_CASE("threads may set, reset and call at the same time") {
  slot target;
  support::tally counts;
  std::atomic<int> calls{0};
  std::atomic<int> answered{0};
  support::on_threads(4, [&](std::size_t index) {
    for (int i = 0; i < 500; ++i) {
      if (index == 0) target.set([&, kept = support::tracked{counts}](const record&) { ++calls; });
      if (index == 1) target.reset();
      if (index > 1 && target.call({})) ++answered;
    }
  });
  CHECK(calls == answered);
  target.reset();
  CHECK(counts.alive == 0);
}

TEST_CASE("a slot that is locked for a fork goes on afterwards") {
  slot target;
  bool called = false;
  target.set([&](const record&) { called = true; });
  target.lock();
  target.unlock();
  CHECK(target.call({}));
  CHECK(called);
}
