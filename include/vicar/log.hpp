// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_LOG_HPP
#define VICAR_LOG_HPP

#include <vicar/detail/base/config.hpp>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/core.h>

#include <vicar/detail/base/never_destroyed.hpp>
#include <vicar/detail/observe/handler_slot.hpp>
#include <vicar/detail/system/conductor.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/fwd.hpp>

namespace vicar {

/// Severity of a record.
enum class log_level : unsigned char {
  debug,    ///< an actor was registered, started, stopped, unregistered
  info,     ///< an exception was propagated to a caller
  warning,  ///< an actor does not take messages of this type, the failure of a call was never read, or the end of the
            ///< program waits for an actor
  error,    ///< an exception that no caller waits for
  off,      ///< for `set_log_level` only: nothing is logged
};

/// One record of the log. The views are valid only during the call of the sink.
struct log_record {
  log_level level;               ///< severity; never `log_level::off`
  std::string_view message;      ///< without the text of the exception
  std::exception_ptr exception;  ///< null if the record is not about an exception
  std::string_view actor;        ///< the actor's name; empty if the record is not about an actor
};

/// The text of an exception: `what()`, or a fixed text if it is not derived from `std::exception`. Empty if `what()`
/// returns a null pointer.
inline std::string exception_text(const std::exception_ptr& exception) {
  if (!exception) return "no exception";
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& caught) {
    const char* const text = caught.what();
    return text ? text : "";
  } catch (const stop_all_actors&) {
    return "vicar::stop_all_actors";
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

namespace detail {

/// The number of bytes of the UTF-8 character at the beginning of `text`, which must not be empty; 0 if there is none.
inline std::size_t character_size(std::string_view text) noexcept {
  const auto byte = [&](std::size_t place) { return static_cast<unsigned char>(text[place]); };
  const unsigned char first = byte(0);
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xC2 ? 0
                           : first < 0xE0 ? 2
                           : first < 0xF0 ? 3
                           : first < 0xF5 ? 4
                                          : 0;
  if (size > text.size()) return 0;
  for (std::size_t place = 1; place < size; ++place) {
    if ((byte(place) & 0xC0) != 0x80) return 0;
  }
  // An overlong encoding: some decoders accept it for the shorter one.
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90)) return 0;
  return size;
}
/// Whether `character` is a control character or ends a line.
inline bool is_control(std::string_view character) noexcept {
  const auto byte = [&](std::size_t place) { return static_cast<unsigned char>(character[place]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;
  return character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9";
}

}  // namespace detail

/// Returns `text` as one line of a log: control characters, line separators and bytes that are not UTF-8 are replaced
/// by escapes as in C++, such as `\n` and `\x1b`. Everything else, including backslashes, is unchanged.
inline std::string one_line(std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = detail::character_size(text);
    const std::string_view character = text.substr(0, size == 0 ? 1 : size);
    text.remove_prefix(character.size());
    if (size != 0 && !detail::is_control(character)) {
      line += character;
    } else if (character == "\n" || character == "\r" || character == "\t") {
      line += character == "\n" ? "\\n" : character == "\r" ? "\\r" : "\\t";
    } else {
      for (const char each : character) {
        const auto byte = static_cast<unsigned char>(each);
        line += {'\\', 'x', digits[byte / 16U], digits[byte % 16U]};
      }
    }
  }
  return line;
}

namespace detail {

/// The default sink.
inline void write_to_stderr(log_level written, std::string_view message) {
  if (conductor_here && conductor_here->quiet()) return;
  static constexpr std::string_view names[] = {"debug", "info", "warning", "error", "off"};
  const std::string_view level = names[static_cast<std::size_t>(written)];
  fmt::vprint(stderr, "vicar {}: {}\n", fmt::make_format_args(level, message));
}

class VICAR_SHARED logger {
 public:
  static logger& instance() noexcept {
    static never_destroyed<logger> the_logger;
    return the_logger.get();
  }

  // Relaxed: the level publishes nothing, and a record concurrent with a change may see either level.
  bool enabled(log_level level) const noexcept { return level >= level_.load(std::memory_order_relaxed); }
  void set_level(log_level level) noexcept { level_.store(level, std::memory_order_relaxed); }
  log_level level() const noexcept { return level_.load(std::memory_order_relaxed); }

  handler_slot<log_record>& sink() noexcept { return sink_; }

  /// Writes on the calling thread, without holding a lock. If the sink throws, the record is lost: logging never fails
  /// an actor.
  void write(const log_record& record) noexcept {
    try {
      if (sink_.call(record)) return;
      const std::string exception =
          record.exception ? format_text(" {}", exception_text(record.exception)) : std::string{};
      write_to_stderr(record.level, one_line(format_text("{}{}", record.message, exception)));
    } catch (...) {
    }
  }
  /// Writes a text of several lines. Its parts from outside the library must be single lines.
  void write_lines(log_level level, std::string_view lines) noexcept {
    try {
      if (!sink_.call({level, lines, nullptr, {}})) write_to_stderr(level, lines);
    } catch (...) {
    }
  }

  // Called around fork().
  void lock() noexcept { sink_.lock(); }
  void unlock() noexcept { sink_.unlock(); }

 private:
  friend class never_destroyed<logger>;
  logger() = default;

  std::atomic<log_level> level_{log_level::warning};
  handler_slot<log_record> sink_;  // if empty, the default sink
};

inline bool logs(log_level level) noexcept { return logger::instance().enabled(level); }
inline void log_text(log_level level, std::string_view actor, const std::exception_ptr& exception,
                     std::string_view message) noexcept {
  if (logs(level)) logger::instance().write({level, message, exception, actor});
}
/// Logs what `make` returns. Calls `make` only if the level is enabled.
template <class Make>
void log(log_level level, std::string_view actor, const std::exception_ptr& exception, Make make) noexcept {
  if (!logs(level)) return;
  try {
    log_text(level, actor, exception, make());
  } catch (...) {  // no memory for the text: see `logger::write`
  }
}

}  // namespace detail

/// Sends the log to `sink`, any copyable callable that takes a `const log_record&`. The sink is called on the thread
/// that logs, possibly on several threads at once, so it must be thread-safe. A record that is being written
/// concurrently may still go to the old sink.
template <class Sink>
void set_log_sink(Sink sink) {
  constexpr bool callable = std::invocable<Sink&, const log_record&> && std::copy_constructible<Sink>;
  static_assert(callable,
                "vicar: a log sink is a copyable callable; give it the signature void(const vicar::log_record&)");
  if constexpr (callable) {
    detail::logger::instance().sink().set(std::move(sink));
  }
}

/// Restores the default: warnings and errors go to the standard error stream.
inline void reset_log_sink() { detail::logger::instance().sink().reset(); }

/// Logs records of this level and above. The default is `log_level::warning`.
inline void set_log_level(log_level level) noexcept { detail::logger::instance().set_level(level); }
/// The lowest level that is currently logged.
inline log_level get_log_level() noexcept { return detail::logger::instance().level(); }

}  // namespace vicar

#endif
