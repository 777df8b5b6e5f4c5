// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WAIT_TIMEOUT_TEXT_HPP
#define VICAR_DETAIL_WAIT_TIMEOUT_TEXT_HPP

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include <vicar/detail/base/chrono.hpp>
#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/text/format_text.hpp>
#include <vicar/detail/wait/actor_record.hpp>
#include <vicar/detail/wait/suspended_call.hpp>
#include <vicar/detail/wait/wait_graph.hpp>
#include <vicar/error.hpp>

namespace vicar::detail {

/// The text of a timed-out wait. The actor's state is captured when the timeout occurs, and formatted when it is read.
class unanswered final : public late_text {
 public:
  /// `full_capacity`: the capacity of the mailbox, if it did not accept the message before the deadline; otherwise 0.
  static timeout_error error(actor_handle source, std::string_view member, double seconds,
                             std::size_t full_capacity = 0) {
    return timeout_access::make(
        counted_handle<const late_text>::adopt(new unanswered{std::move(source), member, seconds, full_capacity}));
  }

 private:
  unanswered(actor_handle source, std::string_view member, double seconds, std::size_t full_capacity)
      : source_{std::move(source)}, member_{member}, seconds_{seconds}, full_capacity_{full_capacity} {
    if (!source_) return;
    running_ = source_->running();
    const std::chrono::nanoseconds since = source_->running_since().time_since_epoch();
    busy_ = static_cast<double>(steady_now() - since.count()) / 1e9;
    depth_ = source_->depth();
    waits_ = wait_edge::from(*source_);
    look_for_suspended_call();
  }
  /// One call of the member, if several are suspended.
  void look_for_suspended_call() {
    const std::lock_guard lock{wait_graph_mutex()};
    source_->suspended().for_each([this](const suspended_call& call) {
      if (suspended_ || *call.label != member_) return;
      suspended_ = true;
      const awaited_answer next = call.awaited();
      awaits_ = try_handle(next.source);
      awaited_member_ = next.member;
    });
  }

  std::string make() const override {
    const std::string waited = seconds_text("{:g} s", seconds_);
    if (!source_) {
      return format_text(
          "vicar: no answer within {}; the promise has not been satisfied yet: wait longer, or look at its owner",
          waited);
    }
    if (full_capacity_ != 0) {
      return format_text(
          "vicar: {} never got into the mailbox of {}, which was full for {} and holds options::mailbox_capacity ({}) "
          "messages; the actor {}: wait longer, raise the capacity, or send less",
          member_, source_->title(), waited, number_text(full_capacity_), doing());
    }
    if (suspended_) {
      return format_text(
          "vicar: {} did not answer {} within {}; the call is suspended by co_await{}: wait longer, or look at what it "
          "awaits",
          source_->title(), member_, waited,
          awaits_ ? format_text(" for {}.{}", awaits_->name(), awaited_member_) : std::string{});
    }
    return format_text(
        waits_.target
            ? "vicar: {} did not answer {} within {}; it {} and {} in its mailbox: wait longer, or look at what it waits for"
            : "vicar: {} did not answer {} within {}; it {} and {} in its mailbox: wait longer, or give it less to do",
        source_->title(), member_, waited, doing(),
        format_text(depth_ == 1 ? "{} message waits" : "{} messages wait", number_text(depth_)));
  }

  std::string doing() const {
    std::string text = running_.empty()
                           ? "is handling no message"
                           : format_text("has been running {} for {}", running_, seconds_text("{:.1f} s", busy_));
    if (!waits_.target) return text;
    const bool for_a_value = waits_.reason == wait_reason::value;
    return text + format_text(for_a_value ? ", waiting for a value that {} makes," : ", waiting for {}.{},",
                              waits_.target->name(), waits_.what);
  }

  static std::string seconds_text(fmt::string_view pattern, double seconds) {
    const double shown = seconds > 0 ? seconds : 0;
    return fmt::vformat(pattern, fmt::make_format_args(shown));
  }

  actor_handle source_;
  std::string_view member_;
  double seconds_;
  std::size_t full_capacity_;
  std::string_view running_;
  double busy_ = 0;  // seconds
  std::size_t depth_ = 0;
  wait_edge::snapshot waits_;
  bool suspended_ = false;
  actor_handle awaits_;  // null if unknown
  std::string_view awaited_member_;
};

}  // namespace vicar::detail

#endif
