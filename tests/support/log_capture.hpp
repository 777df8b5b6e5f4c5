// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_LOG_CAPTURE_HPP
#define VICAR_TESTS_SUPPORT_LOG_CAPTURE_HPP

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vicar/log.hpp>

namespace support {

/// Keeps what is logged while it lives, instead of writing it.
class log_capture {
 public:
  struct line {
    vicar::log_level level;
    std::string message;
    std::string exception;
    std::string actor;
  };

  explicit log_capture(vicar::log_level level = vicar::log_level::warning) : before_{vicar::get_log_level()} {
    vicar::set_log_level(level);
    vicar::set_log_sink([lines = lines_](const vicar::log_record& record) {
      const std::string exception = record.exception ? vicar::exception_text(record.exception) : std::string{};
      const std::lock_guard lock{lines->mutex};
      lines->all.push_back({record.level, std::string{record.message}, exception, std::string{record.actor}});
    });
  }
  ~log_capture() {
    vicar::reset_log_sink();
    vicar::set_log_level(before_);
  }
  log_capture(const log_capture&) = delete;
  log_capture& operator=(const log_capture&) = delete;

  std::vector<line> lines() const {
    const std::lock_guard lock{lines_->mutex};
    return lines_->all;
  }
  /// How many lines of a level have `part` in their message.
  std::size_t count(vicar::log_level level, std::string_view part) const {
    std::size_t found = 0;
    for (const line& each : lines()) {
      if (each.level == level && each.message.find(part) != std::string::npos) ++found;
    }
    return found;
  }

 private:
  struct shared {
    std::mutex mutex;
    std::vector<line> all;
  };

  vicar::log_level before_;
  std::shared_ptr<shared> lines_ = std::make_shared<shared>();
};

/// The text of the `Error` that `action` throws; empty if it throws none.
template <class Error, class Action>
std::string text_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace support

#endif
