// SPDX-License-Identifier: BSL-1.0
// Allocations fail while a message is sent: the message was not sent, and there is no other effect.
#include <any>
#include <array>
#include <cstddef>
#include <exception>
#include <new>
#include <semaphore>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/faults.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/tracked.hpp"

using support::at_every_allocation;
using support::leaves_no_memory;
using support::started;
using support::tally;
using support::throwing_tracked;
using support::tracked;

namespace {

struct large_number {
  int value = 0;
  std::array<std::byte, 6000> rest{};
};
struct alignas(64) wide_number {
  int value = 0;
};
struct remark {
  int number;
};

/// Appends each assigned value to the notes.
struct line {
  std::vector<int>* notes;
  line& operator=(int number) {
    notes->push_back(number);
    return *this;
  }
};

struct page {
  static constexpr bool vicar_traversable = true;
  std::vector<int>* notes;
  line latest{notes};
  int note(int number) {
    notes->push_back(number);
    return number;
  }
};

/// Stores the numbers that it receives.
class ledger {
 public:
  using receives = vicar::messages<remark>;

  ledger() = default;
  ledger(const ledger&) = delete;
  ledger& operator=(const ledger&) = delete;

  int note(int number) {
    notes_.push_back(number);
    return number;
  }
  int note_in_the_margin(int number) { return note(number); }
  int note_large(const large_number& number) { return note(number.value); }
  int note_wide(const wide_number& number) { return note(number.value); }
  int note_tracked(const tracked& number) { return note(number.value); }
  int note_throwing(const throwing_tracked& number) { return note(number.value); }
  int on_receive(remark message) { return note(message.number); }
  void on_receive(std::any message) { note(std::any_cast<wide_number>(message).value); }
  std::vector<int> notes() const { return notes_; }

 private:
  std::vector<int> notes_;

 public:
  line latest{&notes_};
  page first{&notes_};
};

}  // namespace

VICAR_PROXY(page, note, latest)
VICAR_PROXY(ledger, note, note_large, note_wide, note_tracked, note_throwing, notes, latest, first)

namespace {

template <class T>
inline constexpr bool is_answer = false;
template <class T>
inline constexpr bool is_answer<vicar::future<T>> = true;

/// A ledger that is held in one message until it is opened, with space for one more in its mailbox.
class busy_ledger {
 public:
  explicit busy_ledger(vicar::overflow when_full)
      : ref{vicar::start<ledger>({.mailbox_capacity = 1, .on_overflow = when_full})} {
    ref.defer([this](ledger&) {
      entered_.release();
      door_.acquire();
    });
    entered_.acquire();
  }
  void open() { door_.release(); }

  const vicar::actor_ref<ledger> ref;

