// SPDX-License-Identifier: BSL-1.0
// The spin lock: a thread that finds it held polls it, between pauses, yields and short sleeps.
//
// Stands for spin_lock::lock, wait and unlock (system/spin_lock.hpp).
//
// Checked:
// - at most one thread holds it;
// - every waiter gets it, as long as each thread makes progress at all, although no thread is ever woken.
//
// Orders: the exchange that finds the lock free acquires the release of the last holder; so the critical sections of
// the holders have one order. The load before the exchange decides nothing, and is relaxed.
//
// Fairness: weak. Without it, a waiter could poll forever while the holder is never scheduled.
//
// BREAK_take_in_two (assertion violated): lock checks and stores in two steps.
// BREAK_trust_look (assertion violated): a waiter that sees the lock free assumes that the exchange succeeds.
// BREAK_sleep_for_good (invalid end state): a waiter sleeps until it is woken.

#include "waiting.inc"

#define THREADS 3
#define ROUNDS 2 // of each thread

bool held;
byte inside;
byte sleepers;
byte ended;

inline exchange() {
#ifdef BREAK_take_in_two
  was_held = held;
  held = true
#else
  atomic {
    was_held = held;
    held = true
  }
#endif
}

inline wait() {
  do
  ::
#ifdef BREAK_sleep_for_good
    sleep_while(held, sleepers, true);
#endif
    if
    :: held // a pause, a yield or a short sleep
    :: !held ->
      exchange();
#ifdef BREAK_trust_look
      break
#else
      if
      :: was_held
      :: !was_held -> break
      fi
#endif
    fi
  od
}

active [THREADS] proctype thread() {
  byte round;
  bool was_held;
  do
  :: round < ROUNDS ->
    exchange();
    if
    :: was_held -> wait()
    :: !was_held
    fi;
    inside++;
    assert(inside == 1);
    inside--;
    held = false;
    round++
  :: round == ROUNDS -> break
  od;
  ended++
}

ltl everybody_ends { <> (ended == THREADS) }
