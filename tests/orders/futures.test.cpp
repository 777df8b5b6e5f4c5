// SPDX-License-Identifier: BSL-1.0
#include <vicar/future.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include <vicar/actor.hpp>
#include <vicar/error.hpp>
#include <vicar/testing.hpp>
#include <vicar/unobserved.hpp>
#include <vicar/world.hpp>

#include "support/catch.hpp"
#include "support/every_order.hpp"

using namespace std::chrono_literals;
using support::every_order;
using support::require;
using outcomes = std::set<std::string>;

namespace {

/// A result that says where it is.
struct token {
  explicit token(int& count) : count_{&count} { ++count; }
  token(const token& other) : count_{other.count_} { ++*count_; }
  token(token&& other) noexcept : count_{other.count_} { ++*count_; }
  token& operator=(const token&) = delete;
  token& operator=(token&&) = delete;
  ~token() { --*count_; }

 private:
  int* count_;
};

class maker {
 public:
  token make(int* count) { return token{*count}; }
  int fail() { throw std::runtime_error{"no"}; }
  int answer() { return 7; }
};

}  // namespace

TEST_CASE("the last handle of a future frees the answer, whoever lets it go last") {
  int alive = 0;
  every_order([&](vicar::world& world) {
    const auto ref = vicar::start<maker>();
    {
      std::optional<vicar::future<token>> kept = ref.call<&maker::make>(&alive);
      const auto reader = world.spawn("reader", [copy = *kept] { static_cast<void>(copy.get()); });
      kept.reset();
    }
    world.run();
    require(alive == 0, "an answer is left, or was freed twice");
    return std::string{};
  });
}

TEST_CASE("a failure that nobody has read is reported once, in each order of the last handle and the failure") {
  int reports = 0;
  vicar::set_unobserved_handler([&](const vicar::unobserved_failure&) { ++reports; });
  const outcomes seen = every_order([&](vicar::world& world) {
    reports = 0;
    bool read = false;
    const auto ref = vicar::start<maker>();
    {
      vicar::future<int> answer = ref.call<&maker::fail>();
      const auto reader = world.spawn("reader", [&read, mine = std::move(answer)] { read = mine.wait_for(0s); });
    }
    world.run();
    require(reports == 1, "reported " + std::to_string(reports) + " times");
    return std::to_string(read);
  });
  vicar::reset_unobserved_handler();
  CHECK(seen == outcomes{"0", "1"});
}

TEST_CASE("a wait with a timeout ends by its answer or by the time, and the answer is not lost") {
  const outcomes seen = every_order([](vicar::world& world) {
    vicar::promise<int> later;
    const vicar::future<int> answer = later.get_future();
    const auto setter = world.spawn("setter", [&] {
      vicar::sleep_for(1s);
      later.set_value(7);
    });
    const bool in_time = answer.wait_for(1s);
    require(answer.get() == 7, "another answer");
    return std::to_string(in_time);
  });
  CHECK(seen == outcomes{"0", "1"});
}

TEST_CASE("a fake that is stopped answers every call or refuses it") {
  const outcomes seen = every_order([](vicar::world& world) {
    auto stands_for = std::make_unique<vicar::fake<maker>>();
    stands_for->on<&maker::answer>([] { return 8; });
    const auto ref = stands_for->ref();
    std::string said;
    const auto caller = world.spawn("caller", [&] {
      try {
        said = std::to_string(ref.call<&maker::answer>().get());
      } catch (const vicar::actor_dead_error&) {
        said = "dead";
      }
    });
    stands_for.reset();
    world.run();
    return said;
  });
  CHECK(seen == outcomes{"8", "dead"});
}
