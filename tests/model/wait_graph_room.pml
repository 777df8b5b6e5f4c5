// SPDX-License-Identifier: BSL-1.0
// Deadlocks through full mailboxes: an actor that sleeps until there is room, and the one that would make it.
//
// Stands for cell::deliver, wait_for_room and about_to_wait (cell.hpp), mailbox::room_wait, lacks_room, begin,
// notify_room and offer_room_to_all (mailbox.hpp), and wait_edge (wait_graph.hpp).
//
// Room is no answer: somebody else may take it. So a sender may be seen as about to go on, and then sleep all the same.
//
// Checked, with an actor that asks one of two others in a message, which send to it, beside a thread that does, too:
// - no actors wait for each other for ever: one of them is told;
// - whoever is told would have waited for ever.
//
// Orders: as in room.pml and wait_graph.pml. Whether there is room is asked in one step here, in several in room.pml.
//
// BREAK_number_late (invalid end state): a sender says that it is blocked, and reads `room`, after its walk.
// BREAK_sleep_unseen (invalid end state): a sender that saw room at its walk asks once more, and sleeps.
// BREAK_offer_nothing (invalid end state): who is about to wait leaves those asleep who wait for its room.
// BREAK_offer_late (invalid end state): it offers its room after its walk, if there still is some.
// BREAK_stale_edges (assertion violated): an edge counts although there is room.

#include "waiting.inc"

#define SENDERS 2
#define ROOM 1

// The mailbox of the handler. What is done under its lock is one step.
byte pushed, handled, room, blocked;
byte sleepers; // on room
#define lacks_room (pushed - handled >= ROOM)

// The handler asks one of the senders, once.
#define NOBODY SENDERS
byte asked = NOBODY;
bool answered;

// The graph.
bool held;
bool sender_waits[SENDERS]; // for room in the mailbox of the handler
bool handler_waits;         // for the answer of the one that it asked
byte ended;

// Gives `lands`.
inline push() {
  d_step {
    lands = !lacks_room;
    if
    :: lands -> pushed++
    :: else
    fi
  }
}

inline say_blocked() {
  blocked++;
  before = room
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
      say_blocked();
#endif
      lock(held);
      pending = lacks_room;
      if
      :: pending && handler_waits && asked == self && !answered ->
        d_step {
          assert(lacks_room && !answered);
          told = true
        }
      :: else -> sender_waits[self] = true
      fi;
      unlock(held);
#ifdef BREAK_number_late
      say_blocked();
#endif
      if
#ifdef BREAK_sleep_unseen
      :: !told && lacks_room ->
#else
      :: !told && pending && lacks_room ->
#endif
        sleep_while(room, sleepers, before)
      :: else
      fi;
      d_step {
        !held ->
        sender_waits[self] = false;
        blocked--;
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
      say_blocked();
      if
      :: lacks_room -> sleep_while(room, sleepers, before)
      :: !lacks_room
      fi;
      d_step {
        blocked--;
        before = 0
      }
    fi
  od;
  ended++
}

inline offer_room_to_all() {
  if
  :: blocked != 0 && !lacks_room ->
    room++;
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
#if !defined(BREAK_offer_late) && !defined(BREAK_offer_nothing)
  offer_room_to_all();
#endif
  if
#ifdef BREAK_stale_edges
  :: !answered && sender_waits[asked] ->
#else
  :: !answered && sender_waits[asked] && lacks_room ->
#endif
    d_step {
      assert(lacks_room && !answered);
      told = true
    }
  :: else -> handler_waits = true
  fi;
#ifdef BREAK_offer_late
  offer_room_to_all();
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

// It asks in one of its messages, or when nobody sends any more.
proctype handler() {
  bool told;
  do
  :: handled < pushed ->
    handled++;
    if
    :: blocked != 0 -> room++; wake_one(sleepers)
    :: blocked == 0
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
    run sender(0, 2);
    run sender(1, 1);
    run outsider();
    run handler()
  }
}
