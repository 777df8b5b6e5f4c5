// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/wait/wait_graph.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <latch>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <vicar/detail/wait/timeout_text.hpp>

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
using vicar::detail::actor_handle;
using vicar::detail::actor_record;
using vicar::detail::awaited_event;
using vicar::detail::time_limit;
using vicar::detail::unanswered;
using vicar::detail::wait_edge;
using vicar::detail::wait_reason;

namespace {

/// An actor without an object or a thread.
class waiter final : public actor_record {
 public:
  explicit waiter(std::string_view name, deadlock_policy policy = deadlock_policy::fail)
      : actor_record{"waiter", std::string{name}, described(name, policy)} {
    phase_ = phase::running;
    runs("its_member");
  }

  void construct() { phase_ = phase::constructing; }
  void runs(std::string_view member) {
    member_ = member;
    member.empty() ? activity_.rest() : activity_.begin(member_);
  }
  void decides(deadlock_policy policy) { on_deadlock_ = policy; }
  /// As if the last reference had just been given up.
  void lose_references() { references_ = 0; }
  std::uint32_t references() const { return references_; }
  /// Its mailbox, which has space.
  vicar::detail::mailbox& mailbox() { return mailbox_; }

 private:
  static vicar::options described(std::string_view name, deadlock_policy policy) {
    return {.name = name, .mailbox_capacity = 2, .deadlock = policy};
  }

  std::string_view member_;
};

/// A blocked sender, which has to check again for space when the actor is about to wait.
class blocked_sender {
 public:
  explicit blocked_sender(waiter& to) : wait_{to.mailbox()} {}
  bool checks_again() const { return wait_.released(); }
  /// Pending from then on: another sender takes the space.
  awaited_event space_is_taken() const {
    return {this, [](const void* which) noexcept { return static_cast<const blocked_sender*>(which)->checks_again(); }};
  }

