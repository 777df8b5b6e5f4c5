// SPDX-License-Identifier: BSL-1.0
#include <vicar/dead_letter.hpp>

#include <memory>
#include <mutex>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <vicar/actor.hpp>
#include <vicar/actor_ref.hpp>
#include <vicar/options.hpp>

#include "support/catch.hpp"
#include "support/log_capture.hpp"

namespace {

using vicar::dead_letter_reason;

class clerk {
 public:
  int stamp(int value) {
    ++stamped;
    return value;
  }
  void wait_at(std::binary_semaphore* entered, std::binary_semaphore* door) {
    entered->release();
    door->acquire();
  }
  void fail_at(std::binary_semaphore* entered, std::binary_semaphore* door) {
    wait_at(entered, door);
    throw std::runtime_error{"ink"};
  }
  int on_receive(std::string) { return 1; }
  int stamped = 0;
};

/// The arguments of a handler.
struct letter {
  std::string actor;
  std::string class_name;
  std::string message;
  dead_letter_reason reason;
  std::thread::id thread;
  bool operator==(const letter&) const = default;
};

/// Collects dead letters while it lives.
class collector {
 public:
  collector() {
    vicar::set_dead_letter_handler([kept = kept_](const vicar::dead_letter& lost) {
      const std::lock_guard lock{kept->mutex};
      kept->letters.push_back({std::string{lost.actor}, std::string{lost.class_name}, std::string{lost.message},
                               lost.reason, std::this_thread::get_id()});
    });
  }
  ~collector() { vicar::reset_dead_letter_handler(); }
  collector(const collector&) = delete;
  collector& operator=(const collector&) = delete;

  std::vector<letter> letters() const {
    const std::lock_guard lock{kept_->mutex};
    return kept_->letters;
  }

 private:
  struct shared {
    std::mutex mutex;
    std::vector<letter> letters;
  };
  std::shared_ptr<shared> kept_ = std::make_shared<shared>();
};

/// An actor that is held in its first message.
struct held {
  explicit held(const vicar::options& chosen = {}) : ref{vicar::start<clerk>(chosen)} {}
  void hold() {
    ref.defer<&clerk::wait_at>(&entered, &door);
    entered.acquire();
  }
  void end() {
    door.release();
    ref.stop().wait();
  }

  std::binary_semaphore entered{0};
  std::binary_semaphore door{0};
  vicar::actor_ref<clerk> ref;
};

}  // namespace

TEST_CASE("a dropped message reaches the handler, on the sender's thread") {
  const collector collected;
  held busy{{.name = "busy", .mailbox_capacity = 1, .on_overflow = vicar::overflow::drop}};
  busy.hold();
  busy.ref.defer<&clerk::stamp>(1);
  CHECK(collected.letters().empty());
  busy.ref.defer<&clerk::stamp>(2);
  busy.ref.tell(std::string{"text"});
  CHECK_THROWS_AS(busy.ref.call<&clerk::stamp>(3).get(), vicar::mailbox_full_error);
  const auto here = std::this_thread::get_id();
  const std::string name{busy.ref.class_name()};
  CHECK(collected.letters() == std::vector<letter>{{"busy", name, "stamp", dead_letter_reason::dropped, here},
                                                   {"busy", name, "on_receive", dead_letter_reason::dropped, here},
                                                   {"busy", name, "stamp", dead_letter_reason::dropped, here}});
  CHECK(busy.ref.stats().dropped == 3);
  busy.end();
  CHECK(collected.letters().size() == 3);
}

TEST_CASE("messages pending at the end reach the handler, on the actor's thread, before they are answered") {
  const collector collected;
  held busy{{.name = "busy"}};
  busy.hold();
  const vicar::future<bool> stopped = busy.ref.stop();
  busy.ref.defer<&clerk::stamp>(1);
  const vicar::future<int> answer = busy.ref.call<&clerk::stamp>(2);
  busy.ref.tell(std::string{"text"});
  CHECK(collected.letters().empty());
  busy.door.release();
  CHECK_THROWS_AS(answer.get(), vicar::actor_dead_error);
  CHECK(collected.letters().size() >= 2);
  stopped.wait();
  const std::vector<letter> letters = collected.letters();
  REQUIRE(letters.size() == 3);
  CHECK(letters[0].message == "stamp");
  CHECK(letters[1].message == "stamp");
  CHECK(letters[2].message == "on_receive");
  for (const letter& each : letters) {
    CHECK(each.actor == "busy");
    CHECK(each.reason == dead_letter_reason::left_over);
    CHECK(each.thread != std::this_thread::get_id());
  }
  CHECK(busy.ref.stats().dropped == 3);
}

