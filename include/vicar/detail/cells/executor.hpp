// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CELLS_EXECUTOR_HPP
#define VICAR_DETAIL_CELLS_EXECUTOR_HPP

#include <string_view>

#include <vicar/detail/mailbox/mailbox.hpp>

namespace vicar::detail {

class cell;
class guarding_executor;
class time_limit;

/// Decides which thread runs an actor, and when. From `start` until the actor ends, one thread at a time runs it: the
/// thread calls `cell::run` until that returns `ended` or `left`. When `run` returns `idle`, the thread arms the
/// mailbox, and the actor runs again after `wake`, or at once if the mailbox cannot be armed.
///
/// The executor holds a reference to the actor until then. After `ended`, it calls `cell::answer_stop_requests`, and
/// gives up the reference. After `left`, which `run` returns in a child of fork(), it exits the process. For an actor
/// that is not a daemon, it has an entry in the `exit_list` from before `start` returns until all of that is done.
class executor {
 public:
  /// Accepts an actor whose constructor has returned, and returns immediately; the actor runs later, on another thread
  /// or this one. Throws `vicar::error` or `std::bad_alloc` if it cannot run: then the caller abandons it.
  virtual void start(cell& constructed) = 0;

  /// Called by the sender of a message to an armed mailbox, on any thread, once each time the mailbox was armed. By
  /// then the actor may have run and been freed: only the mailbox's address may be used.
  virtual void wake(const mailbox& armed) noexcept = 0;

  /// This object, if it wants to see each message before it is pushed.
  virtual guarding_executor* guard() noexcept { return nullptr; }

 protected:
  ~executor() = default;
};

/// An executor that sees each message before it is pushed; the mailboxes of its actors are guarded.
class guarding_executor : public executor {
 public:
  /// Called instead of a push, on the sender's thread: passes the message on with `cell::deliver_past_guard`, at once
  /// or later.
  virtual mailbox::push_result deliver(cell& to, message& envelope, std::string_view label,
                                       const time_limit& limit) = 0;
  /// As `deliver`, but never waits.
  virtual mailbox::push_result offer(cell& to, message& envelope) = 0;
  /// Before a request to stop is pushed.
  virtual void before_stop(cell& stopped) = 0;
  /// Before a message that resumes a coroutine, or runs a continuation, is pushed.
  virtual void before_resumption(cell& resumed, std::string_view label) noexcept = 0;
  guarding_executor* guard() noexcept final { return this; }

 protected:
  ~guarding_executor() = default;
};

}  // namespace vicar::detail

#endif
