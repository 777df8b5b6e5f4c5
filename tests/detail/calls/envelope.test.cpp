// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/calls/envelope.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <latch>
#include <stdexcept>
#include <utility>
#include <vector>

#include <vicar/vicar.hpp>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/failing_new.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"
#include "support/threads.hpp"
#include "support/tracked.hpp"

using support::error_text;
using support::joined_thread;
using support::started;
using support::tally;
using support::tracked;

namespace {

/// An argument of at least `Size` bytes that can tell whether it is intact and aligned.
template <std::size_t Size, std::size_t Alignment = alignof(void*)>
struct alignas(Alignment) bulk {
  bulk(tally& counts, int number) : life{counts, number} { bytes.fill(static_cast<unsigned char>(number)); }

  bool whole() const {
    const auto as_made = [&](unsigned char each) { return each == static_cast<unsigned char>(life.value); };
    return reinterpret_cast<std::uintptr_t>(this) % Alignment == 0 && std::all_of(bytes.begin(), bytes.end(), as_made);
  }

  tracked life;
  std::array<unsigned char, Size> bytes;
};

struct examiner {
  std::vector<int> seen;

  template <class T>
  int look(const T& value) {
    seen.push_back(value.whole() ? value.life.value : -1);
    return seen.back();
  }
  void hold(std::latch& entered, std::latch& open) {
    entered.count_down();
    open.wait();
  }
  void fail() { throw std::runtime_error{"the examiner failed"}; }
};

std::vector<int> numbers_to(int end) {
  std::vector<int> all;
  for (int i = 0; i < end; ++i) all.push_back(i);
  return all;
}

}  // namespace

TEMPLATE_TEST_CASE("arguments of every size and alignment arrive intact, in order, and leak nothing", "", bulk<8>,
                   bulk<220>, bulk<256>, bulk<1024>, (bulk<100 << 10>), (bulk<16, 16>), (bulk<64, 64>),
                   (bulk<5000, 4096>)) {
  constexpr int count = 40;
  tally counts;
  SECTION("one by one") {
    const started<examiner> actor;
    for (int i = 0; i < count; ++i) {
      const TestType value{counts, i};
      CHECK(actor.ref.call(&examiner::look<TestType>, value).get() == i);
    }
  }
  SECTION("many at once") {
    std::latch entered{1};
    std::latch open{1};
    const started<examiner> actor;
    actor.ref.defer(&examiner::hold, std::ref(entered), std::ref(open));
    entered.wait();
    for (int i = 0; i < count; ++i) actor.ref.defer(&examiner::look<TestType>, TestType{counts, i});
    CHECK(counts.alive == count);
    open.count_down();
    CHECK(actor.ref.get(&examiner::seen).get() == numbers_to(count));
  }
  SECTION("of an actor that ends before it handles them") {
    const support::log_capture log;
    std::latch entered{1};
    std::latch open{1};
    const started<examiner> actor;
    actor.ref.defer(&examiner::hold, std::ref(entered), std::ref(open));
    entered.wait();
    actor.ref.defer(&examiner::fail);
    std::vector<vicar::future<int>> answers;
    for (int i = 0; i < count; ++i) {
      actor.ref.defer(&examiner::look<TestType>, TestType{counts, i});
      answers.push_back(actor.ref.call(&examiner::look<TestType>, TestType{counts, i}));
    }
    open.count_down();
    for (const auto& each : answers) CHECK_THROWS_AS(each.get(), vicar::actor_dead_error);
    actor.ref.stop().wait();
    CHECK_THROWS_AS(actor.ref.defer(&examiner::look<TestType>, TestType{counts, 0}), vicar::actor_dead_error);
  }
  CHECK(counts.alive == 0);
}

namespace {

/// Its move constructor throws when `moves_left` reaches zero. Large, so that a leaked object
/// is noticed.
class throws_when_moved {
 public:
  static constexpr std::size_t size = 100 << 10;

