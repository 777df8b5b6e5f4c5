// SPDX-License-Identifier: BSL-1.0
// Start, run, wake and the end of the process: what an executor owes the rest of the library.
//
// Stands for thread_executor::start, wake and run (runtime/thread_executor.hpp), exit_list::enter, leave, entered,
// leave_this_thread and wait_until_empty (runtime/exit_list.hpp), cell_table::add, at_exit, leave_actors_of_this_thread
// and stop_what_is_left (runtime/cell_table.hpp) and cell::deliver (cells/cell.hpp). How a mailbox is armed is in
// park.pml, how an actor ends in close.pml, how a thread is found in workers.pml.
//
// Two actors. The first handles one message, in which it may start the second, and may call exit. The main thread sends
// that message, and ends the process.
//
// Checked:
// - when the process ends, no actor that it awaits is still at work, and none of them is at work later;
// - every request to stop is answered and the process ends, also if an actor gets no thread, if one is started while
//   the process ends, and if an actor calls exit;
// - a wake-up uses the address of a mailbox and never the cell, which may have ended.
//
// Orders: the list's numbers are guarded by its mutex, and so is the wake-up of the thread that waits for them. The
// entry of an actor is made before its thread, by the thread that starts it.
//
// WITH_exit_in_actor: the first actor calls exit in its message.
// BREAK_enter_late (assertion violated): the actor's own thread makes its entry.
// BREAK_refused_stays (invalid end state): an actor that gets no thread keeps its entry.
// BREAK_leave_early (assertion violated): a thread leaves the list before it has answered the requests to stop.
// BREAK_wake_unlocked (assertion violated): a thread wakes the waiting one when it has given up the mutex.
// BREAK_look_once (invalid end state): the end of the process does not ask whether other actors were started meanwhile.
// BREAK_exit_keeps_entry (invalid end state): exit in an actor does not give up the entry of that actor.
// BREAK_wake_by_cell (assertion violated): a wake-up reads the cell.
// BREAK_wake_nobody (invalid end state): a message does not wake the executor's thread.

#ifdef BREAK_exit_keeps_entry
#define WITH_exit_in_actor
#endif

#include "waiting.inc"

#define ACTORS 2

// The list.
bool mutex;
byte awaited;
byte entered;
byte changed;
byte sleepers; // on `changed`
byte waiting;

// The table, whose lock makes each of its steps one.
bool listed[ACTORS];

// Each actor.
byte messages[ACTORS];
bool armed[ACTORS];
byte executor_sleepers[ACTORS];
bool stop_asked[ACTORS];
bool stop_answered[ACTORS];
bool freed[ACTORS];
bool at_work[ACTORS]; // its thread still does something for it

bool process_ended;
byte started;
byte ended;

inline enter() {
  atomic { lock(mutex); assert(!process_ended) };
  awaited++;
  entered++;
  changed++;
  if
  :: waiting != 0 -> wake_all(sleepers)
  :: else
  fi;
  unlock(mutex)
}

inline leave() {
  atomic { lock(mutex); assert(!process_ended) };
  awaited--;
  changed++;
#ifdef BREAK_wake_unlocked
  unlock(mutex);
  assert(!process_ended);
  wake_all(sleepers)
#else
  if
  :: waiting != 0 -> wake_all(sleepers)
  :: else
  fi;
  unlock(mutex)
#endif
}

// A push: `was_armed` is what it found.
inline send(which) {
  d_step {
    messages[which]++;
    was_armed = armed[which];
    armed[which] = false
  };
#ifndef BREAK_wake_nobody
  if
  :: was_armed ->
#ifdef BREAK_wake_by_cell
    assert(!freed[which]);
#endif
    wake_all(executor_sleepers[which])
  :: else
  fi;
#endif
  was_armed = false
}

// Adds the actor to the table, and makes its entry.
inline begin_to_start(which) {
  listed[which] = true;
#ifndef BREAK_enter_late
  enter()
#else
  skip
#endif
}
inline start_thread(which) {
  atomic {
    at_work[which] = true;
    started++;
    run actor(which)
  }
}
inline get_no_thread(which) {
#ifndef BREAK_refused_stays
  leave();
#endif
  atomic {
    listed[which] = false;
    stop_answered[which] = true;
    freed[which] = true
  }
}

// Known actors are asked to stop, the last one first, and awaited; again, if others were started meanwhile.
inline end_process() {
  do
  ::
    lock(mutex);
    known = entered;
    unlock(mutex);
    if
    :: listed[1] -> stop_asked[1] = true; send(1); stop_answered[1]
    :: else
    fi;
    if
    :: listed[0] -> stop_asked[0] = true; send(0); stop_answered[0]
    :: else
    fi;
    do
    :: lock(mutex);
      if
#ifdef BREAK_look_once
      :: awaited == 0 -> before = 0; unlock(mutex); break
#else
      :: awaited == 0 || entered != known -> before = 0; unlock(mutex); break
#endif
      :: else ->
        before = changed;
        waiting++;
        unlock(mutex);
        sleep_while(changed, sleepers, before);
        lock(mutex);
        waiting--;
        unlock(mutex)
      fi
    od;
    lock(mutex);
    if
    :: awaited == 0 -> unlock(mutex); break
    :: else -> unlock(mutex)
    fi
  od;
  atomic {
    process_ended = true;
    assert(!at_work[0] && !at_work[1])
  }
}

proctype actor(byte self) {
  byte known, before;
  bool was_armed;
#ifdef BREAK_enter_late
  enter();
#endif
  do
  :: d_step { messages[self] > 0 -> messages[self]-- };
    if
    :: stop_asked[self] -> break
    :: !stop_asked[self] && self == 0 && started < ACTORS && !stop_answered[1] ->
      if
      :: begin_to_start(1);
        if
        :: start_thread(1)
        :: get_no_thread(1)
        fi
      :: true
      fi;
#ifdef WITH_exit_in_actor
      // What waits for this actor is answered; its thread does not come back.
      atomic {
        listed[0] = false;
        stop_answered[0] = true;
        at_work[0] = false
      };
#ifndef BREAK_exit_keeps_entry
      leave();
#endif
      end_process();
      goto gone
#endif
    :: else
    fi
  :: atomic { messages[self] == 0 && !armed[self] -> armed[self] = true };
    do
    :: armed[self] -> sleep_while(armed[self], executor_sleepers[self], true)
    :: else -> break
    od
  od;
  listed[self] = false;
#ifdef BREAK_leave_early
  leave();
#endif
  atomic {
    assert(!process_ended);
    freed[self] = true;
    stop_answered[self] = true
  };
  at_work[self] = false;
#ifndef BREAK_leave_early
  leave();
#endif
gone:
  ended++
}

proctype main_thread() {
  byte known, before;
  bool was_armed;
  begin_to_start(0);
  start_thread(0);
  send(0);
#ifndef WITH_exit_in_actor
  end_process();
#else
  process_ended;
#endif
  ended++
}

init {
  run main_thread();
  process_ended && ended == started + 1
}

ltl process_ends { <> process_ended }