TEST_CASE("messages pending at a failure become dead letters, stop requests do not") {
  const collector collected;
  const support::log_capture quiet{vicar::log_level::off};
  held busy;
  busy.ref.defer<&clerk::fail_at>(&busy.entered, &busy.door);
  busy.entered.acquire();
  busy.ref.defer<&clerk::stamp>(1);
  const vicar::future<bool> stopped = busy.ref.stop();
  busy.door.release();
  stopped.wait();
  REQUIRE(collected.letters().size() == 1);
  CHECK(collected.letters()[0].message == "stamp");
}

TEST_CASE("refused and handled messages are not dead letters") {
  const collector collected;
  held busy{{.mailbox_capacity = 1, .on_overflow = vicar::overflow::fail}};
  busy.hold();
  busy.ref.defer<&clerk::stamp>(1);
  CHECK_THROWS_AS(busy.ref.defer<&clerk::stamp>(2), vicar::mailbox_full_error);
  CHECK_THROWS_AS(busy.ref.call<&clerk::stamp>(3).get(), vicar::mailbox_full_error);
  busy.end();
  CHECK_THROWS_AS(busy.ref.defer<&clerk::stamp>(4), vicar::actor_dead_error);
  CHECK(collected.letters().empty());
}

TEST_CASE("a handler may send messages, even to the actor that is full or ending") {
  held other;
  held busy{{.mailbox_capacity = 1, .on_overflow = vicar::overflow::drop}};
  int dead = 0;
  vicar::set_dead_letter_handler([&](const vicar::dead_letter& lost) {
    other.ref.defer<&clerk::stamp>(1);
    if (lost.reason == dead_letter_reason::dropped) return;
    try {
      busy.ref.defer<&clerk::stamp>(1);
    } catch (const vicar::actor_dead_error&) {
      ++dead;
    }
  });
  busy.hold();
  const vicar::future<bool> stopped = busy.ref.stop();
  busy.ref.defer<&clerk::stamp>(1);
  busy.ref.defer<&clerk::stamp>(2);
  busy.door.release();
  stopped.wait();
  vicar::reset_dead_letter_handler();
  CHECK(dead == 1);
  CHECK(other.ref.get<&clerk::stamped>().get() == 2);
  other.ref.stop().wait();
}

TEST_CASE("an exception of the handler is logged, and no message is lost") {
  const support::log_capture log;
  vicar::set_dead_letter_handler([](const vicar::dead_letter&) { throw std::runtime_error{"no more shelves"}; });
  held busy{{.name = "busy", .mailbox_capacity = 1, .on_overflow = vicar::overflow::drop}};
  busy.hold();
  busy.ref.defer<&clerk::stamp>(1);
  busy.ref.defer<&clerk::stamp>(2);
  const vicar::future<int> answer = busy.ref.call<&clerk::stamp>(2);
  CHECK_THROWS_AS(answer.get(), vicar::mailbox_full_error);
  busy.end();
  vicar::reset_dead_letter_handler();
  REQUIRE(log.count(vicar::log_level::error, "Unhandled exception in the dead letter handler") == 2);
  CHECK(log.lines()[0].exception == "no more shelves");
  CHECK(log.lines()[0].actor == "busy");
}

TEST_CASE("a handler is called until it is replaced, and then destroyed") {
  auto first = std::make_shared<int>(0);
  auto second = std::make_shared<int>(0);
  held busy{{.mailbox_capacity = 1, .on_overflow = vicar::overflow::drop}};
  busy.hold();
  busy.ref.defer<&clerk::stamp>(0);
  vicar::set_dead_letter_handler([first](const vicar::dead_letter&) { ++*first; });
  busy.ref.defer<&clerk::stamp>(1);
  vicar::set_dead_letter_handler([second](const vicar::dead_letter&) { ++*second; });
  CHECK(first.use_count() == 1);
  busy.ref.defer<&clerk::stamp>(2);
  busy.ref.defer<&clerk::stamp>(3);
  vicar::reset_dead_letter_handler();
  CHECK(second.use_count() == 1);
  busy.ref.defer<&clerk::stamp>(4);
  CHECK(*first == 1);
  CHECK(*second == 2);
  CHECK(busy.ref.stats().dropped == 4);
  busy.end();
}
