// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "support/catch.hpp"
#include "support/expect.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"

using namespace std::chrono_literals;
using support::containing;
using support::error_text;
using support::log_capture;
using support::started;
using vicar::start;

namespace {

/// The notes of an actor, to be read after its stop was answered.
using events = std::vector<std::string>;

bool is_version_4_uuid_urn(std::string_view text) {
  constexpr std::string_view pattern = "urn:uuid:xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i >= 9 && pattern[i] == 'x') {
      if (std::string_view{"0123456789abcdef"}.find(text[i]) == std::string_view::npos) return false;
    } else if (i >= 9 && pattern[i] == 'v') {
      if (std::string_view{"89ab"}.find(text[i]) == std::string_view::npos) return false;
    } else if (text[i] != pattern[i]) {
      return false;
    }
  }
  return true;
}

}  // namespace

struct clerk {
  events* book = nullptr;

  void on_stop() { note("on_stop"); }
  void on_failure(std::exception_ptr failure) { note("on_failure: " + vicar::exception_text(failure)); }

  std::string on_receive(const std::string& letter) {
    note(letter);
    return letter + " answered";
  }
  void on_receive(int) { fail(); }
  void wait_for(vicar::future<void> until) const { until.get(); }
  void fail() { throw std::runtime_error{"no more ink"}; }
  void stop_all() { throw vicar::stop_all_actors{}; }
  std::string describe() { return fmt::format("{}", vicar::self(*this)); }

  void note(const std::string& what) const {
    if (book) book->push_back(what);
  }
};

TEST_CASE("messages that are left in the mailbox when the actor stops are answered with an error") {
  events book;
  const auto ref = start<clerk>(&book);
  vicar::promise<void> door;
  ref.defer<&clerk::wait_for>(door.get_future());
  const auto stopped = ref.stop();
  const auto asked = ref.ask("late");
  const auto called = ref.call<&clerk::describe>();
  ref.tell("late as well");
  door.set_value();
  const std::string expected = "vicar: clerk (" + ref.urn() + ") stopped before handling the message ";
  CHECK(error_text<vicar::actor_dead_error>([&] { asked.get(); }) == containing(expected + "on_receive"));
  CHECK(error_text<vicar::actor_dead_error>([&] { called.get(); }) == containing(expected + "describe"));
  CHECK(stopped.get());
  CHECK(book == events{"on_stop"});
}

TEST_CASE("stop requests that are left in the mailbox are answered") {
  const auto ref = start<clerk>();
  vicar::promise<void> door;
  ref.defer<&clerk::wait_for>(door.get_future());
  std::vector<vicar::future<bool>> stopped;
  for (int i = 0; i < 3; ++i) stopped.push_back(ref.stop());
  for (const auto& each : stopped) CHECK_FALSE(each.ready());
  door.set_value();
  CHECK(vicar::get_all(stopped) == std::vector{true, true, true});
}

namespace {
struct self_aware : vicar::actor {
  std::string own_urn() const { return urn(); }
};
}  // namespace

TEST_CASE("an actor's URN is a version 4 UUID and nobody else's") {
  std::set<std::string> all;
  for (int i = 0; i < 20; ++i) {
    const started<self_aware> actor;
    const std::string urn = actor.ref.urn();
    CHECK(is_version_4_uuid_urn(urn));
    CHECK(actor.ref.call<&self_aware::own_urn>().get() == urn);
    all.insert(urn);
  }
  CHECK(all.size() == 20);
}

TEST_CASE("an actor prints itself with class name and URN") {
  const started<clerk> actor;
  CHECK(actor.ref.call<&clerk::describe>().get() == "<actor_ref for clerk (" + actor.ref.urn() + ")>");
}

namespace {
struct particular {
  std::string name;
  std::unique_ptr<int> owned;
  int& shared;

  particular(std::string title, std::unique_ptr<int> mine, int& ours, int by = 1)
      : name{std::move(title)}, owned{std::move(mine)}, shared{ours} {
    shared += by;
  }
  std::string told() const { return fmt::format("{} {} {}", name, *owned, shared); }
};
}  // namespace

