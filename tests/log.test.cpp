// SPDX-License-Identifier: BSL-1.0
#include <vicar/log.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/log_capture.hpp"
#include "support/threads.hpp"

using support::log_capture;
using support::on_threads;
using vicar::log_level;
using vicar::log_record;

namespace {

/// Back to the default log at the end of the scope.
struct restored_log {
  restored_log() = default;
  ~restored_log() {
    vicar::reset_log_sink();
    vicar::set_log_level(log_level::warning);
  }
  restored_log(const restored_log&) = delete;
  restored_log& operator=(const restored_log&) = delete;
};

void write(log_level level, const char* text = "text") {
  vicar::detail::log(level, "actor-1", nullptr, [&] { return std::string{text}; });
}

/// Tells when its last copy is gone.
struct tracked_sink {
  std::shared_ptr<int> calls;
  void operator()(const log_record&) const { ++*calls; }
};

}  // namespace

TEST_CASE("the log level is warning by default, and records below the level are not written") {
  CHECK(vicar::get_log_level() == log_level::warning);
  for (const log_level level :
       {log_level::debug, log_level::info, log_level::warning, log_level::error, log_level::off}) {
    const log_capture log{level};
    CHECK(vicar::get_log_level() == level);
    write(log_level::debug);
    write(log_level::info);
    write(log_level::warning);
    write(log_level::error);
    CHECK(log.lines().size() == static_cast<std::size_t>(log_level::off) - static_cast<std::size_t>(level));
    for (const auto& each : log.lines()) CHECK(each.level >= level);
  }
  CHECK(vicar::get_log_level() == log_level::warning);
}

TEST_CASE("the text of a record below the level is not made") {
  const log_capture log{log_level::warning};
  bool made = false;
  const auto make = [&] {
    made = true;
    return std::string{"made"};
  };
  vicar::detail::log(log_level::info, "actor", nullptr, make);
  CHECK_FALSE(made);
  vicar::detail::log(log_level::warning, "actor", nullptr, make);
  CHECK(made);
}

TEST_CASE("a record has level, message, exception and the actor's name") {
  const restored_log restore;
  const std::exception_ptr failure = std::make_exception_ptr(std::out_of_range{"far"});
  int calls = 0;
  vicar::set_log_sink([&](const log_record& record) {
    ++calls;
    CHECK(record.level == log_level::error);
    CHECK(record.message == "something failed");
    CHECK(record.exception == failure);
    CHECK(record.actor == "actor-7");
  });
  vicar::detail::log(log_level::error, "actor-7", failure, [] { return std::string{"something failed"}; });
  CHECK(calls == 1);
}

TEST_CASE("a sink is any copyable callable") {
  const restored_log restore;
  static int plain_calls = 0;
  struct plain {
    static void sink(const log_record&) { ++plain_calls; }
  };
  vicar::set_log_sink(&plain::sink);
  write(log_level::error);
  CHECK(plain_calls == 1);

  int last = 0;
  vicar::set_log_sink([&last, count = 0](const log_record&) mutable { last = ++count; });
  write(log_level::error);
  write(log_level::error);
  CHECK(last == 2);
}

TEST_CASE("a sink that is replaced is destroyed and called no more") {
  const restored_log restore;
  const auto calls = std::make_shared<int>(0);
  vicar::set_log_sink(tracked_sink{calls});
  write(log_level::error);
  CHECK(*calls == 1);
  CHECK(calls.use_count() == 2);
  vicar::set_log_sink([](const log_record&) {});
  CHECK(calls.use_count() == 1);
  write(log_level::error);
  CHECK(*calls == 1);
}

TEST_CASE("a sink that throws loses its record and nothing else") {
  const restored_log restore;
  int calls = 0;
  vicar::set_log_sink([&](const log_record&) {
    if (++calls == 1) throw std::runtime_error{"the disk is full"};
    if (calls == 2) throw 5;
  });
  write(log_level::error);
  write(log_level::error);
  write(log_level::error);
  CHECK(calls == 3);
}

TEST_CASE("a text that cannot be made loses its record and nothing else") {
  const log_capture log{log_level::error};
  vicar::detail::log(log_level::error, "actor", nullptr, []() -> std::string { throw std::bad_alloc{}; });
  CHECK(log.lines().empty());
}

TEST_CASE("a sink may log and may replace itself") {
  const restored_log restore;
  const auto texts = std::make_shared<std::vector<std::string>>();
  vicar::set_log_sink([texts](const log_record& record) {
    texts->push_back(std::string{record.message});
    if (record.message == "outer") {
      write(log_level::error, "inner");
      vicar::set_log_sink([texts](const log_record&) { texts->push_back("next"); });
    }
  });
  write(log_level::error, "outer");
  write(log_level::error, "later");
  CHECK(*texts == std::vector<std::string>{"outer", "inner", "next"});
}

TEST_CASE("many threads log while the sink and the level change") {
  const restored_log restore;
  const auto calls = std::make_shared<std::atomic<int>>(0);
  const auto install = [&] { vicar::set_log_sink([calls](const log_record&) { ++*calls; }); };
  install();
  on_threads(4, [&](std::size_t index) {
    for (int i = 0; i < 500; ++i) {
      if (index == 0)
        install();
      else
        write(log_level::error);
      if (index == 1) vicar::set_log_level(i % 2 == 0 ? log_level::debug : log_level::error);
    }
  });
  CHECK(*calls == 1500);
}

TEST_CASE("the text of an exception is what it says, or a fixed one") {
  CHECK(vicar::exception_text(nullptr) == "no exception");
  CHECK(vicar::exception_text(std::make_exception_ptr(std::runtime_error{"what"})) == "what");
  CHECK(vicar::exception_text(std::make_exception_ptr(vicar::stop_all_actors{})) == "vicar::stop_all_actors");
  CHECK(vicar::exception_text(std::make_exception_ptr(5)) == "an exception that is no std::exception");
}
