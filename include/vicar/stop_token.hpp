// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_STOP_TOKEN_HPP
#define VICAR_STOP_TOKEN_HPP

#include <vicar/detail/base/config.hpp>

#include <version>

#if defined(__cpp_lib_jthread)
#include <stop_token>
#else
#include <atomic>
#include <memory>
#include <utility>
#endif

namespace vicar {

#if defined(__cpp_lib_jthread)

/// Tells a long-running method that its actor was asked to stop.
using stop_token = std::stop_token;
/// What an actor's stop tokens come from.
using stop_source = std::stop_source;
/// Makes a stop source that none come from yet.
using std::nostopstate;

#else  // a standard library without std::stop_token: what an actor needs of it

class stop_token {
 public:
  stop_token() = default;
  bool stop_requested() const noexcept {
    // Acquires what the thread did that requested the stop, as the tokens of the standard do.
    return requested_ && requested_->load(std::memory_order_acquire);
  }
  bool stop_possible() const noexcept { return requested_ != nullptr; }

 private:
  friend class stop_source;
  explicit stop_token(std::shared_ptr<const std::atomic<bool>> requested) noexcept : requested_{std::move(requested)} {}
  std::shared_ptr<const std::atomic<bool>> requested_;
};

struct nostopstate_t {};
inline constexpr nostopstate_t nostopstate{};

class stop_source {
 public:
  stop_source() : requested_{std::make_shared<std::atomic<bool>>(false)} {}
  explicit stop_source(nostopstate_t) noexcept {}
  bool stop_possible() const noexcept { return requested_ != nullptr; }
  stop_token get_token() const noexcept { return stop_token{requested_}; }
  bool request_stop() noexcept {
    // Releases what this thread did; acquires what a thread did that requested the stop before.
    return requested_ && !requested_->exchange(true, std::memory_order_acq_rel);
  }

 private:
  std::shared_ptr<std::atomic<bool>> requested_;
};

#endif

}  // namespace vicar

#endif
