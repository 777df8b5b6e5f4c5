// SPDX-License-Identifier: BSL-1.0
// Deadlocks through full mailboxes: an actor that sleeps until there is space, and the one that would free it.
//
// Stands for cell::deliver and wait_for_space (cells/cell.hpp), actor_record::about_to_wait (wait/actor_record.hpp),
// mailbox::space_wait, lacks_space, begin, begin_bounded and offer_space_to_all (mailbox/mailbox.hpp), and wait_edge
// (wait/wait_graph.hpp).
//
// Space is not a reply: another sender may take it. So a sender may appear about to continue, and then sleep anyway.
// With a capacity of three it may also sleep while there is space, until half of the capacity is free. That it polls
// after a while is left out: that detects no deadlock.
//
// Checked, with an actor that calls one of two others in a message, which send to it, beside a thread that does, too:
// - no actors wait for each other forever: one of them gets an error;
// - an actor that gets an error would have waited forever.
//
// Orders: as in room.pml and wait_graph.pml. The check for space is one step here, several in room.pml.
//
// WITH_capacity_of_three: three messages may be pending.
// BREAK_number_late (invalid end state): a sender publishes that it waits, and reads `space_`, after its walk.
// BREAK_sleep_unseen (invalid end state): a sender that saw space at its walk checks once more, and sleeps.
// BREAK_offer_nothing (invalid end state): an actor that is about to wait does not wake the senders that wait for space in its mailbox.
// BREAK_offer_late (invalid end state): it offers its space after its walk, if there still is some.
// BREAK_offer_none_of_three (invalid end state): as BREAK_offer_nothing, with a capacity of three.
// BREAK_stale_edges (assertion violated): an edge counts although there is space.

#include "waiting.inc"

#define SENDERS 2
#if defined(WITH_capacity_of_three) || defined(BREAK_offer_none_of_three)
#define CAPACITY 3
#else
#define CAPACITY 1
#endif

// The mailbox of the handler. A critical section is one step.
byte pushed, handled;
byte space_; // the lowest bit: a sender waits
byte sleepers; // on space_
#define awaited 1
#define lacks_space (pushed - handled >= CAPACITY)

// The handler asks one of the senders, once.
#define NOBODY SENDERS
byte asked = NOBODY;
bool answered;

// The graph.
bool held;
bool sender_waits[SENDERS]; // for space in the mailbox of the handler
bool handler_waits;         // for the reply of the called one
byte ended;

// Returns `lands`.
inline push() {
  d_step {
    lands = !lacks_space;
    if
    :: lands -> pushed++
    :: else
    fi
  }
}

inline say_that_it_waits() {
  atomic {
    space_ = space_ | awaited;
    before = space_
  }
}

// An actor that sends, and then answers.
proctype sender(byte self, to_send) {
  byte before;
  bool lands, pending, told;
  do
  :: to_send == 0 || told -> break
  :: to_send > 0 && !told ->
    push();
    if
    :: lands -> to_send--
    :: !lands ->
#ifndef BREAK_number_late
      say_that_it_waits();
#endif
      lock(held);
      pending = lacks_space;
      if
      :: pending && handler_waits && asked == self && !answered ->
        d_step {
          assert(lacks_space && !answered);
          told = true
        }
      :: else -> sender_waits[self] = true
      fi;
      unlock(held);
#ifdef BREAK_number_late
      say_that_it_waits();
#endif
      if
#ifdef BREAK_sleep_unseen
      :: !told && lacks_space ->
#else
      :: !told && pending && lacks_space ->
#endif
        sleep_while(space_, sleepers, before)
      :: else
      fi;
      d_step {
        !held ->
        sender_waits[self] = false;
        before = 0;
        pending = false
      }
    fi
  od;
  ended++;
  do
  :: asked == self -> answered = true; break
  :: asked != self && asked != NOBODY -> break
  od
}

proctype outsider() {
  byte before;
  bool lands;
  do
  :: push();
    if
    :: lands -> break
    :: !lands ->
      say_that_it_waits();
      if
      :: lacks_space -> sleep_while(space_, sleepers, before)
      :: !lacks_space
      fi;
      before = 0
    fi
  od;
  ended++
}

inline offer_space_to_all() {
  if
  :: (space_ & awaited) && !lacks_space ->
    space_ = space_ + awaited;
    wake_all(sleepers)
  :: else
  fi
}

inline ask() {
  if
  :: asked = 0
  :: asked = 1
  fi;
  lock(held);
#if !defined(BREAK_offer_late) && !defined(BREAK_offer_nothing) && !defined(BREAK_offer_none_of_three)
  offer_space_to_all();
#endif
  if
#ifdef BREAK_stale_edges
  :: !answered && sender_waits[asked] ->
#else
  :: !answered && sender_waits[asked] && lacks_space ->
#endif
    d_step {
      assert(lacks_space && !answered);
      told = true
    }
  :: else -> handler_waits = true
  fi;
#ifdef BREAK_offer_late
  offer_space_to_all();
#endif
  unlock(held);
  if
  :: told
  :: !told -> answered
  fi;
  d_step {
    !held ->
    handler_waits = false
  }
}

// It calls in one of its messages, or when no thread sends any more.
proctype handler() {
  byte space;
  bool told, more;
  do
  :: handled < pushed ->
    handled++;
    if
    :: (space_ & awaited) && pushed - handled <= CAPACITY / 2 ->
      atomic {
        space = CAPACITY - (pushed - handled);
        space_ = space_ + awaited
      };
      wake_some(sleepers, space, more);
      if
      :: more -> space_ = space_ | awaited; more = false
      :: else
      fi
    :: else
    fi;
    if
    :: true
    :: asked == NOBODY -> ask()
    fi
  :: ended == SENDERS + 1 && handled == pushed -> break
  od;
  if
  :: asked == NOBODY -> asked = 0
  :: asked != NOBODY
  fi
}

init {
  atomic {
    run sender(0, (CAPACITY == 3 -> 4 : 2));
    run sender(1, 1);
    run outsider();
    run handler()
  }
}
