// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_DETAIL_WORLD_RUNNER_HPP
#define VICAR_DETAIL_WORLD_RUNNER_HPP

#include <cstdint>
#include <deque>
#include <exception>
#include <string>

#include <vicar/detail/cells/cell.hpp>
#include <vicar/detail/system/wait_word.hpp>
#include <vicar/detail/world/choice.hpp>
#include <vicar/detail/world/turns.hpp>

namespace vicar::detail {

/// A thread of a world: that of the test, of an actor, or one that was spawned.
struct runner {
  enum class state : std::uint8_t { unborn, ready, waiting, ended };

  runner_id id = 0;
  std::string name;
  turn* its_turn = nullptr;
  kept_threads::kept* thread = nullptr;
  state now = state::unborn;
  std::uint32_t steps = 0;       // how often it has come to a choice
  std::uint32_t about = 0;       // the object that its next step changes; 0 if unknown
  std::uint32_t polls = 0;       // in a row, while no other thread has run
  std::uint32_t snapshots = 0;   // likewise
  std::uint64_t enabled_at = 0;  // grows with each runner that becomes able to run

  // While it waits.
  const wait_word* word = nullptr;
  std::uint32_t expected = 0;
  std::int64_t deadline = 0;
  std::uint64_t waits_since = 0;  // grows with each wait
  bool woken = false;
  bool forced_out = false;  // its wait ends with world_ended
  bool idle = false;        // it waits for messages
  bool joins = false;       // it waits for the end of another runner

  // Of an actor.
  cell* actor = nullptr;
  struct sent_message {
    runner_id sender;
    std::string_view label;
    bool ordinary;
  };
  std::deque<sent_message> sent;  // the messages in its mailbox, for the trace
  std::uint64_t order_hash = 0;   // of the messages that it was sent, in order
  std::uint64_t sends = 0;
  std::int64_t running_since = 0;
  bool closing_noted = false;
  std::exception_ptr killed;  // it fails with this before its next message

  wait_word gone{0};  // 1 once it has ended

  std::uint32_t mailbox_object() const noexcept { return 16 + id; }
};

}  // namespace vicar::detail

#endif
