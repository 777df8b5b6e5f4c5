// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_STOP_TOKEN_HPP
#define VICAR_STOP_TOKEN_HPP

#include <vicar/detail/config.hpp>

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
  // Relaxed: the flag publishes nothing, it only asks.
  bool stop_requested() const noexcept { return requested_ && requested_->load(std::memory_order_relaxed); }
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
  // Relaxed: as above.
  bool request_stop() noexcept { return requested_ && !requested_->exchange(true, std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<bool>> requested_;
};

#endif

}  // namespace vicar

#endif
