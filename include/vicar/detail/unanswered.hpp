// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_UNANSWERED_HPP
#define VICAR_DETAIL_UNANSWERED_HPP

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include <vicar/detail/time_limit.hpp>
#include <vicar/detail/wait_graph.hpp>
#include <vicar/error.hpp>

namespace vicar::detail {

/// What a timed-out wait says about the one who did not answer: taken when it happens, written when it is read.
class unanswered final : public late_text {
 public:
  unanswered(participant_handle source, std::string_view member, double seconds)
      : source_{std::move(source)}, member_{member}, seconds_{seconds} {
    if (!source_) return;
    running_ = source_->running();
    busy_ = time_limit::clock::now() - source_->running_since();
    depth_ = source_->depth();
    waits_ = wait_edge::from(*source_);
  }

 private:
  std::string make() const override {
    const std::string waited = fmt::format("{:g} s", seconds_ > 0 ? seconds_ : 0.0);
    if (!source_) {
      return fmt::format("vicar: no answer within {}; the promise is not yet kept: wait longer, or look at its owner",
                         waited);
    }
    return fmt::format(
        "vicar: {} did not answer {} within {}; it {} and {} {} in its mailbox: wait longer, or give it less to do",
        source_->title(), member_, waited, doing(), depth_, depth_ == 1 ? "message waits" : "messages wait");
  }

  std::string doing() const {
    if (running_.empty()) return "is handling no message";
    std::string text =
        fmt::format("is running {} for {:.1f} s so far", running_, busy_.count() > 0 ? busy_.count() : 0);
    if (waits_.target) text += fmt::format(", waiting for {}.{},", waits_.target->name(), waits_.what);
    return text;
  }

  participant_handle source_;
  std::string_view member_;
  double seconds_;
  std::string_view running_;
  std::chrono::duration<double> busy_{};
  std::size_t depth_ = 0;
  wait_edge::look waits_;
};

}  // namespace vicar::detail

#endif
