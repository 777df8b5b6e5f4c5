// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CELLS_EXECUTOR_HPP
#define VICAR_DETAIL_CELLS_EXECUTOR_HPP

namespace vicar::detail {

class cell;
class mailbox;

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

 protected:
  ~executor() = default;
};

}  // namespace vicar::detail

#endif
