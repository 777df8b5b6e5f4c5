// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_FUTURES_FAILED_CALL_HPP
#define VICAR_DETAIL_FUTURES_FAILED_CALL_HPP

#include <exception>
#include <string>
#include <string_view>

#include <vicar/detail/base/config.hpp>
#include <vicar/detail/futures/state.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/log.hpp>
#include <vicar/unobserved.hpp>

namespace vicar::detail {

/// Identifies the call that failed. Owns its texts: the actor may be freed, and the caller's library unloaded, before
/// the last handle of the future is dropped.
class failed_call final : public state_extra {
 public:
  failed_call(std::string_view actor, std::string_view class_name, std::string_view member)
      : actor_{actor}, class_name_{class_name}, member_{member} {}

  void dispose() noexcept override { delete this; }

  VICAR_COLD void report(const std::exception_ptr& failure) noexcept override {
    try {
      if (unobserved_handler().call({actor_, class_name_, member_, failure})) return;
    } catch (...) {
      log_text(log_level::error, actor_, std::current_exception(), "Unhandled exception in the unobserved handler:");
      return;
    }
    log(log_level::warning, actor_, failure,
        [&] { return format_text("{}.{} threw, and its future was dropped unread:", actor_, member_); });
  }

 private:
  ~failed_call() = default;

  const std::string actor_;
  const std::string class_name_;
  const std::string member_;
};

}  // namespace vicar::detail

#endif
