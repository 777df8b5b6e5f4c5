// SPDX-License-Identifier: BSL-1.0
// Waiting for space: senders to a mailbox with a capacity, and what releases them.
//
// Stands for mailbox::push, space_wait, lacks_space, begin, begin_bounded, pass_space_on, allocate and close
// (mailbox/mailbox.hpp), wake_some (system/wait_word.hpp), and cell::deliver and wait_for_space (cells/cell.hpp). That
// actors wait in a cycle is modelled in wait_graph_room.pml, the end of a wait by a timeout in future.pml.
//
// Checked:
// - there are never more pending messages than the capacity;
// - no sender sleeps forever while half of the capacity is free, or once the mailbox is closed;
// - a sender that was woken for space and cannot allocate passes the space on;
// - WITH_long_message: no sender sleeps forever while there is any space.
//
// Orders: the mark in `space_` and `handled` are two words; each side writes one before it reads the other; all
// four are sequentially consistent. The number in `space_` is raised with release after `handled` was stored, and read
// with acquire, so a sender that sees the new number sees the space. `pushed` and `closed` are written under the lock;
// the consumer reads `pushed` after the mark, which the sender set after it had seen the mailbox full.
//
// WITH_capacity_of_two: two messages may be pending.
// WITH_capacity_of_three: three messages may be pending, and senders sleep until there is space for two.
// WITH_long_message: the same, and the consumer stays in its first message until all senders have sent.
// BREAK_look_before_handled (invalid end state): begin_bounded checks for waiting senders before it publishes that there is
//   space.
// BREAK_look_before_mark (invalid end state): a sender checks for space before it publishes that it waits.
// BREAK_read_space_late (invalid end state): a sender reads `space_` once more after it has checked for space.
// BREAK_keep_space (invalid end state): a sender that cannot allocate does not pass the space on.
// BREAK_close_wakes_one (invalid end state): close wakes one of the senders.
// BREAK_close_unlocked (invalid end state): close raises `space_` before it publishes that the mailbox is closed.
// BREAK_forget_others (invalid end state): begin_bounded wakes some senders, and clears the mark of the others.
// BREAK_never_look (invalid end state): WITH_long_message, and a sleeping sender does not poll.
// BREAK_space_unlocked (assertion violated): push checks for space before it has the lock.
// BREAK_space_once (assertion violated): push does not check for space again after allocating.

#if defined(WITH_long_message) || defined(BREAK_never_look)
#define LONG_MESSAGE
#endif
#define SENDERS 3
#if defined(LONG_MESSAGE) || defined(WITH_capacity_of_three)
#define CAPACITY 3
#elif defined(WITH_capacity_of_two)
#define CAPACITY 2
#else
#define CAPACITY 1
#endif

byte pushed;
byte handled;
byte space_; // the lowest bit: a sender waits
byte sleepers; // on space_
bool closed;

#if defined(LONG_MESSAGE) && !defined(BREAK_never_look)
#define PATIENCE_ENDS (pushed - handled < CAPACITY)
#endif
#include "waiting.inc"

byte waiting; // pushed messages that were not begun
bool needs_chunk = true; // one push will
byte ended;

#define awaited 1
#define next_number 2

#ifdef WITH_capacity_of_three
#define FIRST_SENDS 3
#else
#define FIRST_SENDS 2
#endif

mtype = { accepted, is_full, is_closed, allocates };

#define has_room(number_handled) (pushed - number_handled < CAPACITY)

inline pass_space_on() {
  space_ = space_ + next_number;
  wake_one(sleepers)
}

#if defined(BREAK_space_unlocked)
#define may_land room_seen
#elif defined(BREAK_space_once)
#define may_land (has_chunk || has_room(handled))
#else
#define may_land has_room(handled)
#endif

// A critical section is one step: of the data in it, others see `handled` alone without the lock, and that is
// read once.
inline push() {
#ifdef BREAK_space_unlocked
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
  :: d_step { to_send--; result = accepted }; // the allocation failed, and the caller gets an error
#ifndef BREAK_keep_space
    pass_space_on()
#endif
  fi
}

inline sleep() {
  do
  :: closed -> break
  :: !closed ->
    number = handled;
    if
    :: has_room(number) -> break
    :: else ->
#ifdef BREAK_read_space_late
      before = space_;
#endif
#ifdef BREAK_look_before_mark
      mark();
#endif
      sleep_while(space_, sleepers, before);
      if
      :: space_ != before -> break
      :: else
      fi
    fi
  od
}

inline mark() {
  atomic {
    space_ = space_ | awaited;
    before = space_
  }
}

inline wait_for_space() {
#ifndef BREAK_look_before_mark
  mark();
#endif
  sleep();
  atomic {
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
    :: result == is_full -> wait_for_space()
    :: result == allocates -> allocate()
    :: result == accepted || result == is_closed
    fi
  :: to_send == 0 || result == is_closed -> break
  od;
  ended++
}

inline begin() {
#ifdef BREAK_look_before_handled
  is_awaited = space_ & awaited;
#endif
  d_step {
    handled++;
    waiting--
  };
#ifndef BREAK_look_before_handled
  is_awaited = space_ & awaited;
#endif
  space = CAPACITY - (pushed - handled);
  if
  :: is_awaited && CAPACITY - space <= CAPACITY / 2 ->
    space_ = space_ + awaited;
    wake_some(sleepers, space, more);
#ifndef BREAK_forget_others
    if
    :: more -> space_ = space_ | awaited
    :: else
    fi
#endif
  :: else
  fi;
  atomic {
    is_awaited = false;
    more = false;
    space = 0
  }
}

inline close() {
#ifndef BREAK_close_unlocked
  closed = true;
#endif
  space_ = space_ + next_number;
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
  byte space;
  bool is_awaited, more;
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
    :: waiting > 0 && !ending ->
      begin();
#ifdef LONG_MESSAGE
      if
      :: handled == 1 -> ended == SENDERS
      :: else
      fi
#endif
    :: ended == SENDERS && waiting == 0 && !ending -> break
    :: ending -> close()
    fi
  :: ending && waiting > 0 -> // as in begin, and no sender waits for space any more
    d_step {
      handled++;
      waiting--
    }
  :: ending && waiting == 0 -> break
  od
}

init {
  atomic {
    run sender(FIRST_SENDS);
    run sender(1);
    run sender(1);
    run consumer()
  };
  ended == SENDERS && waiting == 0
}

ltl everybody_ends { <> (ended == SENDERS) }