 private:
  std::binary_semaphore entered_{0};
  std::binary_semaphore door_{0};
};

/// Checks that `send(actor, number)` either throws `std::bad_alloc` and sends nothing, or sends a message that records
/// the number once; that earlier and later messages arrive once, in order; and that no memory is leaked.
template <class Send>
void sends_once_or_not(Send send) {
  leaves_no_memory([&] {
    const started<ledger> actor;
    std::vector<int> expected;
    int number = 0;
    at_every_allocation([&] { return send(actor, number); },
                        [&](const auto& now) {
                          REQUIRE(now.threw_bad_alloc() == now.short_of_memory);
                          if (now.returned()) {
                            using result = std::remove_cvref_t<decltype(*now.result)>;
                            if constexpr (is_answer<result>) now.result->get();
                            expected.push_back(number);
                          }
                          actor.ref.template defer<&ledger::note>(++number);
                          expected.push_back(number);
                          const int last = ++number;
                          CHECK(actor.ref.template call<&ledger::note>(last).get() == last);
                          expected.push_back(last);
                          ++number;
                        });
    CHECK(actor->call(&ledger::notes).get() == expected);
    CHECK(actor.ref.stats().failed == 0);
    CHECK(actor.ref.stats().dropped == 0);
  });
}

TEST_CASE("a call without memory throws bad_alloc and is not sent") {
  sends_once_or_not([](auto& to, int number) { return to.ref.call(&ledger::note, number); });
  sends_once_or_not([](auto& to, int number) { return to.ref.template call<&ledger::note>(number); });
  sends_once_or_not(
      [](auto& to, int number) { return to.ref.call([number](ledger& target) { target.note(number); }); });
  sends_once_or_not([](auto& to, int number) { return to.proxy.call(&ledger::note, number); });
  sends_once_or_not([](auto& to, int number) { return to.proxy->note(number); });
  sends_once_or_not([](auto& to, int number) { return to.proxy.template method<&ledger::note>()(number); });
}

TEST_CASE("a deferred call without memory throws bad_alloc and is not sent") {
  sends_once_or_not([](auto& to, int number) { to.ref.defer(&ledger::note, number); });
  sends_once_or_not([](auto& to, int number) { to.ref.template defer<&ledger::note>(number); });
  sends_once_or_not([](auto& to, int number) { to.ref.defer([number](ledger& target) { target.note(number); }); });
  sends_once_or_not([](auto& to, int number) { to.proxy->note.defer(number); });
  sends_once_or_not([](auto& to, int number) { to.proxy.template method<&ledger::note>().defer(number); });
}

TEST_CASE("boxed and throwing arguments are not sent without memory") {
  tally counts;
  sends_once_or_not([](auto& to, int number) { return to.ref.call(&ledger::note_large, large_number{number}); });
  sends_once_or_not([](auto& to, int number) { to.ref.defer(&ledger::note_large, large_number{number}); });
  sends_once_or_not([](auto& to, int number) { return to.proxy->note_wide(wide_number{number}); });
  sends_once_or_not([](auto& to, int number) { to.proxy->note_wide.defer(wide_number{number}); });
  sends_once_or_not([&](auto& to, int number) { return to.proxy->note_tracked(tracked{counts, number}); });
  sends_once_or_not([&](auto& to, int number) { return to.proxy->note_throwing(throwing_tracked{counts, number}); });
  sends_once_or_not([&](auto& to, int number) { to.proxy->note_throwing.defer(throwing_tracked{counts, number}); });
  CHECK(counts.alive == 0);
}

TEST_CASE("a message told or asked without memory throws bad_alloc and is not sent") {
  sends_once_or_not([](auto& to, int number) { to.ref.tell(remark{number}); });
  sends_once_or_not([](auto& to, int number) { return to.ref.ask(remark{number}); });
  sends_once_or_not([](auto& to, int number) { vicar::any_actor_ref{to.ref}.tell(remark{number}); });
  sends_once_or_not([](auto& to, int number) { return vicar::any_actor_ref{to.ref}.ask(remark{number}); });
  sends_once_or_not([](auto& to, int number) { vicar::any_actor_ref{to.ref}.tell(wide_number{number}); });
  sends_once_or_not([](auto&, int number) { vicar::registry::broadcast(remark{number}); });
  sends_once_or_not([](auto&, int number) { vicar::registry::broadcast<ledger>(remark{number}); });
  sends_once_or_not([](auto&, int number) { vicar::registry::broadcast_by_class_name("ledger", remark{number}); });
}

TEST_CASE("a field that is written without memory keeps its value") {
  sends_once_or_not([](auto& to, int number) { return to.ref.set(&ledger::latest, number); });
  sends_once_or_not([](auto& to, int number) { return to.ref.template set<&ledger::latest>(number); });
  sends_once_or_not([](auto& to, int number) { return to.proxy->latest.set(number); });
  sends_once_or_not([](auto& to, int number) { to.proxy->latest = number; });
}

TEST_CASE("nested objects are not reached without memory") {
  sends_once_or_not([](auto& to, int number) { return to.proxy->first->note(number); });
  sends_once_or_not([](auto& to, int number) { to.proxy->first->note.defer(number); });
  sends_once_or_not([](auto& to, int number) { return to.proxy->first->latest.set(number); });
  sends_once_or_not([](auto& to, int number) { return to.proxy.at(&ledger::first).call(&page::note, number); });
  sends_once_or_not([](auto& to, int number) { to.proxy.template at<&ledger::first>().defer(&page::note, number); });
  sends_once_or_not(
      [](auto& to, int number) { return to.proxy.at(&ledger::first).template method<&page::note>()(number); });
}

TEST_CASE("a broadcast without memory for one actor reaches the others, and then throws") {
  const started<ledger> first;
  const started<ledger> second;
  const started<ledger> third;
  std::size_t counted = 0;
  long reached_two = 0;
  at_every_allocation([] { vicar::registry::broadcast(wide_number{1}); },
                      [&](const auto& now) {
                        CHECK(now.threw_bad_alloc() == now.short_of_memory);
                        std::size_t sum = 0;
                        for (const auto* each : {&first, &second, &third})
                          sum += (*each)->call(&ledger::notes).get().size();
                        CHECK((sum - counted == 3) == now.returned());
                        if (sum - counted == 2) ++reached_two;
                        counted = sum;
                      });
  CHECK(reached_two >= 3);
}

TEST_CASE("a message to an ended actor throws actor_dead_error or bad_alloc") {
  leaves_no_memory([] {
    const auto ref = vicar::start<ledger>();
    ref.stop().get();
    const auto said = [](const auto& now) {
      if (now.short_of_memory) {
        CHECK(now.threw_bad_alloc());
      } else {
        CHECK_THROWS_AS(std::rethrow_exception(now.thrown), vicar::actor_dead_error);
      }
    };
    at_every_allocation([&] { ref.defer(&ledger::note, 1); }, said);
    at_every_allocation([&] { ref.tell(remark{1}); }, said);
    at_every_allocation([&] { ref.proxy(); }, said);
  });
}

TEST_CASE("a call to an ended actor is answered, with actor_dead_error or bad_alloc") {
  leaves_no_memory([] {
    const auto ref = vicar::start<ledger>();
    ref.stop().get();
    long answered_with_bad_alloc = 0;
    at_every_allocation([&] { return ref.call(&ledger::note, 1); },
                        [&](const auto& now) {
                          if (now.threw_bad_alloc()) return;
                          REQUIRE(now.returned());
                          REQUIRE(now.result->ready());
                          try {
                            now.result->get();
                            FAIL("an actor that has ended has answered");
                          } catch (const std::bad_alloc&) {
                            CHECK(now.short_of_memory);
                            ++answered_with_bad_alloc;
                          } catch (const vicar::actor_dead_error&) {
                            CHECK_FALSE(now.short_of_memory);
                          }
                        });
    CHECK(answered_with_bad_alloc > 0);
  });
}

TEST_CASE("a full mailbox throws its own error or bad_alloc") {
  leaves_no_memory([] {
    busy_ledger busy{vicar::overflow::fail};
    const auto& ref = busy.ref;
    ref.defer(&ledger::note, 0);
    at_every_allocation([&] { ref.defer(&ledger::note, 1); },
                        [](const auto& now) {
                          CHECK(now.threw_bad_alloc() == now.short_of_memory);
                          CHECK_FALSE(now.returned());
                        });
    at_every_allocation([&] { return ref.call(&ledger::note, 1); },
                        [](const auto& now) {
                          if (now.threw_bad_alloc()) return;
                          REQUIRE(now.result->ready());
                          if (now.short_of_memory)
                            CHECK_THROWS_AS(now.result->get(), std::bad_alloc);
                          else
                            CHECK_THROWS_AS(now.result->get(), vicar::mailbox_full_error);
                        });
    busy.open();
    CHECK(ref.stop().get());
    CHECK(ref.stats().processed == 2);
  });
}

TEST_CASE("without memory, a message displaces another one or leaves it in the mailbox") {
  leaves_no_memory([] {
    busy_ledger busy{vicar::overflow::drop_oldest};
    const auto& ref = busy.ref;
    vicar::future<int> waiting = ref.call<&ledger::note>(0);
    std::size_t displaced = 0;
    at_every_allocation([&] { return ref.call<&ledger::note>(1); },
                        [&](const auto& now) {
                          CHECK(now.returned() != now.threw_bad_alloc());
                          const bool sent = now.returned() && !now.result->ready();
                          CHECK((sent || now.short_of_memory));
                          CHECK(waiting.ready() == sent);
                          if (sent) {
                            ++displaced;
                            if (now.short_of_memory)
                              CHECK_THROWS_AS(waiting.get(),
                                              std::exception);  // perhaps bad_alloc, thrown for its text
                            else
                              CHECK_THROWS_AS(waiting.get(), vicar::mailbox_full_error);
                            waiting = *now.result;
                          }
                          CHECK(ref.stats().dropped == displaced);
                          CHECK(ref.stats().mailbox_depth == 1);
                        });
    CHECK(displaced > 0);
    busy.open();
    waiting.get();
    CHECK(ref.stop().get());
    CHECK(ref.stats().processed == 2);
  });
}

TEST_CASE("a message dropped without memory is counted, and its dead letter is reported or logged as missing") {
  leaves_no_memory([] {
    const support::log_capture log;
    busy_ledger busy{vicar::overflow::drop};
    const auto& ref = busy.ref;
    ref.defer(&ledger::note, 0);
    std::size_t counted = 0;
    vicar::set_dead_letter_handler([&](const vicar::dead_letter& letter) {
      const std::string kept = std::string{letter.actor} + " has lost " + std::string{letter.message};
      counted += letter.reason == vicar::dead_letter_reason::dropped && kept.size() > 20 ? 1 : 0;
    });
    std::size_t dropped = 0;
    std::size_t counted_before = 0;
    std::size_t missed_before = 0;
    const auto drops = [&](auto send) {
      at_every_allocation(send, [&](const auto& now) {
        CHECK(now.returned() != now.threw_bad_alloc());
        if (now.returned()) ++dropped;  // otherwise it was not sent
        CHECK(ref.stats().dropped == dropped);
        const std::size_t missed = log.count(vicar::log_level::error, "Unhandled exception in the dead letter handler");
        const std::size_t outcomes = counted - counted_before + missed - missed_before;
        CHECK(outcomes <= (now.returned() ? 1U : 0U));
        if (now.returned() && outcomes == 0) CHECK(now.short_of_memory);  // also for the line in the log
        counted_before = counted;
        missed_before = missed;
        if constexpr (is_answer<std::remove_cvref_t<decltype(*now.result)>>) {
          if (!now.returned()) return;
          REQUIRE(now.result->ready());
          try {
            now.result->get();
            FAIL("a message that was dropped has an answer");
          } catch (const std::bad_alloc&) {
            CHECK(now.short_of_memory);
          } catch (const vicar::mailbox_full_error&) {
          }
        }
      });
      CHECK(counted_before > 0);
    };
    drops([&] { ref.defer<&ledger::note_in_the_margin>(1); });
    drops([&] { ref.defer<&ledger::note_large>(large_number{1}); });
    drops([&] { ref.tell(remark{1}); });
    drops([&] { return ref.call<&ledger::note_in_the_margin>(1); });
    CHECK(missed_before > 0);
    vicar::reset_dead_letter_handler();
    busy.open();
    CHECK(ref.stop().get());
    CHECK(ref.stats().processed == 2);
  });
}

}  // namespace
