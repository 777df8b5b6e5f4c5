// SPDX-License-Identifier: BSL-1.0
// Allocations of futures and promises fail: the caller gets std::bad_alloc, and no future is left unanswered.
#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <vicar/future.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/faults.hpp"

using namespace std::chrono_literals;
using support::at_every_allocation;
using support::containing;
using support::error_text;
using support::leaves_no_memory;
using support::needs_no_memory;
using support::thrown_by;
using vicar::future;
using vicar::promise;

namespace {

const std::string long_text(100, 'x');
using texts = std::vector<std::string>;

/// Checks that `make` either throws `std::bad_alloc` or returns a future whose value is `expected`.
template <class Make, class T>
void made_or_not(Make make, const T& expected) {
  leaves_no_memory([&] {
    at_every_allocation([&] { return make(); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (now.returned()) CHECK(now.result->get() == expected);
                        });
  });
}

/// Checks that the first get of a future that `make` returns either returns `expected`, or throws `std::bad_alloc`,
/// and all later ones do the same.
template <class Make, class T>
void made_by_get(Make make, const T& expected) {
  leaves_no_memory([&] {
    auto asked = make();
    at_every_allocation([&] { static_cast<void>(asked.get()); },
                        [&](const auto& now) {
                          CHECK(now.threw_bad_alloc() == now.short_of_memory);
                          CHECK(asked.ready());
                          if (now.returned())
                            CHECK(asked.get() == expected);
                          else
                            CHECK(thrown_by([&] { return asked.get(); }) == now.thrown);
                          asked = make();
                        });
  });
}

TEST_CASE("a future is created, or throws bad_alloc") {
  made_or_not([] { return vicar::make_ready_future(long_text); }, long_text);
  made_or_not([] { return future<int>::from_hook([](auto) { return 7; }); }, 7);
}

TEST_CASE("a future without a value, and a failed one, are created or throw bad_alloc") {
  leaves_no_memory([] {
    at_every_allocation([] { return vicar::make_ready_future(); });
    at_every_allocation([] { return promise<int>{}; });
    const std::exception_ptr failure = std::make_exception_ptr(std::runtime_error{"it failed"});
    at_every_allocation([&] { return vicar::make_failed_future<int>(failure); });
    at_every_allocation([&] { return vicar::make_failed_future<int>(nullptr); });
  });
}

TEST_CASE("composing futures without memory leaves the sources as they were") {
  const future<texts> source = vicar::make_ready_future(texts{long_text, "short"});
  made_or_not([&] { return source.map([](const texts& all) { return all.size(); }); }, 2U);
  made_or_not([&] { return source.filter([](const std::string& item) { return item.size() < 10; }); }, texts{"short"});
  made_or_not([&] { return source.reduce([](std::string a, const std::string& b) { return a + b; }); },
              long_text + "short");
  made_or_not([&] { return source.reduce([](std::size_t a, const std::string& b) { return a + b.size(); }, 0U); },
              std::size_t{105});
  made_or_not([&] { return source.join(source); }, std::vector<texts>{source.get(), source.get()});
  leaves_no_memory([] {
    future<int> first = vicar::make_ready_future(1);
    future<int> second = vicar::make_ready_future(2);
    at_every_allocation([&] { return std::move(first).join(std::move(second)); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (now.returned()) CHECK(now.result->get() == std::vector<int>{1, 2});
                          first = vicar::make_ready_future(1);
                          second = vicar::make_ready_future(2);
                        });
  });
  leaves_no_memory([] {
    future<int> taken = vicar::make_ready_future(6);
    at_every_allocation([&] { return std::move(taken).map([](int value) { return value + 1; }); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (now.returned()) {
                            CHECK(now.result->get() == 7);
                            taken = vicar::make_ready_future(6);
                          } else {
                            CHECK(taken.get() == 6);
                          }
                        });
  });
}

TEST_CASE("a lazy value is computed, or is bad_alloc from then on") {
  const future<texts> source = vicar::make_ready_future(texts{long_text, "short"});
  made_by_get([&] { return source.map([](const texts& all) { return all; }); }, source.get());
  made_by_get([&] { return source.filter([](const std::string&) { return true; }); }, source.get());
  made_by_get([&] { return source.reduce([](std::string a, const std::string& b) { return a + b; }); },
              long_text + "short");
  made_by_get([&] { return source.join(source); }, std::vector<texts>{source.get(), source.get()});
  made_by_get([] { return future<std::string>::from_hook([](auto) { return long_text + "!"; }); }, long_text + "!");
}

TEST_CASE("a value that cannot be copied out stays in its future") {
  leaves_no_memory([] {
    future<texts> shared = vicar::make_ready_future(texts{long_text, long_text});
    const future<texts> kept = shared;
    at_every_allocation([&] { return std::move(shared).get(); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (!now.returned()) CHECK(shared == kept);
                          shared = kept;
                          CHECK(kept.get().size() == 2);
                        });
  });
}

TEST_CASE("get_all returns all values or throws bad_alloc, and the futures stay readable") {
  leaves_no_memory([] {
    std::vector<future<std::string>> all;
    for (int i = 0; i < 3; ++i) all.push_back(vicar::make_ready_future(long_text));
    at_every_allocation([&] { return vicar::get_all(all); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (now.returned()) CHECK(*now.result == texts{long_text, long_text, long_text});
                          for (const auto& each : all) CHECK(each.get() == long_text);
                        });
  });
}

TEST_CASE("a promise takes a value after a failed allocation for another one") {
  leaves_no_memory([] {
    promise<std::string> mine;
    future<std::string> theirs = mine.get_future();
    at_every_allocation([&] { mine.set_value(long_text); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          REQUIRE(theirs.ready() == now.returned());
                          if (!now.returned()) return;
                          CHECK(theirs.get() == long_text);
                          mine = {};
                          theirs = mine.get_future();
                        });
  });
}

TEST_CASE("a promise takes an exception without memory, and replaces a null one or throws bad_alloc") {
  leaves_no_memory([] {
    promise<int> mine;
    future<int> theirs = mine.get_future();
    const std::exception_ptr failure = std::make_exception_ptr(std::runtime_error{"it failed"});
    needs_no_memory([&] { mine.set_exception(failure); });
    CHECK(error_text<std::runtime_error>([&] { return theirs.get(); }) == "it failed");
    mine = {};
    theirs = mine.get_future();
    at_every_allocation([&] { mine.set_exception(nullptr); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (!now.returned()) {
                            CHECK_FALSE(theirs.ready());
                            mine.set_exception(failure);
                            CHECK_THROWS_AS(theirs.get(), std::runtime_error);
                          } else {
                            CHECK(error_text<vicar::error>([&] { return theirs.get(); }) == containing("no exception"));
                          }
                          mine = {};
                          theirs = mine.get_future();
                        });
  });
}

TEST_CASE("a promise takes a hook after a failed allocation for another one") {
  leaves_no_memory([] {
    promise<int> mine;
    future<int> theirs = mine.get_future();
    at_every_allocation([&] { mine.set_get_hook([](auto) { return 7; }); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (!now.returned()) return;
                          CHECK(theirs.get() == 7);
                          mine = {};
                          theirs = mine.get_future();
                        });
  });
}

TEST_CASE("using a future and its promise needs no memory") {
  promise<int> mine;
  needs_no_memory([&] { return mine.get_future(); });
  const future<int> theirs = mine.get_future();
  needs_no_memory([&] { return theirs; });
  needs_no_memory([&] { return theirs.ready() || theirs.wait_for(0s); });
  needs_no_memory([&] { promise<int>{std::move(mine)}.set_value(1); });
  CHECK(theirs.get() == 1);
}

TEST_CASE("a promise that is dropped without memory leaves broken_promise or bad_alloc") {
  leaves_no_memory([] {
    auto mine = std::make_unique<promise<int>>();
    future<int> theirs = mine->get_future();
    at_every_allocation([&] { mine.reset(); },
                        [&](const auto& now) {
                          REQUIRE(now.returned());
                          REQUIRE(theirs.ready());
                          if (now.short_of_memory)
                            CHECK_THROWS_AS(theirs.get(), std::bad_alloc);
                          else
                            CHECK_THROWS_AS(theirs.get(), vicar::broken_promise);
                          mine = std::make_unique<promise<int>>();
                          theirs = mine->get_future();
                        });
  });
}

TEST_CASE("a timeout without memory for its error throws bad_alloc, and the wait can be repeated") {
  leaves_no_memory([] {
    const promise<int> mine;
    const future<int> theirs = mine.get_future();
    at_every_allocation([&] { theirs.get(0s); },
                        [](const auto& now) {
                          CHECK(now.threw_bad_alloc() == now.short_of_memory);
                          CHECK_FALSE(now.returned());
                        });
    const future<int> mapped = theirs.map([](int value) { return value; });
    at_every_allocation([&] { mapped.get(0s); },
                        [](const auto& now) {
                          CHECK(now.threw_bad_alloc() == now.short_of_memory);
                          CHECK_FALSE(now.returned());
                        });
  });
}

TEST_CASE("without memory, the text of a timeout_error is replaced, and created later") {
  const promise<int> mine;
  const std::exception_ptr over = thrown_by([&] { mine.get_future().get(0s); });
  const auto text = [&] {
    try {
      std::rethrow_exception(over);
    } catch (const vicar::timeout_error& caught) {
      return caught.what();
    }
  };
  at_every_allocation([&] { return text(); },
                      [](const auto& now) {
                        REQUIRE(now.returned());
                        const std::string said = *now.result;
                        if (now.short_of_memory)
                          CHECK(said == containing("a wait timed out", "not enough memory"));
                        else
                          CHECK(said == containing("no answer within 0 s"));
                      });
}

TEST_CASE("an empty future throws its own error or bad_alloc") {
  at_every_allocation([] { future<int>{}.wait(); },
                      [](const auto& now) {
                        CHECK(now.threw_bad_alloc() == now.short_of_memory);
                        CHECK_FALSE(now.returned());
                      });
}

}  // namespace
