// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_UNANSWERED_HPP
#define VICAR_DETAIL_UNANSWERED_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include <vicar/detail/wait_graph.hpp>
#include <vicar/error.hpp>

namespace vicar::detail {

/// What a timed-out wait says about the one who did not answer: taken when it happens, written when it is read.
class unanswered final : public late_text {
 public:
  unanswered(participant_handle source, std::string_view member, double seconds)
      : source_{std::move(source)},
        member_{member},
        running_{source_ ? source_->running() : std::string_view{}},
        depth_{source_ ? source_->depth() : 0},
        seconds_{seconds} {}

 private:
  std::string make() const override {
    const std::string waited = fmt::format("{:g} s", seconds_ > 0 ? seconds_ : 0.0);
    if (!source_) {
      return fmt::format("vicar: no answer within {}; the promise is not yet kept: wait longer, or look at its owner",
                         waited);
    }
    const std::string doing = running_.empty() ? "is handling no message" : fmt::format("is running {}", running_);
    return fmt::format(
        "vicar: {} did not answer {} within {}; it {} and {} {} in its mailbox: wait longer, or give it less to do",
        source_->title(), member_, waited, doing, depth_, depth_ == 1 ? "message waits" : "messages wait");
  }

  participant_handle source_;
  std::string_view member_;
  std::string_view running_;
  std::size_t depth_;
  double seconds_;
};

}  // namespace vicar::detail

#endif
