// SPDX-License-Identifier: BSL-1.0
// Deadlocks through suspended calls: a coroutine of one actor awaits a reply of another one, whose thread is about to
// sleep until that coroutine's call is answered. At least one of the two sees the other.
//
// Stands for wait_edge, await_search and sleeping_count (wait/wait_graph.hpp), task_call::now_awaits and
// task_call::look_for_cycle (tasks/task_call.hpp).
//
// A sleeping thread counts itself before it searches; a coroutine that suspends says what it awaits before it reads that
// count, and takes the graph's lock only if a thread sleeps. Each searches under the lock.
//
// Checked:
// - no thread sleeps forever: of a cycle, one wait or one co_await gets an error;
// - every error is for a real cycle: the reply that the coroutine awaits has not come, and the thread that would give it
//   sleeps, or is about to, until the coroutine's call is answered.
//
// Orders: the count and what a coroutine awaits are written and read sequentially consistent: each of the two threads
// writes one of them and then reads the other. What the searches read else is guarded by the lock.
//
// BREAK_count_late (invalid end state): the thread counts itself after it has searched.
// BREAK_look_first (invalid end state): the coroutine reads the count before it says what it awaits.
// BREAK_only_threads (invalid end state): the coroutine does not search.
// BREAK_answered_await (assertion violated): an await counts although its reply has come.

#include "waiting.inc"

#define NOTHING 0
#define OF_SLEEPER 1 // the coroutine awaits a reply of the actor whose thread sleeps
#define OF_OTHERS 2  // of an actor that waits for nothing

bool held;          // the graph's lock
byte sleeping;      // the count
byte awaited = NOTHING;
bool edge;          // the sleeper waits for the coroutine's call: guarded by the lock

bool call_answered; // what the sleeper waits for
bool sleeper_reply; // what the coroutine awaits, of either
bool others_reply;
bool refused_sleeper;
bool refused_coroutine;
byte ended;

#if defined(BREAK_answered_await)
#define awaits_sleeper (awaited == OF_SLEEPER)
#else
#define awaits_sleeper (awaited == OF_SLEEPER && !sleeper_reply)
#endif

// The actor whose thread sleeps in a message until the call is answered. It may have given its reply before, in an
// earlier message; otherwise it gives it after.
proctype sleeper() {
  bool closes;
  if
  :: sleeper_reply = true
  :: true
  fi;
#ifndef BREAK_count_late
  sleeping++;
#endif
  lock(held);
  d_step {
    closes = !call_answered && awaits_sleeper;
    if
    :: closes -> assert(awaited == OF_SLEEPER && !sleeper_reply)
    :: else -> edge = true
    fi
  };
  unlock(held);
#ifdef BREAK_count_late
  sleeping++;
#endif
  if
  :: closes -> refused_sleeper = true
  :: !closes ->
    call_answered;
    atomic { !held -> edge = false }
  fi;
  sleeping--;
  sleeper_reply = true; // it handles the next message
  ended++
}

// The coroutine awaits one reply after the other, and then answers its call.
proctype coroutine() {
  bool closes, looks;
  byte awaits, left = 2;
  do
  :: left == 0 -> break
  :: left > 0 ->
    left--;
    if
    :: awaits = OF_SLEEPER
    :: awaits = OF_OTHERS
    fi;
    if
    :: (awaits == OF_SLEEPER && sleeper_reply) || (awaits == OF_OTHERS && others_reply) // ready: it does not suspend
    :: else ->
#ifdef BREAK_look_first
      looks = sleeping > 0;
      awaited = awaits;
#else
      awaited = awaits;
      looks = sleeping > 0;
#endif
#ifdef BREAK_only_threads
      looks = false;
#endif
      if
      :: looks ->
        lock(held);
        d_step {
          closes = edge && awaits_sleeper;
          assert(!closes || (awaited == OF_SLEEPER && !sleeper_reply && !call_answered))
        };
        unlock(held)
      :: !looks
      fi;
      if
      :: closes -> refused_coroutine = true
      :: !closes -> (awaits == OF_SLEEPER && sleeper_reply) || (awaits == OF_OTHERS && others_reply)
      fi;
      awaited = NOTHING;
      if
      :: closes -> break // the call fails
      :: !closes -> skip
      fi
    fi
  od;
  closes = false;
  call_answered = true;
  ended++
}

proctype others() {
  others_reply = true;
  ended++
}

init {
  atomic {
    run sleeper();
    run coroutine();
    run others()
  };
  ended == 3
}

ltl everybody_ends { <> (ended == 3) }
