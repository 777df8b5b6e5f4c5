// SPDX-License-Identifier: BSL-1.0
#include <vicar/unobserved.hpp>

#include <chrono>
#include <exception>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
#include <vicar/actor_ref.hpp>
#include <vicar/future.hpp>
#include <vicar/options.hpp>

#include "support/catch.hpp"
#include "support/log_capture.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using support::log_capture;
using support::on_threads;
using vicar::future;
using vicar::log_level;

class clerk {
 public:
  int stamp(int value) {
    if (value < 0) throw std::runtime_error{"no ink"};
    return value;
  }
  int stamp_at(std::binary_semaphore* entered, std::binary_semaphore* door) {
    entered->release();
    door->acquire();
    throw std::runtime_error{"no ink"};
  }
  void on_receive(int) { throw 5; }
  void set_title(std::string) { throw std::runtime_error{"no title"}; }
  std::string get_title() const { return "clerk"; }
  void end_all() { throw vicar::stop_all_actors{}; }
};
VICAR_PROXY(clerk, stamp, stamp_at, end_all, VICAR_PROPERTY(title, get_title, set_title))

namespace {

/// The arguments of a handler.
struct failure {
  std::string actor;
  std::string class_name;
  std::string member;
  std::string what;
  std::thread::id thread;
};

/// Collects unobserved failures while it lives.
class collector {
 public:
  collector() {
    vicar::set_unobserved_handler([kept = kept_](const vicar::unobserved_failure& lost) {
      const std::lock_guard lock{kept->mutex};
      kept->failures.push_back({std::string{lost.actor}, std::string{lost.class_name}, std::string{lost.member},
                                vicar::exception_text(lost.exception), std::this_thread::get_id()});
    });
  }
  ~collector() { vicar::reset_unobserved_handler(); }
  collector(const collector&) = delete;
  collector& operator=(const collector&) = delete;

  std::vector<failure> failures() const {
    const std::lock_guard lock{kept_->mutex};
    return kept_->failures;
  }
  std::size_t count() const { return failures().size(); }

 private:
  struct shared {
    std::mutex mutex;
    std::vector<failure> failures;
  };
  std::shared_ptr<shared> kept_ = std::make_shared<shared>();
};

/// A call that has failed, and whose future is held.
future<int> failed(const vicar::actor_proxy<clerk>& proxy) {
  future<int> answer = proxy->stamp(-1);
  answer.wait();
  return answer;
}

}  // namespace

TEST_CASE("an unread failure is reported by the thread that drops the last handle") {
  const collector seen;
  const auto ref = vicar::start<clerk>(vicar::options{.name = "Ada"});
  const auto proxy = ref.proxy();
  std::optional<future<int>> answer = failed(proxy);
  std::optional<future<int>> copy = answer;
  CHECK(answer->ready());
  answer.reset();
  CHECK(seen.count() == 0);
  copy.reset();
  REQUIRE(seen.count() == 1);
  CHECK(seen.failures()[0].actor == "Ada");
  CHECK(seen.failures()[0].class_name == "clerk");
  CHECK(seen.failures()[0].member == "stamp");
  CHECK(seen.failures()[0].what == "no ink");
  CHECK(seen.failures()[0].thread == std::this_thread::get_id());
  CHECK(ref.stop().get());
}

TEST_CASE("a failure whose future was dropped before is reported by the actor's thread") {
  const collector seen;
  const auto ref = vicar::start<clerk>();
  std::binary_semaphore entered{0}, door{0};
  static_cast<void>(ref.proxy()->stamp_at(&entered, &door));
  entered.acquire();
  CHECK(seen.count() == 0);
  door.release();
  const std::thread::id actors = ref.call([](clerk&) { return std::this_thread::get_id(); }).get();
  REQUIRE(seen.count() == 1);
  CHECK(seen.failures()[0].thread == actors);
  CHECK(ref.is_alive());
  CHECK(ref.stop().get());
}

TEST_CASE("every kind of message with a reply is reported") {
  const collector seen;
  const log_capture log;  // one of them is not handled
  const auto ref = vicar::start<clerk>();
  ref.ask(1).wait();
  vicar::any_actor_ref{ref}.ask(2.5).wait();  // unhandled_message_error, thrown on the actor's thread
  ref.proxy()->title.set("head").wait();
  ref.call([](clerk&) { throw std::logic_error{"in a function"}; }).wait();
  const auto failures = seen.failures();
  REQUIRE(failures.size() == 4);
  CHECK(failures[0].member == "on_receive");
  CHECK(failures[1].member == "on_receive");
  CHECK(failures[2].member == "title");
  CHECK(failures[2].what == "no title");
  CHECK(failures[3].what == "in a function");
  CHECK(ref.stop().get());
}