  throws_when_moved(tally& counts, std::atomic<int>& moves_left) : content_{counts, 7}, moves_left_{&moves_left} {}
  throws_when_moved(const throws_when_moved&) = default;
  throws_when_moved(throws_when_moved&& other) noexcept(false)
      : content_{(other.count_move(), std::move(other.content_))}, moves_left_{other.moves_left_} {}
  throws_when_moved& operator=(const throws_when_moved&) = delete;
  throws_when_moved& operator=(throws_when_moved&&) = delete;
  ~throws_when_moved() = default;

  bool whole() const { return content_.whole(); }

 private:
  void count_move() const {
    if (--*moves_left_ == 0) throw std::runtime_error{"the move failed"};
  }

  bulk<size> content_;
  std::atomic<int>* moves_left_;
};

struct taker {
  bool take(throws_when_moved value) { return value.whole(); }
  bool look(const throws_when_moved& value) { return value.whole(); }
  void look_and_forget(const throws_when_moved& value) { all_whole = all_whole && value.whole(); }
  bool all_whole = true;
};

}  // namespace

TEST_CASE("an exception from any move of an argument reaches the caller, and the actor lives on") {
  const started<taker> actor;
  tally counts;
  std::atomic<int> moves_left{0};
  const throws_when_moved original{counts, moves_left};

  // Lets the first move throw, then the second and so on, until there are no more; returns their number.
  const auto moves_that_can_throw = [&](auto send) {
    for (int moves = 1;; ++moves) {
      moves_left = moves;
      const std::string text = error_text<std::runtime_error>(send);
      if (text == support::nothing_thrown) return moves - 1;
      CHECK(text == "the move failed");
      CHECK(counts.alive == 1);
      CHECK(actor.ref.is_alive());
    }
  };

  bool whole = true;
  SECTION("by a call: a by-value parameter costs one more move") {
    const auto call = [&](auto member) {
      return moves_that_can_throw([&] {
        throws_when_moved copy{original};
        whole = actor.ref.call(member, std::move(copy)).get() && whole;
      });
    };
    CHECK(call(&taker::look) == 1);
    CHECK(call(&taker::take) == 2);
  }
  SECTION("by a call of a function") {
    const auto look = [](taker& object, throws_when_moved value) { return object.look(value); };
    CHECK(moves_that_can_throw([&] { whole = actor.ref.call(look, throws_when_moved{original}).get() && whole; }) == 2);
  }
  SECTION("by a message without a reply: the sender makes all moves") {
    CHECK(moves_that_can_throw([&] { actor.ref.defer(&taker::look_and_forget, throws_when_moved{original}); }) == 1);
    whole = actor.ref.get(&taker::all_whole).get();
  }
  SECTION("by a copy: it is built in place, without a move") {
    CHECK(moves_that_can_throw([&] { whole = actor.ref.call(&taker::look, original).get() && whole; }) == 0);
    CHECK(moves_that_can_throw([&] { actor.ref.defer(&taker::look_and_forget, original); }) == 0);
  }
  CHECK(whole);
  moves_left = 0;
  actor.ref.call(&taker::look, original).wait();  // all before it is done
  CHECK(counts.alive == 1);
  CHECK(actor.ref.stats().dropped == 0);
}

TEST_CASE("an argument that throws when it is moved leaks no memory") {
  const started<taker> actor;
  tally counts;
  std::atomic<int> moves_left{0};
  const throws_when_moved original{counts, moves_left};
  const long before = support::heap.bytes;
  for (int i = 0; i < 20; ++i) {
    for (int moves = 1; moves < 10; ++moves) {
      moves_left = moves;
      try {
        actor.ref.call(&taker::take, throws_when_moved{original}).wait();
        actor.ref.defer(&taker::look_and_forget, throws_when_moved{original});
      } catch (const std::runtime_error&) {
      }
    }
  }
  moves_left = 0;
  actor.ref.call(&taker::look, original).wait();
  actor.ref.call([](taker&) {}).wait();  // a message's memory is freed before the next one is handled
  const long grown = support::heap.bytes - before;
  CHECK(grown < static_cast<long>(throws_when_moved::size));
}