TEST_CASE("a constructor may take any arguments, which start forwards") {
  int shared = 10;
  const started<particular> actor{"name", std::make_unique<int>(5), shared};
  CHECK(shared == 11);
  shared = 12;
  CHECK(actor.ref.call<&particular::told>().get() == "name 5 12");
  const started<particular> other{vicar::options{.name = "with options"}, "other", std::make_unique<int>(6), shared, 8};
  CHECK(other.ref.call<&particular::told>().get() == "other 6 20");
}

namespace {
struct early_bird {
  events* book;

  explicit early_bird(events* mine) : book{mine} {
    vicar::self(*this).tell(std::string{"message"});  // sent before there is a thread
  }
  void on_start() {
    const vicar::any_actor_ref own = vicar::self(*this);
    book->push_back(vicar::registry::get_by_urn(own.urn()) == own ? "on_start, registered" : "on_start, unregistered");
  }
  void on_receive(const std::string& text) { book->push_back(text); }
};
}  // namespace

TEST_CASE("on_start runs after registration and before the first message") {
  events book;
  start<early_bird>(&book).stop().get();
  CHECK(book == events{"on_start, registered", "message"});
}

namespace {
struct stays_in_bed : vicar::actor {
  events* book;

  stays_in_bed(events* mine, vicar::promise<vicar::future<int>> early) : book{mine} {
    early.set_value(vicar::self(*this).ask(1));
  }
  void on_start() {
    book->push_back("on_start");
    stop();
  }
  void on_stop() { book->push_back("on_stop"); }
  int on_receive(int message) {
    book->push_back("message");
    return message;
  }
};
}  // namespace

TEST_CASE("on_start may stop the actor before it receives anything") {
  events book;
  vicar::promise<vicar::future<int>> early;
  const auto sent_early = early.get_future();
  const auto ref = start<stays_in_bed>(&book, std::move(early));
  const auto sent_late = ref.ask(2);
  CHECK_THROWS_AS(sent_early.get().get(), vicar::actor_dead_error);
  CHECK_THROWS_AS(sent_late.get(), vicar::actor_dead_error);
  ref.stop().wait();
  CHECK_FALSE(ref.is_alive());
  CHECK(book == events{"on_start", "on_stop"});
}

namespace {
enum class hook { on_start, on_stop, on_failure };
template <hook Failing>
struct frail {
  void on_start() const { fail_in(hook::on_start, "in on_start"); }
  void on_stop() const { fail_in(hook::on_stop, "in on_stop"); }
  void on_failure(std::exception_ptr) const { fail_in(hook::on_failure, "in on_failure"); }
  int seven() { return 7; }
  void fail() { throw std::logic_error{"in fail"}; }

  static void fail_in(hook now, const char* text) {
    if (now == Failing) throw std::runtime_error{text};
  }
};
}  // namespace

TEST_CASE("a failure in on_start, on_stop or on_failure stops the actor and is logged") {
  const log_capture log;
  events failures;
  SECTION("on_start") {
    const auto ref = start<frail<hook::on_start>>();
    CHECK_THROWS_AS(ref.call<&frail<hook::on_start>::seven>().get(), vicar::actor_dead_error);
    CHECK_FALSE(ref.is_alive());
    ref.stop().wait();
    failures = {"in on_start"};
  }
  SECTION("on_stop") {
    const auto ref = start<frail<hook::on_stop>>();
    CHECK(ref.call<&frail<hook::on_stop>::seven>().get() == 7);
    CHECK(ref.stop().get());
    CHECK_FALSE(ref.is_alive());
    failures = {"in on_stop"};
  }
  SECTION("on_failure") {
    const auto ref = start<frail<hook::on_failure>>();
    ref.defer<&frail<hook::on_failure>::fail>();
    CHECK_THROWS_AS(ref.call<&frail<hook::on_failure>::seven>().get(), vicar::actor_dead_error);
    CHECK_FALSE(ref.is_alive());
    ref.stop().wait();
    failures = {"in fail", "in on_failure"};
  }
  events logged;
  for (const auto& line : log.lines()) {
    CHECK(line.level == vicar::log_level::error);
    logged.push_back(line.exception);
  }
  CHECK(logged == failures);
}

TEST_CASE("on_stop runs when the actor stops, after the last message") {
  events book;
  const auto ref = start<clerk>(&book);
  ref.tell("last letter");
  ref.stop().get();
  CHECK(book == events{"last letter", "on_stop"});
}

