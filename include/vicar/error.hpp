// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_ERROR_HPP
#define VICAR_ERROR_HPP

#include <vicar/detail/base/config.hpp>

#include <stdexcept>
#include <string>
#include <utility>

#include <vicar/detail/base/counted_handle.hpp>
#include <vicar/detail/base/late_string.hpp>
#include <vicar/fwd.hpp>

namespace vicar {

/// Base class of all errors of this library. The text reads `vicar: <what is wrong>; <how to fix it>` and names the
/// actor and, if there is one, the member. Errors can be copied and read from any thread.
class VICAR_SHARED error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The actor has stopped, or stopped before it handled this message. It will not handle it later: start another actor.
/// Also thrown in a child process made by fork(), for an actor started before.
class VICAR_SHARED actor_dead_error : public error {
 public:
  using error::error;
};

/// A wait that would never end because actors would wait for each other, or an actor for itself. Thrown by the wait
/// that would close the cycle, before it blocks; the text names the whole cycle. See `options::deadlock`.
class VICAR_SHARED deadlock_error : public error {
 public:
  using error::error;
};

/// The mailbox holds `options::mailbox_capacity` messages and the actor was started with `overflow::fail` or
/// `overflow::drop`; or with `overflow::drop_oldest`, and newer messages replaced this one.
class VICAR_SHARED mailbox_full_error : public error {
 public:
  using error::error;
};

/// The reply to `any_actor_ref::ask` if the actor takes no message of this type.
class VICAR_SHARED unhandled_message_error : public error {
 public:
  using error::error;
};

/// A step on the path to a traversable member was a null pointer or an empty optional when the message was handled.
class VICAR_SHARED null_step_error : public error {
 public:
  using error::error;
};

/// A member of a `fake` was used that the test does not answer: see `testing.hpp`.
class VICAR_SHARED unanswered_error : public error {
 public:
  using error::error;
};

/// A second value, exception or hook was stored in a promise.
class VICAR_SHARED promise_already_satisfied : public error {
 public:
  using error::error;
};

/// A promise was destroyed without a value, an exception or a hook.
class VICAR_SHARED broken_promise : public error {
 public:
  using error::error;
};

/// The value can only be moved, and was moved out through another handle or is still shared with one; or this handle
/// was moved from.
class VICAR_SHARED future_already_retrieved : public error {
 public:
  using error::error;
};

namespace detail {

/// A text that is formatted on the first read. Shared by all copies of an exception.
class VICAR_SHARED late_text : public counted<late_text> {
 public:
  virtual ~late_text() = default;

  const char* get() const noexcept {
    try {
      return text_.get([this] { return make(); }).c_str();
    } catch (...) {
      return "vicar: a wait timed out; its details could not be written because there is not enough memory";
    }
  }

 private:
  virtual std::string make() const = 0;

  late_string text_;
};
struct timeout_access;

}  // namespace detail

/// A wait timed out. The reply may still come: the future can be read again. If the timeout was passed to `get` of a
/// field, the message may not have entered a full mailbox; then it is not handled later. The text says which of them
/// happened, which actor did not answer what, and what that actor was doing at that moment.
class VICAR_SHARED timeout_error : public error {
 public:
  /// With a text of your own, for the hook of a future: see `future::from_hook`.
  explicit timeout_error(const std::string& text) : error{text} {}
  /// The text. Valid as long as any copy of the exception exists; may be read by several threads at once.
  const char* what() const noexcept override { return text_ ? text_->get() : error::what(); }

 private:
  friend struct detail::timeout_access;
  explicit timeout_error(detail::counted_handle<const detail::late_text> text)
      : error{"vicar: timeout"}, text_{std::move(text)} {}

  detail::counted_handle<const detail::late_text> text_;
};

namespace detail {

/// Makes a timeout_error whose text is formatted on the first read, for the rest of the library.
struct timeout_access {
  static timeout_error make(counted_handle<const late_text> text) { return timeout_error{std::move(text)}; }
};

}  // namespace detail

}  // namespace vicar

#endif
