// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/wait_graph.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "support/catch.hpp"
#include "support/expect.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using vicar::deadlock_error;
using vicar::deadlock_policy;
using vicar::detail::awaited_event;
using vicar::detail::participant;
using vicar::detail::participant_handle;
using vicar::detail::time_limit;
using vicar::detail::wait_edge;
using vicar::detail::wait_reason;

namespace {

class waiter final : public participant {
 public:
  explicit waiter(std::string title, bool constructing = false)
      : title_{std::move(title)}, constructing_{constructing} {}

  void retain() noexcept override { ++references; }
  bool try_retain() noexcept override {
    if (references == 0) return false;
    ++references;
    return true;
  }
  void release() noexcept override { --references; }
  std::string title() const override { return title_; }
  std::string_view name() const noexcept override { return title_; }
  std::size_t depth() const noexcept override { return 0; }
  std::string_view running() const noexcept override { return "its_member"; }
  time_limit::clock::time_point running_since() const noexcept override { return {}; }
  bool constructed_here() const noexcept override { return constructing_; }
  deadlock_policy on_deadlock() const noexcept override { return policy; }

  int references = 1;
  deadlock_policy policy = deadlock_policy::fail;

 private:
  std::string title_;
  bool constructing_;
};

/// Lets an actor seem to run on this thread.
using running = vicar::detail::participant_frame;

/// Something that comes when a test says so.
struct event {
  bool pending = true;
  awaited_event look() const {
    return {this, [](const void* which) noexcept { return static_cast<const event*>(which)->pending; }};
  }
};
constexpr auto reply = wait_reason::reply;

std::string refusal(participant& target, const time_limit& limit = {}) {
  const event coming;
  return error_text<deadlock_error>([&] { const wait_edge edge{target, "answer", limit, coming.look(), reply}; });
}

constexpr std::string_view accepted = "(nothing was thrown)";

}  // namespace

TEST_CASE("a thread that is no actor's waits for anybody") {
  waiter other{"other (urn)"};
  CHECK(refusal(other) == accepted);
}

TEST_CASE("an actor waits for another") {
  waiter one{"one (urn)"};
  waiter other{"other (urn)"};
  const running here{one};
  CHECK(refusal(other) == accepted);
  CHECK(refusal(other) == accepted);
}

TEST_CASE("an actor that waits for itself is told so, with both members") {
  waiter one{"one (urn:uuid:1)"};
  const running here{one};
  CHECK(refusal(one) == containing("vicar: ", "one (urn:uuid:1)", "waits for itself", "answer", "its_member"));
}

TEST_CASE("an actor that waits for itself with a limit is let, because it ends") {
  waiter one{"one (urn)"};
  const running here{one};
  CHECK(refusal(one, time_limit{1h}) == accepted);
}

TEST_CASE("a constructor that waits for its own actor is told so, on any thread") {
  waiter caller{"caller (urn)"};
  waiter unborn{"unborn (urn:uuid:2)", true};
  const auto refused = [&] {
    const running in_constructor{unborn};
    CHECK(refusal(unborn) ==
          containing("vicar: the constructor of unborn (urn:uuid:2)", "answer", "; call the member directly"));
    CHECK(refusal(unborn, time_limit{1h}) == accepted);
  };
  refused();
  const running here{caller};
  refused();
}

TEST_CASE("a handle holds one reference") {
  waiter one{"one (urn)"};
  one.retain();
  {
    participant_handle first = participant_handle::adopt(&one);
    CHECK(one.references == 2);
    const participant_handle second = std::move(first);
    CHECK(one.references == 2);
    CHECK_FALSE(static_cast<bool>(first));  // NOLINT(bugprone-use-after-move)
    CHECK(static_cast<bool>(second));
    CHECK(second->title() == "one (urn)");
  }
  CHECK(one.references == 1);
}

TEST_CASE("an edge can be looked at from outside while its actor waits") {
  waiter one{"one (urn)"};
  waiter other{"other (urn)"};
  CHECK_FALSE(static_cast<bool>(wait_edge::from(one).target));
  {
    const running here{one};
    const event coming;
    const wait_edge edge{other, "answer", {}, coming.look(), reply};
    const wait_edge::look seen = wait_edge::from(one);
    CHECK(seen.target.get() == &other);
    CHECK(seen.what == "answer");
    CHECK(other.references == 2);
  }
  CHECK(other.references == 1);
  CHECK_FALSE(static_cast<bool>(wait_edge::from(one).target));
}

TEST_CASE("an edge to what is about to be freed is not seen") {
  waiter one{"one (urn)"};
  waiter other{"other (urn)"};
  const running here{one};
  const event coming;
  const wait_edge edge{other, "answer", {}, coming.look(), reply};
  other.references = 0;
  CHECK_FALSE(static_cast<bool>(wait_edge::from(one).target));
}
