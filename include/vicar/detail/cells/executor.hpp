// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_CELLS_EXECUTOR_HPP
#define VICAR_DETAIL_CELLS_EXECUTOR_HPP

namespace vicar::detail {

class cell;
class mailbox;

/// Decides which thread runs an actor, and when. Between `start` and its end, each actor is run by one thread at a
/// time: that thread calls `cell::run` until it says `ended` or `left`. When `run` says `idle`, the thread arms the
/// mailbox, and the actor is run again after `wake`.
class executor {
 public:
  /// Takes an actor whose constructor has returned, and returns at once; the actor runs later, on another thread or
  /// this one. Throws `vicar::error` or `std::bad_alloc` if it cannot run: then the caller abandons it.
  virtual void start(cell& constructed) = 0;

  /// A message has come to an armed mailbox. Called by its sender, on any thread, once each time that the mailbox was
  /// armed. The actor may have been run by then, and freed: only the address may be used.
  virtual void wake(const mailbox& armed) noexcept = 0;

 protected:
  ~executor() = default;
};

}  // namespace vicar::detail

#endif
