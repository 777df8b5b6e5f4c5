// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_OPTIONS_HPP
#define VICAR_OPTIONS_HPP

#include <vicar/detail/base/config.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <vicar/detail/base/chrono.hpp>
#include <vicar/fwd.hpp>

namespace vicar {

/// `options::mailbox_capacity` of a mailbox without a limit.
inline constexpr std::size_t unbounded = static_cast<std::size_t>(-1);

/// What happens to a message when the mailbox is full. Stop requests are always accepted.
enum class overflow : unsigned char {
  block,        ///< the sender waits until there is space or the actor ends
  fail,         ///< `tell` and `defer` throw `mailbox_full_error`; the future of a call carries it
  drop,         ///< the message is dropped and counted; the future of a call carries `mailbox_full_error`
  drop_oldest,  ///< the message is accepted, and the oldest pending one is dropped and counted, on the sender's thread,
                ///< which destroys its arguments; the future of a call carries `mailbox_full_error`
};

/// What happens when an actor is about to wait, without a timeout, in a cycle of actors that wait for each other.
enum class deadlock_policy : unsigned char {
  fail,  ///< before it blocks, the wait throws a `deadlock_error` that names the cycle
  log,   ///< the cycle is logged as an error, and the actor waits
  off,   ///< the actor waits
};

/// Options for the thread of an actor.
struct thread_options {
  /// False: the thread may have run other actors before. Everything that can be reset or compared is as on a new thread
  /// (docs/guide/threads.md has the list), and the start is fast. True: a new thread, which ends with the actor;
  /// everything else is new, too, such as `thread_local` objects and privileges.
  bool own = false;
};

/// `options::thread` of an actor with a new thread, which ends with the actor.
inline constexpr thread_options own_thread{.own = true};

namespace detail {

/// The first field of a class whose fields are set only by name: `{"text"}` does not convert to that class.
struct fields_by_name {
  explicit constexpr fields_by_name() = default;
};

}  // namespace detail

/// How an actor is started. The fields are set by name: `{.name = "pump"}`. Passed to `start`, or declared once for a
/// class as `static constexpr vicar::options actor_options{...};`. Options passed to `start` replace all of the
/// class's.
struct options {
  /// Takes no value, so that an actor's argument in braces does not convert to options.
  [[no_unique_address]] detail::fields_by_name by_name = detail::fields_by_name{};
  /// Name of the actor and its thread (the system shows the first 15 characters). Copied. If empty: the class name and
  /// a running number.
  std::string_view name = {};
  /// How many messages may be pending. Zero is an error.
  std::size_t mailbox_capacity = unbounded;
  /// What happens to a message when the mailbox is full.
  overflow on_overflow = overflow::block;
  /// What happens when a wait of this actor would close a cycle. Each actor decides for its own waits.
  deadlock_policy deadlock = deadlock_policy::fail;
  /// If true, the end of the program asks this actor to stop, but does not wait for it.
  bool daemon = false;
  /// Whether the actor handles other messages while one of its coroutines (`vicar::task`) awaits something. If false,
  /// each `co_await` keeps the actor to itself, as `co_await vicar::exclusively(f)` does.
  bool interleaving = true;
  /// Which thread it runs on: by default a new one or one left by an earlier actor, or `vicar::own_thread`.
  thread_options thread = {};
};

/// A snapshot of an actor, taken from outside: each number is correct by itself, but they may be a few messages apart.
struct actor_stats {
  std::size_t mailbox_depth = 0;  ///< pending messages, without the one being handled
  std::uint64_t processed = 0;    ///< messages handled, failed ones included
  std::uint64_t failed = 0;       ///< messages whose handling threw
  std::uint64_t dropped =
      0;  ///< messages lost to `overflow::drop` or `drop_oldest`, or left over when the actor stopped
  std::size_t suspended = 0;        ///< coroutines that await something
  std::string_view running_member;  ///< what the actor does now; empty while it waits for a message
  /// When that began, on a coarse clock (milliseconds). Meaningful while `running_member` is not empty.
  std::chrono::steady_clock::time_point running_since;
};

}  // namespace vicar

#endif