TEST_CASE("a failure that was read is not reported") {
  const collector seen;
  const log_capture log;
  std::binary_semaphore entered{0}, door{0};
  const auto ref = vicar::start<clerk>();
  const auto proxy = ref.proxy();
  SECTION("by get") { CHECK_THROWS(failed(proxy).get()); }
  SECTION("by get of another handle") {
    const future<int> answer = failed(proxy);
    const future<int> copy = answer;
    CHECK_THROWS(copy.get());
  }
  SECTION("by get with a timeout") {
    const future<int> answer = failed(proxy);
    CHECK_THROWS(answer.get(0s));
  }
  SECTION("by ready, wait and then get") {
    const future<int> answer = proxy->stamp(-1);
    CHECK(answer.wait_for(1h));
    CHECK(answer.ready());
    CHECK_THROWS(answer.get());
  }
  SECTION("by a future made from it") {
    const auto plus = [](int value) { return value + 1; };
    CHECK_THROWS(proxy->stamp(-1).map(plus).map(plus).get());
    CHECK_THROWS(proxy->stamp(1).join(proxy->stamp(-1)).get());
  }
  SECTION("by a join, whose first failure stands for the others") {
    CHECK_THROWS(failed(proxy).join(failed(proxy), proxy->stamp(1)).get());
  }
  SECTION("by get_all, whose first failure stands for the others") {
    {
      std::vector<future<int>> answers;
      answers.push_back(failed(proxy));
      answers.push_back(proxy->stamp(1));
      answers.push_back(failed(proxy));
      answers.push_back(proxy->stamp_at(&entered, &door));
      CHECK_THROWS(vicar::get_all(answers));
    }
    entered.acquire();
    door.release();
  }
  SECTION("by get_all of an rvalue") {
    std::vector<future<int>> answers{failed(proxy), failed(proxy)};
    CHECK_THROWS(vicar::get_all(std::move(answers)));
  }
  CHECK(ref.stop().get());
  CHECK(seen.count() == 0);
  CHECK(log.lines().empty());
}

TEST_CASE("a failure in a chain is reported when the chain is dropped unread") {
  const collector seen;
  const auto ref = vicar::start<clerk>();
  {
    const auto mapped = failed(ref.proxy()).map([](int value) { return value; });
    mapped.wait();
    CHECK(mapped.ready());
    CHECK(seen.count() == 0);
  }
  CHECK(seen.count() == 1);
  CHECK(ref.stop().get());
}

TEST_CASE("a wait that timed out before the failure does not count as read") {
  const collector seen;
  const auto ref = vicar::start<clerk>();
  std::binary_semaphore entered{0}, door{0};
  {
    const std::vector<future<int>> answers{ref.proxy()->stamp_at(&entered, &door)};
    CHECK_THROWS_AS(vicar::get_all(answers, 0s), vicar::timeout_error);
    door.release();
    answers[0].wait();
  }
  CHECK(seen.count() == 1);
  CHECK(ref.stop().get());
}

TEST_CASE("an exception that is not of a call is not reported") {
  const collector seen;
  {
    const auto ref = vicar::start<clerk>(vicar::options{.on_overflow = vicar::overflow::fail});
    const auto proxy = ref.proxy();
    proxy->stamp(1).wait();
    proxy->stamp.defer(1);
    CHECK(ref.stop().get());
    proxy->stamp(-1).wait();  // actor_dead_error
    proxy->stamp(-1);
  }
  static_cast<void>(vicar::make_failed_future<int>(std::make_exception_ptr(5)));
  {
    vicar::promise<int> given;
    const auto answer = given.get_future();
    given.set_exception(std::make_exception_ptr(5));
  }
  static_cast<void>(vicar::promise<int>{}.get_future());
  {
    const log_capture log;
    const auto ref = vicar::start<clerk>();
    ref.proxy()->stamp.defer(-1);  // ends the actor, and is logged
    ref.stop().wait();
    const auto other = vicar::start<clerk>();
    other.proxy()->end_all().wait();
    other.stop().wait();
  }
  CHECK(seen.count() == 0);
}

TEST_CASE("without a handler a warning names actor, member and exception") {
  const log_capture log;
  const auto ref = vicar::start<clerk>(vicar::options{.name = "Ada"});
  static_cast<void>(failed(ref.proxy()));
  const auto lines = log.lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].level == log_level::warning);
  CHECK(lines[0].message == "Ada.stamp threw, and its future was dropped unread:");
  CHECK(lines[0].exception == "no ink");
  CHECK(lines[0].actor == "Ada");
  CHECK(ref.stop().get());
}

TEST_CASE("an exception of the handler is logged, and the next failure reaches it again") {
  const log_capture log;
  vicar::set_unobserved_handler([](const vicar::unobserved_failure&) { throw std::runtime_error{"the handler"}; });
  const auto ref = vicar::start<clerk>();
  static_cast<void>(failed(ref.proxy()));
  static_cast<void>(failed(ref.proxy()));
  vicar::reset_unobserved_handler();
  CHECK(log.count(log_level::error, "Unhandled exception in the unobserved handler:") == 2);
  CHECK(log.lines().size() == 2);
  CHECK(ref.stop().get());
}

TEST_CASE("a handler may call the actor, drop futures that failed, and replace itself") {
  const auto ref = vicar::start<clerk>();
  int calls = 0;
  int stamped = 0;
  vicar::set_unobserved_handler([&](const vicar::unobserved_failure&) {
    if (++calls == 3) vicar::set_unobserved_handler([](const vicar::unobserved_failure&) {});
    if (calls <= 3) static_cast<void>(failed(ref.proxy()));
    stamped += ref.proxy()->stamp(1).get();
  });
  static_cast<void>(failed(ref.proxy()));
  CHECK(calls == 3);
  CHECK(stamped == 3);
  vicar::reset_unobserved_handler();
  CHECK(ref.stop().get());
}

TEST_CASE("a failure is either read or reported once, whichever thread drops its handle last") {
  const auto ref = vicar::start<clerk>();
  for (int round = 0; round < 200; ++round) {
    const collector seen;
    std::vector<future<int>> handles(4, ref.proxy()->stamp(-1));
    const bool reads = round % 2 == 0;
    on_threads(4, [&](std::size_t index) {
      const future<int> mine = std::move(handles[index]);
      if (!reads || index != 2) return;
      try {
        mine.get();
      } catch (const std::runtime_error&) {
      }
    });
    ref.proxy()->stamp(1).get();
    CHECK(seen.count() == (reads ? 0 : 1));
  }
  CHECK(ref.stop().get());
}
