// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_LOG_HPP
#define VICAR_LOG_HPP

#include <vicar/detail/config.hpp>

#include <atomic>
#include <concepts>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/core.h>

#include <vicar/detail/fork.hpp>
#include <vicar/detail/format_text.hpp>
#include <vicar/detail/handler_slot.hpp>
#include <vicar/detail/never_destroyed.hpp>
#include <vicar/fwd.hpp>

namespace vicar {

/// How serious a record is.
enum class log_level : unsigned char {
  debug,    ///< an actor was registered, started, stopped, unregistered
  info,     ///< an exception was handed to a caller
  warning,  ///< an actor takes no message of this type
  error,    ///< an exception that no caller waits for
  off,      ///< for `set_log_level` only: nothing is logged
};

/// One line of the log. The views are valid during the call of the sink only.
struct log_record {
  log_level level;               ///< how serious it is; never `log_level::off`
  std::string_view message;      ///< without the text of the exception
  std::exception_ptr exception;  ///< null where the record is about none
  std::string_view actor;        ///< the actor's name; empty where the record is about none
};

/// What an exception says: `what()`, or a fixed text for one that does not derive from `std::exception`.
inline std::string exception_text(const std::exception_ptr& exception) {
  if (!exception) return "no exception";
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& caught) {
    return caught.what();
  } catch (const stop_all_actors&) {
    return "vicar::stop_all_actors";
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

namespace detail {

struct write_to_stderr {
  void operator()(const log_record& record) const {
    static constexpr std::string_view names[] = {"debug", "info", "warning", "error", "off"};
    const std::string text = record.exception ? format_text(" {}", exception_text(record.exception)) : std::string{};
    const std::string_view level = names[static_cast<std::size_t>(record.level)];
    const std::string_view exception = text;
    fmt::vprint(stderr, "vicar {}: {}{}\n", fmt::make_format_args(level, record.message, exception));
  }
};

class VICAR_SHARED logger {
 public:
  static logger& instance() noexcept {
    static never_destroyed<logger> the_logger;
    return the_logger.get();
  }

  // Relaxed: the level publishes nothing, and a record near a switch may go either way.
  bool enabled(log_level level) const noexcept { return level >= level_.load(std::memory_order_relaxed); }
  void set_level(log_level level) noexcept { level_.store(level, std::memory_order_relaxed); }
  log_level level() const noexcept { return level_.load(std::memory_order_relaxed); }

  handler_slot<log_record>& sink() noexcept { return sink_; }

  /// Writes on the calling thread, outside every lock. A sink that throws loses its record: logging never fails an
  /// actor.
  void write(const log_record& record) noexcept {
    try {
      if (!sink_.call(record)) write_to_stderr{}(record);
    } catch (...) {
    }
  }

  static void lock() noexcept { instance().sink_.lock(); }
  static void unlock() noexcept { instance().sink_.unlock(); }
  VICAR_SHARED static inline constinit fork_steps at_fork{&lock, &unlock, &unlock};

 private:
  friend class never_destroyed<logger>;
  logger() = default;

  std::atomic<log_level> level_{log_level::warning};
  handler_slot<log_record> sink_;  // the default one if empty
};

inline bool logs(log_level level) noexcept { return logger::instance().enabled(level); }
inline void log_text(log_level level, std::string_view actor, const std::exception_ptr& exception,
                     std::string_view message) noexcept {
  if (logs(level)) logger::instance().write({level, message, exception, actor});
}
/// Logs what `make` returns, which is called only when the level is on.
template <class Make>
void log(log_level level, std::string_view actor, const std::exception_ptr& exception, Make make) noexcept {
  if (!logs(level)) return;
  try {
    log_text(level, actor, exception, make());
  } catch (...) {  // no memory for the text: see `logger::write`
  }
}

}  // namespace detail

/// Sends the log to `sink`, any copyable callable that takes a `const log_record&`. It is called on whichever thread
/// logs, perhaps on several at once, so it has to be thread-safe. A record that is being written meanwhile may still go
/// to the old sink.
template <class Sink>
void set_log_sink(Sink sink) {
  constexpr bool callable = std::invocable<Sink&, const log_record&> && std::copy_constructible<Sink>;
  static_assert(callable,
                "vicar: a log sink is a copyable callable; give it the signature void(const vicar::log_record&)");
  if constexpr (callable) {
    detail::logger::instance().sink().set(std::move(sink));
  }
}

/// Back to the default: warnings and errors go to the standard error stream.
inline void reset_log_sink() { detail::logger::instance().sink().reset(); }

/// Logs records of this level and above. The default is `log_level::warning`.
inline void set_log_level(log_level level) noexcept { detail::logger::instance().set_level(level); }
/// The lowest level that is logged now.
inline log_level get_log_level() noexcept { return detail::logger::instance().level(); }

}  // namespace vicar

#endif
