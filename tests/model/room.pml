// SPDX-License-Identifier: BSL-1.0
// Waiting for room: senders to a mailbox with a capacity, and who releases them.
//
// Stands for mailbox::push, room_wait, lacks_room, begin, notify_room, unused_chunk::make and close (mailbox.hpp), and
// cell::deliver and wait_for_room (cell.hpp). That actors wait in a circle is wait_graph_room.pml's matter.
//
// Checked:
// - never more messages than the capacity wait;
// - no sender sleeps for ever while there is room, or once the mailbox is closed;
// - a sender that was woken for room and cannot allocate passes the room on.
//
// Orders: `blocked` and `handled` are two words that each side writes one of before it reads the other; all four are
// sequentially consistent. `room` is raised with release after `handled` was stored, and read with acquire before it is
// compared, so who sees the new number sees the room. `pushed` and `closed` are written under the lock.
//
// WITH_capacity_of_two: two messages may wait.
// BREAK_look_before_handled (invalid end state): begin asks for blocked senders before it says that there is room.
// BREAK_look_before_blocked (invalid end state): a sender looks for room before it says that it waits.
// BREAK_read_room_late (invalid end state): a sender reads `room` after it has looked for room.
// BREAK_wake_without_number (invalid end state): notify_room wakes, but leaves `room` as it was.
// BREAK_keep_room (invalid end state): a sender that cannot allocate keeps to itself that there is room.
// BREAK_close_wakes_one (invalid end state): close wakes one of them.
// BREAK_close_unlocked (invalid end state): close raises `room` before it says that the mailbox is closed.
// BREAK_room_unlocked (assertion violated): push looks for room before it has the lock.
// BREAK_room_once (assertion violated): push, back from allocating, does not look for room again.

#include "waiting.inc"

#define SENDERS 3
#ifdef WITH_capacity_of_two
#define CAPACITY 2
#else
#define CAPACITY 1
#endif

byte pushed;
byte handled;
byte room;
byte sleepers; // on room
byte blocked;
bool closed;

byte waiting; // messages that were pushed and not begun
bool needs_chunk = true; // one push will
byte ended;

mtype = { accepted, is_full, is_closed, allocates };

#define has_room(number_handled) (pushed - number_handled < CAPACITY)

inline notify_room() {
#ifndef BREAK_wake_without_number
  room++;
#endif
  wake_one(sleepers)
}

#if defined(BREAK_room_unlocked)
#define may_land room_seen
#elif defined(BREAK_room_once)
#define may_land (has_chunk || has_room(handled))
#else
#define may_land has_room(handled)
#endif

// What is done under the lock is one step: of what it touches, others see `handled` alone without the lock, and that is
// read once.
inline push() {
#ifdef BREAK_room_unlocked
  room_seen = has_room(handled);
#endif
  atomic {
    if
    :: closed -> result = is_closed
    :: !closed && !may_land -> result = is_full
    :: !closed && may_land ->
      pushed++;
      waiting++;
      assert(waiting <= CAPACITY);
      to_send--;
      result = accepted
    :: !closed && may_land && needs_chunk -> needs_chunk = false; result = allocates
    fi;
    has_chunk = false
  }
}

inline allocate() {
  if
  :: d_step { has_chunk = true; result = accepted } // and the push begins again
  :: d_step { to_send--; result = accepted }; // there is no memory, and the caller is told
#ifndef BREAK_keep_room
    notify_room()
#endif
  fi
}

inline sleep_unless_room() {
  if
  :: closed
  :: !closed ->
    number = handled;
    if
    :: has_room(number)
    :: else ->
#ifdef BREAK_read_room_late
      before = room;
#endif
#ifdef BREAK_look_before_blocked
      blocked++;
#endif
      sleep_while(room, sleepers, before)
    fi
  fi
}

inline wait_for_room() {
#ifndef BREAK_look_before_blocked
  blocked++;
#endif
#ifndef BREAK_read_room_late
  before = room;
#endif
  sleep_unless_room();
  d_step {
    blocked--;
    before = 0;
    number = 0;
    result = accepted
  }
}

proctype sender(byte to_send) {
  byte before, number;
  mtype result = accepted;
  bool has_chunk, room_seen;
  do
  :: to_send > 0 && result != is_closed ->
    push();
    if
    :: result == is_full -> wait_for_room()
    :: result == allocates -> allocate()
    :: result == accepted || result == is_closed
    fi
  :: to_send == 0 || result == is_closed -> break
  od;
  ended++
}

inline begin() {
#ifdef BREAK_look_before_handled
  is_blocked = blocked != 0;
#endif
  d_step {
    handled++;
    waiting--
  };
#ifndef BREAK_look_before_handled
  is_blocked = blocked != 0;
#endif
  if
  :: is_blocked -> notify_room()
  :: else
  fi;
  is_blocked = false
}

inline close() {
#ifndef BREAK_close_unlocked
  closed = true;
#endif
  room++;
#ifdef BREAK_close_wakes_one
  wake_one(sleepers);
#else
  wake_all(sleepers);
#endif
#ifdef BREAK_close_unlocked
  closed = true
#endif
}

// It ends before the first message, after any one, or not at all: never because a sender sleeps.
proctype consumer() {
  bool is_blocked;
  bool ending;
  do
  :: atomic {
      !ending ->
      if
      :: true
      :: ending = true
      fi
    };
    if
    :: waiting > 0 && !ending -> begin()
    :: ended == SENDERS && waiting == 0 && !ending -> break
    :: ending -> close()
    fi
  :: ending && waiting > 0 -> begin()
  :: ending && waiting == 0 -> break
  od
}

init {
  atomic {
    run sender(2);
    run sender(1);
    run sender(1);
    run consumer()
  };
  ended == SENDERS && waiting == 0;
  assert(blocked == 0)
}

ltl everybody_ends { <> (ended == SENDERS) }
