// SPDX-License-Identifier: BSL-1.0
// Sources of a lazy value: the threads that poll them or wait for them, and the one that drops them.
//
// Stands for lazy_value::hold, leave, sources_were_ready, note_sources_ready, make_once and make_as_the_only_one,
// source_walk::from, arrive, arrive_at_lazy and pop (futures/lazy_value.hpp).
//
// Checked:
// - the inputs are dropped exactly once, and no thread reads them after that;
// - they are dropped once the value is computed and all threads have left;
// - the value is computed at most once, and after its source is ready;
// - a thread that finds the inputs dropped finds the value, or waits for the thread that computes it.
//
// Orders: `holders` is changed by read-modify-writes only. A thread that leaves releases its reads, and the last one
// acquires them before it destroys the inputs. `sources_ready` releases and acquires. future.pml has the publication
// of the value.
//
// WITH_third_asker: one more asking thread.
// BREAK_hold_in_two (assertion violated): hold checks before it counts.
// BREAK_leave_in_two (assertion violated): a thread that leaves checks afterwards whether it was the last.
// BREAK_drop_at_once (assertion violated): the thread that computes the value drops the inputs while others hold them.
// BREAK_drop_never (assertion violated): the thread that computes the value does not leave.
// BREAK_leave_early (assertion violated): a thread leaves before it waits for the source.
// BREAK_drop_before_failure (assertion violated): inputs are dropped, too, if computing the value timed out.

#include "waiting.inc"

#ifdef WITH_third_asker
#define ASKERS 3
#else
#define ASKERS 2
#endif

bool source_ready;
byte at_source; // the threads that sleep there
bool sources_ready; // the note
bool published;
byte holders = 1;
bool gone; // the inputs
byte makings;

bool mutex;
byte maker;
byte waiting_for_maker;
byte ended;

#define look_at_inputs assert(!gone)

// `held` is the result.
inline hold() {
#ifdef BREAK_hold_in_two
  held = (holders != 0);
  holders = holders + held
#else
  d_step {
    held = (holders != 0);
    holders = holders + held
  }
#endif
}

inline drop_inputs() {
  d_step {
    assert(!gone);
    gone = true
  }
}

inline leave() {
#ifdef BREAK_leave_in_two
  holders = holders - 1;
  last = (holders == 0);
#else
  d_step {
    holders = holders - 1;
    last = (holders == 0)
  };
#endif
  if
  :: last -> last = false; drop_inputs()
  :: !last
  fi
}

proctype source() {
  source_ready = true;
  wake_all(at_source);
  ended++
}

inline await_source() {
  do
  :: source_ready -> break
  :: !source_ready && limited -> gave_up = true; break
  :: !source_ready && !limited -> sleep_while(source_ready, at_source, false)
  od
}

inline walk_and_wait() {
  if
  :: sources_ready
  :: !sources_ready ->
    hold();
    if
    :: held ->
#ifdef BREAK_leave_early
      leave();
#endif
      look_at_inputs;
      await_source();
      look_at_inputs;
      if
      :: gave_up
      :: !gave_up -> sources_ready = true
      fi;
#ifndef BREAK_leave_early
      leave();
#endif
      held = false
    :: !held
    fi
  fi
}

inline done() {
  atomic {
    lock(mutex);
    maker = 0;
    wake_all(waiting_for_maker);
    unlock(mutex)
  }
}

inline make_once() {
  lock(mutex);
  do
  :: published -> unlock(mutex); break
  :: !published && maker != 0 ->
    atomic {
      waiting_for_maker = waiting_for_maker | me;
      unlock(mutex)
    };
    !(waiting_for_maker & me);
    lock(mutex)
  :: !published && maker == 0 ->
    maker = me;
    unlock(mutex);
    look_at_inputs;
    assert(source_ready);
    if
    :: limited -> gave_up = true // its function threw a timeout_error
    :: true -> makings++
    fi;
    if
#ifdef BREAK_drop_before_failure
    :: true ->
#else
    :: gave_up
    :: !gave_up ->
#endif
#ifdef BREAK_drop_at_once
      drop_inputs();
#elif !defined(BREAK_drop_never)
      leave();
#endif
      published = !gave_up
    fi;
    done();
    break
  od
}

inline walk_and_make() {
  hold();
  if
  :: held ->
    look_at_inputs;
    assert(source_ready);
    leave();
    held = false
  :: !held -> assert(published || maker != 0)
  fi;
  make_once()
}

proctype asker(bool insists) {
  bool limited, gave_up, held, last;
  do
  :: true ->
    if
    :: !insists -> limited = true
    :: true
    fi;
    if
    :: published
    :: !published -> walk_and_wait()
    fi;
    if
    :: gave_up || published
    :: !gave_up && !published -> walk_and_make()
    :: !gave_up && !published && !insists // it only waited
    fi;
    break
  od;
  ended++
}

init {
  atomic {
    run source();
    run asker(false);
#ifdef WITH_third_asker
    run asker(false);
#endif
    run asker(false)
  };
  ended == ASKERS + 1;
  assert(holders == 1 - makings);
  assert(gone == (makings == 1));
  run asker(true);
  ended == ASKERS + 2;
  assert(published && gone && makings == 1)
}

ltl everybody_ends { <> (ended == ASKERS + 2) }
