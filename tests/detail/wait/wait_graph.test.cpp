// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/wait/wait_graph.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <latch>
#include <string>
#include <string_view>
#include <utility>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::nothing_thrown;
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
  bool inherited() const noexcept override { return false; }
  std::string title() const override { return title_; }
  std::string_view class_name() const noexcept override { return title_; }
  std::string_view name() const noexcept override { return title_; }
  std::size_t depth() const noexcept override { return 0; }
  std::string_view running() const noexcept override { return member; }
  time_limit::clock::time_point running_since() const noexcept override { return {}; }
  bool constructed_here() const noexcept override { return constructing_; }
  deadlock_policy on_deadlock() const noexcept override { return policy; }
  void about_to_wait() noexcept override {
    ++waits;
    if (when_asked) when_asked();
  }

  int references = 1;
  int waits = 0;
  std::function<void()> when_asked;
  std::string_view member = "its_member";
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

/// Another thread on which an actor waits, as long as this object lives.
class other_wait {
 public:
  other_wait(participant& who, participant& target, std::string_view what, const event& coming, wait_reason why = reply,
             const time_limit& limit = {})
      : thread_{[this, &who, &target, what, &coming, why, limit] {
          const running here{who};
          const wait_edge edge{target, what, limit, coming.look(), why};
          begun_.count_down();
          over_.wait();
        }} {
    begun_.wait();
  }
  ~other_wait() { over_.count_down(); }
  other_wait(const other_wait&) = delete;
  other_wait& operator=(const other_wait&) = delete;

 private:
  std::latch begun_{1};
  std::latch over_{1};
  support::joined_thread thread_;
};

std::string refusal(participant& target, const time_limit& limit = {}, wait_reason why = reply,
                    std::string_view what = "answer") {
  const event coming;
  return error_text<deadlock_error>([&] { const wait_edge edge{target, what, limit, coming.look(), why}; });
}

}  // namespace

TEST_CASE("a thread that is no actor's waits for anybody") {
  waiter other{"other (urn)"};
  CHECK(refusal(other) == nothing_thrown);
}

TEST_CASE("an actor waits for another") {
  waiter one{"one (urn)"};
  waiter other{"other (urn)"};
  const running here{one};
  CHECK(refusal(other) == nothing_thrown);
  CHECK(refusal(other) == nothing_thrown);
}

TEST_CASE("an actor that waits for itself is told so, with both members") {
  waiter one{"one (urn:uuid:1)"};
  const running here{one};
  CHECK(refusal(one) == containing("vicar: ", "one (urn:uuid:1)", "waits for itself", "answer", "its_member"));
}

TEST_CASE("an actor that waits for itself with a limit is let, because it ends") {
  waiter one{"one (urn)"};
  const running here{one};
  CHECK(refusal(one, time_limit{1h}) == nothing_thrown);
}

