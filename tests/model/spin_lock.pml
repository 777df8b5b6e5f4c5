// SPDX-License-Identifier: BSL-1.0
// The spin lock: whoever finds it held looks again by itself, between pauses, turns and short sleeps.
//
// Stands for spin_lock::lock, wait and unlock (system/spin_lock.hpp).
//
// Checked:
// - at most one thread holds it;
// - everybody who wants it gets it, as long as each thread gets on at all, though nobody is ever woken.
//
// Orders: the exchange that finds the lock free acquires what the last holder released by giving it up; so what the
// holders do has one order. The look before the exchange decides nothing, and is relaxed.
//
// Fairness: weak. Without it, a waiter could go on looking while the holder never gets a turn.
//
// BREAK_take_in_two (assertion violated): lock looks and stores in two steps.
// BREAK_trust_look (assertion violated): a waiter that sees the lock free takes the exchange for granted.
// BREAK_sleep_for_good (invalid end state): a waiter sleeps until somebody wakes it.

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
    :: held // a pause, a turn for others or a short sleep
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
