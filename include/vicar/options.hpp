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

/// `options::mailbox_capacity` of a mailbox that takes any number of messages.
inline constexpr std::size_t unbounded = static_cast<std::size_t>(-1);

/// What happens to a message that finds the mailbox full. Stop requests always find space.
enum class overflow : unsigned char {
  block,        ///< the sender waits until there is space or the actor dies
  fail,         ///< `tell` and `defer` throw `mailbox_full_error`, the future of a call carries it
  drop,         ///< the message is dropped and counted; the future of a call carries `mailbox_full_error`
  drop_oldest,  ///< the message is accepted, and the oldest one that waits is dropped and counted, on the thread of the
                ///< sender: it destroys the arguments; the future of a call carries `mailbox_full_error`
};

/// What happens when an actor is about to wait, without a limit, in a circle of actors that wait for each other.
enum class deadlock_policy : unsigned char {
  fail,  ///< before it blocks, the wait throws a `deadlock_error` that names the circle
  log,   ///< the circle is logged as an error, and the actor waits
  off,   ///< the actor waits
};

/// The thread of an actor.
struct thread_options {
  /// False: the thread may have run other actors before. It starts this one as a new thread would in everything that is
  /// set again or compared (docs/guide/threads.md has the list), and starts fast. True: a new thread, which ends with
  /// the actor; it has everything else from its beginning, too, such as `thread_local` objects and privileges.
  bool own = false;
};

/// `options::thread` of an actor with a new thread, which ends with the actor.
inline constexpr thread_options own_thread{.own = true};

namespace detail {

/// In the first place of a class whose fields are set by name alone: `{"text"}` is not such a list.
struct fields_by_name {
  explicit constexpr fields_by_name() = default;
};

}  // namespace detail

/// How an actor is started. The fields are set by name: `{.name = "pump"}`. Given to `start`, or once for a class as
/// `static constexpr vicar::options actor_options{...};`. The ones given to `start` replace those of the class as a
/// whole.
struct options {
  /// Takes no value, so that an actor's argument in braces is not taken for options.
  [[no_unique_address]] detail::fields_by_name by_name = detail::fields_by_name{};
  /// Name of the actor and its thread (the system shows the first 15 characters). Copied. Empty: class name and a
  /// running number.
  std::string_view name = {};
  /// How many messages may wait. Zero is an error.
  std::size_t mailbox_capacity = unbounded;
  /// What happens to a message that finds no space.
  overflow on_overflow = overflow::block;
  /// What happens when a wait of this actor would close a circle. Each actor decides for its own waits.
  deadlock_policy deadlock = deadlock_policy::fail;
  /// The end of the program tells this actor to stop, but does not wait for it.
  bool daemon = false;
  /// Which thread it runs on: by default a new one or one that an actor before it has left, or `vicar::own_thread`.
  thread_options thread = {};
};

/// A look at an actor from outside: each number is right by itself, together they may be a few messages apart.
struct actor_stats {
  std::size_t mailbox_depth = 0;  ///< messages that wait, without the one being handled
  std::uint64_t processed = 0;    ///< messages handled, failed ones included
  std::uint64_t failed = 0;       ///< messages whose handling threw
  std::uint64_t dropped =
      0;  ///< messages lost to `overflow::drop` or `drop_oldest`, or left over when the actor stopped
  std::string_view running_member;  ///< what the actor does now; empty when it waits for a message
  /// Since when, on a coarse clock (milliseconds). Meaningful while `running_member` is not empty.
  std::chrono::steady_clock::time_point running_since;
};

}  // namespace vicar

#endif