TEST_CASE("on_failure runs for an exception that cannot be returned, and on_stop then does not") {
  const log_capture log{vicar::log_level::off};
  events book;
  const auto ref = start<clerk>(&book);
  SECTION("one of a deferred call cannot") {
    ref.defer<&clerk::fail>();
    ref.stop().wait();
    CHECK(book == events{"on_failure: no more ink"});
  }
  SECTION("one of a message that was told cannot") {
    ref.tell(1);
    ref.stop().wait();
    CHECK(book == events{"on_failure: no more ink"});
  }
  SECTION("one that a caller waits for can") {
    CHECK(error_text<std::runtime_error>([&] { ref.call<&clerk::fail>().get(); }) == "no more ink");
    CHECK(ref.stop().get());
    CHECK(book == events{"on_stop"});
  }
}

TEST_CASE("an actor is unregistered after an unhandled exception") {
  const log_capture log{vicar::log_level::off};
  const auto ref = start<clerk>();
  CHECK(vicar::registry::get_by_urn(ref.urn()).has_value());
  ref.defer<&clerk::fail>();
  CHECK_THROWS_AS(ref.ask("too late").get(), vicar::actor_dead_error);
  CHECK_FALSE(vicar::registry::get_by_urn(ref.urn()).has_value());
  CHECK(vicar::registry::get_all().empty());
}

namespace {
struct bystander {
  vicar::promise<void> stopped;
  explicit bystander(vicar::promise<void> told) : stopped{std::move(told)} {}
  void on_stop() { stopped.set_value(); }
};
}  // namespace

TEST_CASE("stop_all_actors stops all actors, and those who ask still get an answer") {
  std::vector<vicar::future<void>> bystanders_stopped;
  std::vector<vicar::actor_ref<bystander>> bystanders;
  for (int i = 0; i < 2; ++i) {
    vicar::promise<void> stopped;
    bystanders_stopped.push_back(stopped.get_future());
    bystanders.push_back(start<bystander>(std::move(stopped)));
  }
  events book;
  const auto ref = start<clerk>(&book);
  vicar::promise<void> door;
  ref.defer<&clerk::wait_for>(door.get_future());
  SECTION("thrown where nobody waits") {
    ref.defer<&clerk::stop_all>();
    const auto pending = ref.ask("too late");
    door.set_value();
    CHECK(error_text<vicar::actor_dead_error>([&] { pending.get(); }) ==
          containing("clerk (" + ref.urn() + ") stopped before handling the message on_receive"));
  }
  SECTION("thrown to a caller who waits") {
    const auto throwing = ref.call<&clerk::stop_all>();
    const auto pending = ref.ask("too late");
    door.set_value();
    CHECK(error_text<vicar::actor_dead_error>([&] { throwing.get(); }) ==
          containing("clerk (" + ref.urn() + ") stopped while handling the message stop_all"));
    CHECK_THROWS_AS(pending.get(), vicar::actor_dead_error);
  }
  // No other thread stops them.
  for (const auto& each : bystanders_stopped) REQUIRE(each.wait_for(1min));
  for (const auto& each : bystanders) CHECK_FALSE(each.is_alive());
  ref.stop().wait();
  CHECK_FALSE(ref.is_alive());
  CHECK(book == events{"on_stop"});
  for (const auto& each : bystanders) each.stop().wait();
}

namespace {
struct resigner {
  events* book;

  std::vector<vicar::future<bool>> resign() {
    const auto own = vicar::self(*this);
    own.tell(std::string{"before"});
    std::vector<vicar::future<bool>> stopped;
    for (int i = 0; i < 3; ++i) stopped.push_back(own.stop());
    own.tell(std::string{"after"});
    return stopped;
  }
  void on_receive(const std::string& text) { book->push_back(text); }
  void on_stop() { book->push_back("on_stop"); }
};
}  // namespace

TEST_CASE("an actor may stop itself several times") {
  events book;
  const auto ref = start<resigner>(&book);
  const auto stopped = ref.call<&resigner::resign>().get();
  CHECK(vicar::get_all(stopped) == std::vector{true, true, true});
  CHECK_FALSE(ref.is_alive());
  CHECK_FALSE(ref.stop().get());
}

TEST_CASE("messages that an actor sent to itself before it stopped itself are handled") {
  events book;
  const auto ref = start<resigner>(&book);
  ref.call<&resigner::resign>().get();
  ref.stop().wait();
  CHECK(book == events{"before", "on_stop"});
}
