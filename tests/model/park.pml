// SPDX-License-Identifier: BSL-1.0
// Park and wake: how the consumer of a mailbox falls asleep, and which thread wakes it.
//
// Stands for mailbox::push, front, take, arm, has_messages, sleep_until_woken and wake (mailbox/mailbox.hpp), cell::deliver
// (cells/cell.hpp) and idle_wait::wait (runtime/idle_wait.hpp).
//
// Checked:
// - every message is handled, those of one sender in their order: no wake-up is lost;
// - each time that the consumer has armed the mailbox, exactly one push has to wake it;
// - after its push, a sender accesses nothing of the mailbox: the last message frees it.
//
// Orders: everything but `signal` is guarded by the lock, which acquires and releases. `signal` is written under it
// too; a reader without the lock treats it as a hint, and checks again under the lock before it concludes that there is
// no message. The kernel compares it with the latest value.
//
// WITH_portable: without futexes.
// BREAK_arm_blindly (invalid end state): arm does not check whether a message arrived meanwhile.
// BREAK_arm_unlocked (invalid end state): arm checks and stores without the lock.
// BREAK_sleep_blindly (invalid end state): the kernel does not compare.
// BREAK_take_unlocked (invalid end state): take stores `empty` after it has released the lock.
// BREAK_wake_first (invalid end state): push wakes before it stores `filled`.
// BREAK_wake_always (assertion violated): each push wakes.
// BREAK_touch_afterwards (assertion violated): deliver reads the word to wake from the cell after the push.

#include "waiting.inc"

#define SENDERS 3
#define ALL 5 // messages

mtype = { empty_signal, filled, armed };
mtype signal = empty_signal;
byte sleepers; // on signal
bool held;
chan first = [ALL] of { byte, byte }; // the filling chain: the sender, and the number of its message
chan taken = [ALL] of { byte, byte }; // the chain being handled
bool freed;

byte owed; // wake-ups still owed for armings
byte ended;

#define touch assert(!freed)

proctype sender(byte name, messages) {
  byte number;
  mtype before;
  do
  :: number < messages ->
    atomic {
      lock(held);
      touch
    };
    d_step {
      first ! name, number;
      before = signal
    };
#ifdef BREAK_wake_first
    if
    :: before == armed -> wake_one(sleepers)
    :: else
    fi;
#endif
    if
    :: before != filled -> signal = filled
    :: else
    fi;
    d_step {
      touch;
      unlock(held)
    };
#ifdef BREAK_touch_afterwards
    touch;
#endif
    atomic {
      if
#ifdef BREAK_wake_always
      :: true ->
#else
      :: before == armed ->
#endif
        assert(owed > 0);
        owed--;
#ifndef BREAK_wake_first
        wake_one(sleepers)
#endif
      :: else
      fi;
      number++;
      before = empty_signal
    }
  :: else -> break
  od;
  ended++
}

inline take() {
  lock(held);
  d_step {
    do
    :: first ? from, number -> taken ! from, number
    :: empty(first) -> break
    od;
    from = 0;
    number = 0
  };
#ifdef BREAK_take_unlocked
  unlock(held);
  signal = empty_signal
#else
  signal = empty_signal;
  unlock(held)
#endif
}

inline arm(done) {
#ifndef BREAK_arm_unlocked
  lock(held);
#endif
  if
#ifndef BREAK_arm_blindly
  :: signal == filled -> done = false
#endif
  :: else ->
    signal = armed;
    owed++;
    done = true
  fi;
#ifndef BREAK_arm_unlocked
  unlock(held)
#endif
}

inline sleep_until_woken() {
  do
  :: signal == armed ->
#ifdef BREAK_sleep_blindly
    sleepers = sleepers | me;
    awake(sleepers)
#else
    sleep_while(signal, sleepers, armed)
#endif
  :: else -> break
  od
}

proctype consumer() {
  byte handled, from, number;
  byte next[SENDERS];
  bool is_armed;
  do
  :: handled < ALL ->
    if
    :: d_step {
        taken ? from, number ->
        assert(number == next[from]);
        next[from]++;
        handled++;
        from = 0;
        number = 0
      }
    :: empty(taken) ->
      if
      :: signal == filled -> take()
      :: else ->
        if
        :: signal == filled // it arrived while the consumer was spinning
        :: true ->
          arm(is_armed);
          if
          :: is_armed -> sleep_until_woken()
          :: else
          fi;
          is_armed = false
        fi
      fi
    fi
  :: else -> break
  od;
  freed = true;
  ended++
}

init {
  atomic {
    run sender(0, 2);
    run sender(1, 2);
    run sender(2, 1);
    run consumer()
  };
  ended == SENDERS + 1;
  assert(owed == 0)
}

ltl everybody_ends { <> (ended == SENDERS + 1) }
