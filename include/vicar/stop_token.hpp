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

/// Shows a long-running method whether its actor was asked to stop.
using stop_token = std::stop_token;
/// The source of an actor's stop tokens.
using stop_source = std::stop_source;
/// Constructs a stop source that has no tokens.
using std::nostopstate;

#else  // the standard library has no std::stop_token: the subset that an actor needs

class stop_token {
 public:
  stop_token() = default;
  bool stop_requested() const noexcept {
    // Acquires what the requesting thread did before the request, like the tokens of the standard.
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
    // Releases what this thread did; acquires what the thread of an earlier request did before it.
    return requested_ && !requested_->exchange(true, std::memory_order_acq_rel);
  }

 private:
  std::shared_ptr<std::atomic<bool>> requested_;
};

#endif

}  // namespace vicar

#endif
