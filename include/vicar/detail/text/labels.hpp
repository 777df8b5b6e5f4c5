// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_TEXT_LABELS_HPP
#define VICAR_DETAIL_TEXT_LABELS_HPP

#include <string_view>

namespace vicar::detail {

/// The names, in logs, errors and statistics, of messages that do not call a user's member.
inline constexpr std::string_view stop_label = "stop";
inline constexpr std::string_view on_start_label = "on_start";
inline constexpr std::string_view on_stop_label = "on_stop";
inline constexpr std::string_view on_failure_label = "on_failure";
inline constexpr std::string_view destructor_label = "the destructor";
inline constexpr std::string_view on_receive_label = "on_receive";
inline constexpr std::string_view snapshot_label = "snapshot";

}  // namespace vicar::detail

#endif
