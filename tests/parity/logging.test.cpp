// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

#include <exception>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "support/catch.hpp"
#include "support/log_capture.hpp"
#include "support/started.hpp"

using support::log_capture;
using support::started;
using vicar::log_level;

namespace support {

static bool operator==(const log_capture::line& a, const log_capture::line& b) {
  return a.level == b.level && a.message == b.message && a.exception == b.exception && a.actor == b.actor;
}
static std::ostream& operator<<(std::ostream& out, const log_capture::line& line) {
  return out << static_cast<int>(line.level) << " [" << line.actor << "] " << line.message << ' ' << line.exception;
}

}  // namespace support

namespace {
using lines = std::vector<log_capture::line>;
}

struct telegram {
  int words;
};

struct post_office {
  using receives = vicar::messages<int>;

  int on_receive(int letter) {
    if (letter < 0) throw std::invalid_argument{"no such letter"};
    return letter;
  }
  void close_everything() { throw vicar::stop_all_actors{}; }
};

TEST_CASE("the log is silent below warning by default") {
  CHECK(vicar::get_log_level() == log_level::warning);
  const log_capture log{vicar::get_log_level()};
  const auto ref = vicar::start<post_office>();
  CHECK(ref.ask(1).get() == 1);
  CHECK_THROWS_AS(ref.ask(-1).get(), std::invalid_argument);
  ref.stop().get();
  CHECK(log.lines().empty());

  // The records, instead of a log.
  vicar::set_log_level(log_level::debug);
  const auto other = vicar::start<post_office>();
  CHECK_THROWS_AS(other.ask(-1).get(), std::invalid_argument);
  other.stop().get();
  const std::string title = fmt::format("{:s}", other);
  const std::string name{other.name()};
  CHECK(log.lines() == lines{{log_level::debug, "Registered " + title, "", name},
                             {log_level::debug, "Started " + title, "", name},
                             {log_level::info, "Exception returned from " + title + " to caller: on_receive threw:",
                              "no such letter", name},
                             {log_level::debug, "Stopped " + title, "", name},
                             {log_level::debug, "Unregistered " + title, "", name}});
}

TEST_CASE("an unexpected message is logged as a warning with the actor and the message's type") {
  const log_capture log;
  const started<post_office> actor;
  const std::string expected = "Unexpected message received by " + fmt::format("{:s}", actor.ref) + ": ";
  const std::string name{actor.ref.name()};
  const vicar::any_actor_ref any = actor.ref;
  any.tell(2.5);
  any.tell(telegram{12});
  any.tell(1);
  CHECK_THROWS_AS(any.ask(telegram{12}).get(), vicar::unhandled_message_error);
  CHECK(log.lines() == lines{{log_level::warning, expected + "double", "", name},
                             {log_level::warning, expected + "telegram", "", name},
                             {log_level::warning, expected + "telegram", "", name}});
}

TEST_CASE("an exception that is returned to a caller is logged as information with the exception") {
  const log_capture log{log_level::info};
  const started<post_office> actor;
  CHECK_THROWS_AS(actor.ref.ask(-1).get(), std::invalid_argument);
  CHECK(log.lines() ==
        lines{{log_level::info,
               "Exception returned from " + fmt::format("{:s}", actor.ref) + " to caller: on_receive threw:",
               "no such letter", std::string{actor.ref.name()}}});
}

namespace {
enum class place { message, on_start, on_stop, on_failure };
}

template <place Failing>
struct brittle {
  void on_start() const { fail_in(place::on_start, "in on_start"); }
  void on_stop() const { fail_in(place::on_stop, "in on_stop"); }
  void on_failure(std::exception_ptr) const { fail_in(place::on_failure, "in on_failure"); }
  void deliver() { throw std::runtime_error{"in deliver"}; }

  static void fail_in(place now, const char* text) {
    if (now == Failing) throw std::runtime_error{text};
  }
};

TEST_CASE("an unhandled exception is logged as an error, in on_failure after the one that led there") {
  const log_capture log;
  // Each failure names the throwing member and the exception.
  const auto logs = [&](const auto& ref, std::vector<std::pair<std::string, std::string>> failures) {
    ref.stop().wait();
    lines expected;
    for (const auto& [member, exception] : failures) {
      expected.push_back({log_level::error, fmt::format("Unhandled exception in {:s}: {} threw:", ref, member),
                          exception, std::string{ref.name()}});
    }
    CHECK(log.lines() == expected);
  };
  SECTION("of a message that nobody waits for") {
    const auto ref = vicar::start<brittle<place::message>>();
    ref.defer<&brittle<place::message>::deliver>();
    logs(ref, {{"deliver", "in deliver"}});
  }
  SECTION("of a message that was told") {
    const auto ref = vicar::start<post_office>();
    ref.tell(-1);
    logs(ref, {{"on_receive", "no such letter"}});
  }
  SECTION("of on_start") { logs(vicar::start<brittle<place::on_start>>(), {{"on_start", "in on_start"}}); }
  SECTION("of on_stop") { logs(vicar::start<brittle<place::on_stop>>(), {{"on_stop", "in on_stop"}}); }
  SECTION("of on_failure") {
    const auto ref = vicar::start<brittle<place::on_failure>>();
    ref.defer<&brittle<place::on_failure>::deliver>();
    logs(ref, {{"deliver", "in deliver"}, {"on_failure", "in on_failure"}});
  }
}

TEST_CASE("stop_all_actors is logged for debugging, and as nothing else") {
  const log_capture log{log_level::debug};
  const auto ref = vicar::start<post_office>();
  SECTION("where nobody waits") { ref.defer<&post_office::close_everything>(); }
  SECTION("where a caller waits") {
    CHECK_THROWS_AS(ref.call<&post_office::close_everything>().get(), vicar::actor_dead_error);
  }
  ref.stop().wait();
  const std::string title = fmt::format("{:s}", ref);
  const std::string name{ref.name()};
  CHECK(log.lines() == lines{{log_level::debug, "Registered " + title, "", name},
                             {log_level::debug, "Started " + title, "", name},
                             {log_level::debug, "stop_all_actors in " + title + ". Stopping all actors.", "", name},
                             {log_level::debug, "Stopped " + title, "", name},
                             {log_level::debug, "Unregistered " + title, "", name}});
}