TEST_CASE("a constructor that waits for its own actor is told so, on any thread") {
  waiter caller{"caller (urn)"};
  waiter unborn{"unborn (urn:uuid:2)", true};
  const auto refused = [&] {
    const running in_constructor{unborn};
    CHECK(refusal(unborn) ==
          containing("vicar: the constructor of unborn (urn:uuid:2)", "answer", "; call the member directly"));
    CHECK(refusal(unborn, time_limit{1h}) == nothing_thrown);
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

TEST_CASE("of two actors, the one that would close the circle is told the whole of it") {
  waiter one{"one"};
  waiter other{"other"};
  one.member = "ask";
  other.member = "question";
  const event coming;
  const other_wait back{other, one, "receipt", coming};
  const running here{one};
  CHECK(
      refusal(other, {}, reply, "question") ==
      "vicar: deadlock: one.ask → other.question → one.receipt (behind ask); each waits for the next: let one of them "
      "answer without asking back, or wait with a time limit");
}

TEST_CASE("a circle may be of any length, and begin after some steps that are not in it") {
  for (const std::size_t length : {2U, 3U, 4U, 5U, 8U, 9U, 17U, 40U}) {
    std::deque<waiter> others;
    std::deque<other_wait> waits;
    const event coming;
    waiter one{"one"};
    for (std::size_t i = 0; i + 1 < length; ++i) others.emplace_back(std::to_string(i));
    for (std::size_t i = 0; i + 1 < length; ++i)
      waits.emplace_back(others[i], i + 2 < length ? static_cast<participant&>(others[i + 1]) : one, "its_member",
                         coming);
    std::string path = "one.its_member";
    for (std::size_t i = 0; i + 1 < length; ++i) path += " → " + std::to_string(i) + ".its_member";
    {
      const running here{one};
      CHECK(refusal(others.front()) == containing("deadlock: one.its_member → 0.answer (behind its_member)"));
      CHECK(refusal(others.front(), {}, reply, "its_member") == containing("deadlock: " + path + " → one.its_member;"));
      CHECK(refusal(others.front(), time_limit{1h}) == nothing_thrown);
    }
    CHECK(refusal(others.front()) == nothing_thrown);
    waiter outside{"outside"};
    const running here{outside};
    CHECK(refusal(others.front()) == nothing_thrown);
  }
}

TEST_CASE("the search ends in a circle that this thread is not in") {
  const event coming;
  for (const std::size_t length : {1U, 2U, 3U, 5U, 7U, 8U, 16U, 21U}) {
    for (const std::size_t before : {0U, 1U, 2U, 6U}) {
      std::deque<waiter> all;
      std::deque<other_wait> waits;
      for (std::size_t i = 0; i < before + length; ++i) all.emplace_back("a").policy = deadlock_policy::off;
      for (std::size_t i = 0; i < before + length; ++i)
        waits.emplace_back(all[i], i + 1 < before + length ? all[i + 1] : all[before], "its_member", coming);
      waiter one{"one"};
      const running here{one};
      CHECK(refusal(all.front()) == nothing_thrown);
    }
  }
}

TEST_CASE("who answers something else first has what it runs in the path") {
  waiter one{"one"};
  waiter other{"other"};
  waiter third{"third"};
  one.member = "ask";
  other.member = "busy";
  third.member = "";
  const event coming;
  const running here{one};
  SECTION("a reply") {
    const other_wait back{other, one, "ask", coming};
    CHECK(refusal(other) == containing("deadlock: one.ask → other.answer (behind busy) → one.ask;"));
  }
  SECTION("room") {
    const other_wait back{other, one, "note", coming, wait_reason::room};
    CHECK(refusal(other, {}, wait_reason::room) ==
          containing("deadlock: one.ask → room for other.answer (behind busy) → room for one.note (behind ask);"));
  }
  SECTION("a value") {
    const other_wait back{other, one, {}, coming, wait_reason::value};
    CHECK(refusal(other, {}, wait_reason::value, {}) ==
          containing("deadlock: one.ask → a future's value, which other.busy makes → a future's value, which one.ask "
                     "makes;"));
  }
  SECTION("a constructor") {
    const other_wait back{third, one, "ask", coming};
    CHECK(refusal(third) == containing("deadlock: one.ask → third.answer (behind its constructor) → one.ask;"));
  }
}

TEST_CASE("what has come is not waited for, wherever it is on the way") {
  waiter one{"one"};
  waiter second{"second"};
  waiter third{"third"};
  event of_one;
  event of_second;
  event of_third;
  const other_wait from_second{second, third, "its_member", of_second};
  const other_wait from_third{third, one, "its_member", of_third};
  const running here{one};
  const auto has_come = [&] {
    const wait_edge edge{second, "its_member", {}, of_one.look(), reply};
    return edge.has_come();
  };
  CHECK_THROWS_AS(has_come(), deadlock_error);
  for (event* const each : {&of_second, &of_third}) {
    each->pending = false;
    CHECK_FALSE(has_come());
    each->pending = true;
    CHECK_THROWS_AS(has_come(), deadlock_error);
  }
  of_one.pending = false;
  CHECK(has_come());
}

TEST_CASE("a wait with a limit is on no circle, but it is seen") {
  waiter one{"one"};
  waiter other{"other"};
  const event coming;
  const other_wait back{other, one, "its_member", coming, reply, time_limit{1h}};
  CHECK(wait_edge::from(other).target.get() == &one);
  const running here{one};
  CHECK(refusal(other) == nothing_thrown);
  CHECK(refusal(other, time_limit{1h}) == nothing_thrown);
}

TEST_CASE("all actors on one thread wait, and each of them is the end of a circle") {
  waiter outer{"outer"};
  waiter inner{"inner", true};
  waiter other{"other"};
  inner.member = "";
  const event coming;
  const running outside{outer};
  const running inside{inner};
  SECTION("they have the edge, and lose it") {
    {
      const wait_edge edge{other, "answer", {}, coming.look(), reply};
      CHECK(wait_edge::from(outer).target.get() == &other);
      CHECK(wait_edge::from(inner).target.get() == &other);
      CHECK(outer.waits == 1);
      CHECK(inner.waits == 1);
    }
    CHECK_FALSE(static_cast<bool>(wait_edge::from(outer).target));
    CHECK_FALSE(static_cast<bool>(wait_edge::from(inner).target));
  }
  SECTION("one waits for the outer one") {
    const other_wait back{other, outer, "its_member", coming};
    CHECK(refusal(other, {}, reply, "its_member") ==
          containing("deadlock: inner.its constructor → other.its_member → outer.its_member;"));
  }
  SECTION("one waits for the inner one") {
    const other_wait back{other, inner, "later", coming};
    CHECK(refusal(other, {}, reply, "its_member") ==
          containing("deadlock: inner.its constructor → other.its_member → inner.later (behind its constructor);"));
  }
  SECTION("the inner one waits for the outer one") {
    CHECK(refusal(outer) == containing("vicar: outer waits for itself"));
  }
  SECTION("the inner one decides") {
    outer.policy = deadlock_policy::off;
    CHECK(refusal(outer) == containing("vicar: outer waits for itself"));
    inner.policy = deadlock_policy::off;
    outer.policy = deadlock_policy::fail;
    CHECK(refusal(outer) == nothing_thrown);
  }
}

TEST_CASE("who is told of a circle does not wait, and can wait for another one") {
  waiter one{"one"};
  waiter other{"other"};
  waiter third{"third"};
  const event coming;
  const other_wait back{other, one, "its_member", coming};
  const running here{one};
  CHECK(refusal(other) == containing("deadlock"));
  CHECK(one.waits == 1);
  CHECK_FALSE(static_cast<bool>(wait_edge::from(one).target));
  CHECK(wait_edge::from(other).target.get() == &one);
  const wait_edge edge{third, "answer", {}, coming.look(), reply};
  CHECK(wait_edge::from(one).target.get() == &third);
  CHECK(one.waits == 2);
}

TEST_CASE("others look again before the way is followed, so that room that somebody takes then closes the circle") {
  waiter one{"one"};
  waiter other{"other"};
  event room;
  room.pending = false;  // there is some: `other` is about to wake
  const other_wait back{other, one, "its_member", room};
  const running here{one};
  one.when_asked = [&] { room.pending = true; };  // it is taken by a third one
  CHECK(refusal(other) == containing("deadlock"));
}

TEST_CASE("an actor that waits with a timeout also lets blocked senders look again") {
  waiter one{"one"};
  waiter other{"other"};
  const running here{one};
  CHECK(refusal(other, time_limit{1h}) == nothing_thrown);
  CHECK(one.waits == 1);
}

TEST_CASE("an actor that wants a circle to be logged waits all the same") {
  const support::log_capture log;
  waiter one{"one"};
  waiter other{"other"};
  one.policy = deadlock_policy::log;
  const event coming;
  const other_wait back{other, one, "its_member", coming};
  const running here{one};
  {
    const wait_edge edge{other, "its_member", {}, coming.look(), reply};
    CHECK(wait_edge::from(one).target.get() == &other);
    CHECK(one.waits == 2);  // before the circle was looked for, and again after it was logged
  }
  CHECK_FALSE(static_cast<bool>(wait_edge::from(one).target));
  REQUIRE(log.lines().size() == 1);
  CHECK(log.lines()[0].level == vicar::log_level::error);
  CHECK(log.lines()[0].actor == "one");
  CHECK(log.lines()[0].message == containing("vicar: deadlock: one.its_member → other.its_member → one.its_member;"));
}

TEST_CASE("a log sink that waits itself does not take away the wait that is logged") {
  const support::log_capture before;
  waiter one{"one"};
  waiter other{"other"};
  waiter archive{"archive"};
  one.policy = deadlock_policy::log;
  const event coming;
  const other_wait back{other, one, "its_member", coming};
  bool seen = false;
  vicar::set_log_sink([&](const vicar::log_record&) {
    const wait_edge edge{archive, "write", {}, coming.look(), reply};
    seen = wait_edge::from(one).target.get() == &archive;
  });
  const running here{one};
  const wait_edge edge{other, "its_member", {}, coming.look(), reply};
  CHECK(seen);
  CHECK(wait_edge::from(one).target.get() == &other);
}

TEST_CASE("an actor that does not want to be told waits, and is in the circles of others") {
  const support::log_capture log;
  waiter one{"one"};
  waiter other{"other"};
  const event coming;
  {
    one.policy = deadlock_policy::off;
    const other_wait back{other, one, "its_member", coming};
    const running here{one};
    CHECK(refusal(other) == nothing_thrown);
  }
  const other_wait there{one, other, "its_member", coming};
  const running here{other};
  CHECK(refusal(one) == containing("deadlock: other.its_member → one.answer (behind its_member) → other.its_member;"));
  CHECK(log.lines().empty());
}
