// SPDX-License-Identifier: BSL-1.0
#include <vicar/log.hpp>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "support/catch.hpp"
#include "support/log_capture.hpp"
#include "support/threads.hpp"

using support::log_capture;
using support::on_threads;
using vicar::log_level;
using vicar::log_record;

namespace {

/// Restores the default log at the end of the scope.
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

/// Captures the output to the standard error stream.
template <class Action>
std::string errors_of(Action action) {
  std::FILE* const file = std::tmpfile();
  const int saved = dup(STDERR_FILENO);
  dup2(fileno(file), STDERR_FILENO);
  action();
  std::fflush(stderr);
  dup2(saved, STDERR_FILENO);
  close(saved);
  std::rewind(file);
  std::string text;
  for (int next = std::fgetc(file); next != EOF; next = std::fgetc(file)) text += static_cast<char>(next);
  std::fclose(file);
  return text;
}

/// Its `what` returns the given pointer.
class saying final : public std::exception {
 public:
  explicit saying(const char* text) : text_{text} {}
  const char* what() const noexcept override { return text_; }

 private:
  const char* text_;
};

/// Records the destruction of its last copy.
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

TEST_CASE("the text of a record below the level is not formatted") {
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

TEST_CASE("a replaced sink is destroyed and not called any more") {
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

TEST_CASE("a text that cannot be formatted loses its record and nothing else") {
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

TEST_CASE("the text of an exception is its what(), or a fixed one") {
  CHECK(vicar::exception_text(nullptr) == "no exception");
  CHECK(vicar::exception_text(std::make_exception_ptr(std::runtime_error{"what"})) == "what");
  CHECK(vicar::exception_text(std::make_exception_ptr(vicar::stop_all_actors{})) == "vicar::stop_all_actors");
  CHECK(vicar::exception_text(std::make_exception_ptr(5)) == "an exception that is not a std::exception");
}

TEST_CASE("an exception whose what() is a null pointer has an empty text, and its record is not lost") {
  const auto exception = std::make_exception_ptr(saying{nullptr});
  CHECK(vicar::exception_text(exception).empty());
  CHECK(errors_of([&] { vicar::detail::log_text(log_level::error, "actor-1", exception, "threw:"); }) ==
        "vicar error: threw: \n");
}

TEST_CASE("a record is one line of the default log, whatever its text") {
  const auto exception = std::make_exception_ptr(saying{"one\r\nvicar error: forged\x1b[2K\v\f"});
  CHECK(errors_of([&] { vicar::detail::log_text(log_level::error, "actor-1", exception, "a\nb threw:"); }) ==
        "vicar error: a\\nb threw: one\\r\\nvicar error: forged\\x1b[2K\\x0b\\x0c\n");
  CHECK(errors_of([] { vicar::detail::log_text(log_level::warning, "actor-1", nullptr, "plain"); }) ==
        "vicar warning: plain\n");
}

TEST_CASE("a report keeps its lines in the default log, and goes to a sink as one record") {
  const auto report = [] { vicar::detail::logger::instance().write_lines(log_level::warning, "first\nsecond\n"); };
  CHECK(errors_of(report) == "vicar warning: first\nsecond\n\n");
  const log_capture log;
  report();
  REQUIRE(log.lines().size() == 1);
  CHECK(log.lines().front().message == "first\nsecond\n");
}

TEST_CASE("one_line replaces characters that could end a line or control a terminal") {
  CHECK(vicar::one_line("").empty());
  CHECK(vicar::one_line("plain \\n {}") == "plain \\n {}");
  CHECK(vicar::one_line("a\nb\rc\td") == "a\\nb\\rc\\td");
  CHECK(vicar::one_line(std::string_view{"\0\x01\x7f", 3}) == "\\x00\\x01\\x7f");
  CHECK(vicar::one_line("caf\u00e9 \u20ac \U0001F600 \u00a0") == "caf\u00e9 \u20ac \U0001F600 \u00a0");
  CHECK(vicar::one_line("next\u0085line") == "next\\xc2\\x85line");
  CHECK(vicar::one_line("\u2028\u2029\u202a") == "\\xe2\\x80\\xa8\\xe2\\x80\\xa9\u202a");
}

TEST_CASE("one_line replaces bytes that are not UTF-8") {
  CHECK(vicar::one_line("\x85") == "\\x85");           // a line break in ISO 8859-1
  CHECK(vicar::one_line("\xc0\x8a") == "\\xc0\\x8a");  // an overlong encoding of a line break
  CHECK(vicar::one_line("\xe0\x80\x8a") == "\\xe0\\x80\\x8a");
  CHECK(vicar::one_line("\xf0\x80\x80\x8a") == "\\xf0\\x80\\x80\\x8a");
  CHECK(vicar::one_line("\xe2\x80") == "\\xe2\\x80");  // cut off
  CHECK(vicar::one_line("\xc3(\xff") == "\\xc3(\\xff");
}