namespace {

struct counter {
  int count = 0;
  void raise() { ++count; }
  template <class T>
  void take(const T& value) {
    if (value.whole) ++count;
  }
};

/// Sends a message to its actor each time it is moved.
struct sends_when_moved {
  explicit sends_when_moved(vicar::actor_ref<counter> target) : to{std::move(target)} {}
  sends_when_moved(const sends_when_moved&) = default;
  sends_when_moved(sends_when_moved&& other) noexcept(false) : to{other.to} {
    other.whole = false;
    to.defer(&counter::raise);
    ++moves;
  }

  static inline int moves = 0;
  vicar::actor_ref<counter> to;
  bool whole = true;
};

}  // namespace

TEST_CASE("an argument that may throw when it is moved is not moved under a lock") {
  const started<counter> actor;
  const sends_when_moved original{actor.ref};
  for (int i = 0; i < 20; ++i) {
    actor.ref.defer(&counter::take<sends_when_moved>, sends_when_moved{original});
    actor.ref.call(&counter::take<sends_when_moved>, sends_when_moved{original}).wait();
  }
  CHECK(sends_when_moved::moves > 0);
  CHECK(actor.ref.get(&counter::count).get() == sends_when_moved::moves + 40);
}

namespace memory {

class subject {
 public:
  void note(int) {}
  int twice(int value) { return 2 * value; }
  void hold(std::latch& entered, std::latch& open) {
    entered.count_down();
    open.wait();
  }
};

}  // namespace memory
VICAR_PROXY(memory::subject, note, twice)

namespace {

/// The number of bytes per message of many that are pending for a busy actor. They are sent by a thread that has
/// no pooled memory for replies yet.
template <class Send>
double bytes_per_pending_message(Send send) {
  constexpr int count = 10'000;
  std::latch entered{1};
  std::latch open{1};
  const started<memory::subject> actor;
  actor.ref.defer(&memory::subject::hold, std::ref(entered), std::ref(open));
  entered.wait();
  std::vector<vicar::future<int>> answers;
  answers.reserve(count);
  long grown = 0;
  joined_thread sender{[&] {
    const long before = support::heap.bytes;
    for (int i = 0; i < count; ++i) send(actor, answers);
    grown = support::heap.bytes - before;
  }};
  sender.join();
  const std::size_t pending = actor.ref.stats().mailbox_depth;
  open.count_down();
  CHECK(pending == count);
  return static_cast<double>(grown) / count;
}

}  // namespace

TEST_CASE("a pending message without a reply takes at most 48 bytes of the mailbox") {
  SECTION("by name") {
    const double bytes = bytes_per_pending_message([](auto& actor, auto&) { actor.proxy->note.defer(1); });
    CHECK(bytes >= sizeof(void*) + sizeof(int));
    CHECK(bytes <= 48);
  }
  SECTION("by member pointer") {
    const double bytes =
        bytes_per_pending_message([](auto& actor, auto&) { actor.proxy.defer(&memory::subject::note, 1); });
    CHECK(bytes >= sizeof(void*) + sizeof(int));
    CHECK(bytes <= 48);
  }
  SECTION("by a constant member pointer") {
    const double bytes =
        bytes_per_pending_message([](auto& actor, auto&) { actor.proxy.template defer<&memory::subject::note>(1); });
    CHECK(bytes >= sizeof(void*) + sizeof(int));
    CHECK(bytes <= 48);
  }
}

TEST_CASE("a pending message and its reply take at most 160 bytes") {
  SECTION("by name") {
    const double bytes =
        bytes_per_pending_message([](auto& actor, auto& answers) { answers.push_back(actor.proxy->twice(1)); });
    CHECK(bytes >= sizeof(vicar::detail::future_state<int>));
    CHECK(bytes <= 160);
  }
  SECTION("by member pointer") {
    const double bytes = bytes_per_pending_message(
        [](auto& actor, auto& answers) { answers.push_back(actor.proxy.call(&memory::subject::twice, 1)); });
    CHECK(bytes >= sizeof(vicar::detail::future_state<int>));
    CHECK(bytes <= 160);
  }
}