 private:
  vicar::detail::mailbox::space_wait wait_;
};

/// Makes an actor the current one of this thread.
using running = vicar::detail::actor_frame;

/// An event that a test triggers.
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
  other_wait(actor_record& who, actor_record& target, std::string_view what, const event& coming,
             wait_reason why = reply, const time_limit& limit = {})
      : other_wait{who, target, what, coming.look(), why, limit} {}
  other_wait(actor_record& who, actor_record& target, std::string_view what, const awaited_event& coming,
             wait_reason why = reply, const time_limit& limit = {})
      : thread_{[this, &who, &target, what, coming, why, limit] {
          const running here{who};
          const wait_edge edge{target, what, limit, coming, why};
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

std::string refusal(actor_record& target, const time_limit& limit = {}, wait_reason why = reply,
                    std::string_view what = "answer") {
  const event coming;
  return error_text<deadlock_error>([&] { const wait_edge edge{target, what, limit, coming.look(), why}; });
}

}  // namespace

TEST_CASE("a thread outside of all actors may wait for any actor") {
  waiter other{"other"};
  CHECK(refusal(other) == nothing_thrown);
}

TEST_CASE("an actor may wait for another") {
  waiter one{"one"};
  waiter other{"other"};
  const running here{one};
  CHECK(refusal(other) == nothing_thrown);
  CHECK(refusal(other) == nothing_thrown);
}

TEST_CASE("an actor that waits for itself gets an error that names both members") {
  waiter one{"one"};
  const running here{one};
  CHECK(refusal(one) == containing("vicar: ", "one (waiter, urn:uuid:", "waits for itself", "answer", "its_member"));
}

TEST_CASE("an actor may wait for itself with a timeout, because the wait ends") {
  waiter one{"one"};
  const running here{one};
  CHECK(refusal(one, time_limit{1h}) == nothing_thrown);
}

TEST_CASE("a constructor that waits for its own actor gets an error, on any thread") {
  waiter caller{"caller"};
  waiter unborn{"unborn"};
  unborn.construct();
  const auto refused = [&] {
    const running in_constructor{unborn};
    CHECK(refusal(unborn) ==
          containing("vicar: the constructor of unborn (waiter, urn:uuid:", "answer", "; call the member directly"));
    CHECK(refusal(unborn, time_limit{1h}) == nothing_thrown);
  };
  refused();
  const running here{caller};
  refused();
}

TEST_CASE("a handle holds one reference") {
  waiter one{"one"};
  one.retain();
  {
    actor_handle first = actor_handle::adopt(&one);
    CHECK(one.references() == 2);
    const actor_handle second = std::move(first);
    CHECK(one.references() == 2);
    CHECK_FALSE(static_cast<bool>(first));  // NOLINT(bugprone-use-after-move)
    CHECK(static_cast<bool>(second));
    CHECK(second->title() == containing("one (waiter, urn:uuid:"));
  }
  CHECK(one.references() == 1);
}

TEST_CASE("an edge can be read from other threads while its actor waits") {
  waiter one{"one"};
  waiter other{"other"};
  CHECK_FALSE(static_cast<bool>(wait_edge::from(one).target));
  {
    const running here{one};
    const event coming;
    const wait_edge edge{other, "answer", {}, coming.look(), reply};
    const wait_edge::snapshot seen = wait_edge::from(one);
    CHECK(seen.target.get() == &other);
    CHECK(seen.what == "answer");
    CHECK(other.references() == 2);
  }
  CHECK(other.references() == 1);
  CHECK_FALSE(static_cast<bool>(wait_edge::from(one).target));
}

TEST_CASE("an edge to an actor that is about to be freed is not visible") {
  waiter one{"one"};
  waiter other{"other"};
  const running here{one};
  const event coming;
  const wait_edge edge{other, "answer", {}, coming.look(), reply};
  other.lose_references();
  CHECK_FALSE(static_cast<bool>(wait_edge::from(one).target));
}

TEST_CASE("of two actors, the one that would close the cycle gets an error with all of it") {
  waiter one{"one"};
  waiter other{"other"};
  one.runs("ask");
  other.runs("question");
  const event coming;
  const other_wait back{other, one, "receipt", coming};
  const running here{one};
  CHECK(
      refusal(other, {}, reply, "question") ==
      "vicar: deadlock: one.ask → other.question → one.receipt (behind ask); each waits for the next: let one of them "
      "answer without waiting, or wait with a timeout");
}

TEST_CASE("a cycle of any length is detected, and ignored from outside of it") {
  for (const std::size_t length : {2U, 3U, 4U, 5U, 8U, 9U, 17U, 40U}) {
    std::deque<waiter> others;
    std::deque<other_wait> waits;
    const event coming;
    waiter one{"one"};
    for (std::size_t i = 0; i + 1 < length; ++i) others.emplace_back(std::to_string(i));
    for (std::size_t i = 0; i + 1 < length; ++i)
      waits.emplace_back(others[i], i + 2 < length ? static_cast<actor_record&>(others[i + 1]) : one, "its_member",
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

TEST_CASE("the search terminates in a cycle that does not contain this thread") {
  const event coming;
  for (const std::size_t length : {1U, 2U, 3U, 5U, 7U, 8U, 16U, 21U}) {
    for (const std::size_t before : {0U, 1U, 2U, 6U}) {
      std::deque<waiter> all;
      std::deque<other_wait> waits;
      for (std::size_t i = 0; i < before + length; ++i) all.emplace_back("a", deadlock_policy::off);
      for (std::size_t i = 0; i < before + length; ++i)
        waits.emplace_back(all[i], i + 1 < before + length ? all[i + 1] : all[before], "its_member", coming);
      waiter one{"one"};
      const running here{one};
      CHECK(refusal(all.front()) == nothing_thrown);
    }
  }
}

TEST_CASE("a busy actor appears in the path with its running member") {
  waiter one{"one"};
  waiter other{"other"};
  waiter third{"third"};
  one.runs("ask");
  other.runs("busy");
  third.runs("");
  const event coming;
  const running here{one};
  SECTION("a reply") {
    const other_wait back{other, one, "ask", coming};
    CHECK(refusal(other) == containing("deadlock: one.ask → other.answer (behind busy) → one.ask;"));
  }
  SECTION("space") {
    const other_wait back{other, one, "note", coming, wait_reason::space};
    CHECK(refusal(other, {}, wait_reason::space) ==
          containing("deadlock: one.ask → space for other.answer (behind busy) → space for one.note (behind ask);"));
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

TEST_CASE("a satisfied wait is not followed by the cycle search") {
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

TEST_CASE("a wait with a timeout is not part of a cycle, but its edge is visible") {
  waiter one{"one"};
  waiter other{"other"};
  const event coming;
  const other_wait back{other, one, "its_member", coming, reply, time_limit{1h}};
  CHECK(wait_edge::from(other).target.get() == &one);
  const running here{one};
  CHECK(refusal(other) == nothing_thrown);
  CHECK(refusal(other, time_limit{1h}) == nothing_thrown);
}

TEST_CASE("all actors on one thread wait, and a cycle may close at each of them") {
  waiter outer{"outer"};
  waiter inner{"inner"};
  inner.construct();
  waiter other{"other"};
  inner.runs("");
  const event coming;
  const running outside{outer};
  const running inside{inner};
  SECTION("they have the edge until the wait ends") {
    {
      const blocked_sender to_outer{outer};
      const blocked_sender to_inner{inner};
      const wait_edge edge{other, "answer", {}, coming.look(), reply};
      CHECK(wait_edge::from(outer).target.get() == &other);
      CHECK(wait_edge::from(inner).target.get() == &other);
      CHECK(to_outer.checks_again());
      CHECK(to_inner.checks_again());
    }
    CHECK_FALSE(static_cast<bool>(wait_edge::from(outer).target));
    CHECK_FALSE(static_cast<bool>(wait_edge::from(inner).target));
  }
  SECTION("another actor waits for the outer one") {
    const other_wait back{other, outer, "its_member", coming};
    CHECK(refusal(other, {}, reply, "its_member") ==
          containing("deadlock: inner.its constructor → other.its_member → outer.its_member;"));
  }
  SECTION("another actor waits for the inner one") {
    const other_wait back{other, inner, "later", coming};
    CHECK(refusal(other, {}, reply, "its_member") ==
          containing("deadlock: inner.its constructor → other.its_member → inner.later (behind its constructor);"));
  }
  SECTION("the inner one waits for the outer one") {
    CHECK(refusal(outer) == containing("vicar: outer (waiter, urn:uuid:", "waits for itself"));
  }
  SECTION("the inner one decides") {
    outer.decides(deadlock_policy::off);
    CHECK(refusal(outer) == containing("vicar: outer (waiter, urn:uuid:", "waits for itself"));
    inner.decides(deadlock_policy::off);
    outer.decides(deadlock_policy::fail);
    CHECK(refusal(outer) == nothing_thrown);
  }
}

TEST_CASE("an actor that got a deadlock_error does not wait, and may wait for another one") {
  waiter one{"one"};
  waiter other{"other"};
  waiter third{"third"};
  const event coming;
  const other_wait back{other, one, "its_member", coming};
  const running here{one};
  const blocked_sender before{one};
  CHECK(refusal(other) == containing("deadlock"));
  CHECK(before.checks_again());
  CHECK_FALSE(static_cast<bool>(wait_edge::from(one).target));
  CHECK(wait_edge::from(other).target.get() == &one);
  const blocked_sender after{one};
  const wait_edge edge{third, "answer", {}, coming.look(), reply};
  CHECK(wait_edge::from(one).target.get() == &third);
  CHECK(after.checks_again());
}

TEST_CASE("blocked senders look again before the search, so space that is taken meanwhile closes the cycle") {
  waiter one{"one"};
  waiter other{"other"};
  const blocked_sender sender{one};  // there is space: `other` is about to wake
  const other_wait back{other, one, "its_member", sender.space_is_taken()};
  const running here{one};
  CHECK(refusal(other) == containing("deadlock"));
}

TEST_CASE("an actor that waits with a timeout also lets blocked senders look again") {
  waiter one{"one"};
  waiter other{"other"};
  const running here{one};
  const blocked_sender sender{one};
  CHECK(refusal(other, time_limit{1h}) == nothing_thrown);
  CHECK(sender.checks_again());
}

TEST_CASE("with deadlock_policy::log, the cycle is logged and the actor waits") {
  const support::log_capture log;
  waiter one{"one"};
  waiter other{"other"};
  one.decides(deadlock_policy::log);
  const event coming;
  const other_wait back{other, one, "its_member", coming};
  const running here{one};
  {
    const blocked_sender sender{one};
    const wait_edge edge{other, "its_member", {}, coming.look(), reply};
    CHECK(wait_edge::from(one).target.get() == &other);
    CHECK(sender.checks_again());
  }
  CHECK_FALSE(static_cast<bool>(wait_edge::from(one).target));
  REQUIRE(log.lines().size() == 1);
  CHECK(log.lines()[0].level == vicar::log_level::error);
  CHECK(log.lines()[0].actor == "one");
  CHECK(log.lines()[0].message == containing("deadlock: one.its_member → other.its_member → one.its_member;"));
}

TEST_CASE("a log sink that waits does not remove the edge of the logged wait") {
  const support::log_capture before;
  waiter one{"one"};
  waiter other{"other"};
  waiter archive{"archive"};
  one.decides(deadlock_policy::log);
  const event coming;
  const other_wait back{other, one, "its_member", coming};
  bool seen = false;
  std::optional<blocked_sender> since_then;
  vicar::set_log_sink([&](const vicar::log_record&) {
    {
      const wait_edge edge{archive, "write", {}, coming.look(), reply};
      seen = wait_edge::from(one).target.get() == &archive;
    }
    since_then.emplace(one);
  });
  const running here{one};
  const wait_edge edge{other, "its_member", {}, coming.look(), reply};
  CHECK(seen);
  CHECK(wait_edge::from(one).target.get() == &other);
  CHECK(since_then->checks_again());
}

TEST_CASE("with deadlock_policy::off, the actor waits, and is part of cycles of others") {
  const support::log_capture log;
  waiter one{"one"};
  waiter other{"other"};
  const event coming;
  {
    one.decides(deadlock_policy::off);
    const other_wait back{other, one, "its_member", coming};
    const running here{one};
    CHECK(refusal(other) == nothing_thrown);
  }
  const other_wait there{one, other, "its_member", coming};
  const running here{other};
  CHECK(refusal(one) == containing("deadlock: other.its_member → one.answer (behind its_member) → other.its_member;"));
  CHECK(log.lines().empty());
}

TEST_CASE("the text of a timeout says what the actor waits for, whether it runs a member or not") {
  waiter one{"one"};
  waiter other{"other"};
  const event coming;
  const auto text = [&] {
    one.retain();
    return std::string{unanswered::error(actor_handle::adopt(&one), "answer", 1).what()};
  };
  CHECK(text() == containing("it has been running its_member for ", "give it less to do"));
  one.runs("");
  CHECK(text() == containing("it is handling no message and 0 messages wait", "give it less to do"));
  {
    const other_wait waits{one, other, "question", coming};
    CHECK(text() == containing("it is handling no message, waiting for other.question, and ", "what it waits for"));
  }
  const other_wait waits{one, other, "a future's value", coming, wait_reason::value};
  CHECK(text() == containing("it is handling no message, waiting for a value that other makes, and "));
}
