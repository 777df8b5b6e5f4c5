// SPDX-License-Identifier: BSL-1.0
// The turns of a world: one of its threads runs at a time, and a thread outside of it wakes one of them.
//
// Stands for turn::give and take (world/turns.hpp), turn_scheduler::yield_turn, give_last_turn, wait, next_to_run and
// no_thread_can_run (world/scheduler.hpp), world_conductor::sleep (world/world_conductor.hpp) and
// outside_threads::hear, wait, add and wake_everywhere (world/outside.hpp, world/world_conductor.hpp). Which thread is
// chosen is left open.
//
// The test starts an actor and joins it. The actor sleeps until a word changes, which a thread outside of the world
// changes. Then the actor ends, and the test destroys the world.
//
// Checked:
// - at most one thread of the world runs at any time, and it is the one that the world takes for running;
// - the actor is woken, and the test ends;
// - nothing of the world is used after it was destroyed.
//
// Orders: a turn's flag is guarded by its mutex, which publishes everything that the thread did that gives the turn.
// Words that outside threads have changed are noted under a mutex, and before them `word` was changed. The flag that
// spares `hear` the mutex is set under it, and not modelled.
//
// BREAK_running_late (assertion violated): a thread gives the turn before it says which thread runs.
// BREAK_turn_in_world (assertion violated): the turn of the test belongs to the world.
// BREAK_look_before (invalid end state): a thread looks which words were changed before it counts as waiting.
// BREAK_no_grace (assertion violated): a world in which no thread can run does not wait for threads outside.
// BREAK_note_first (invalid end state): an outside thread notes the word before it changes it.

#include "waiting.inc"

#define TEST 0
#define ACTOR 1

// The turns: a flag, a mutex and a condition variable.
bool given[2];
bool turn_mutex[2];
byte turn_sleepers[2];

// The world.
byte running = TEST;
byte inside; // threads between two points
bool actor_waits;
bool actor_woken;
bool actor_ended;
bool destroyed;

// What outside threads have changed.
byte word;
bool noted;
bool noted_mutex;
byte noted_sleepers;

inline give(whose) {
  lock(turn_mutex[whose]);
  given[whose] = true;
  unlock(turn_mutex[whose]);
#ifdef BREAK_turn_in_world
  assert(!destroyed);
#endif
  wake_all(turn_sleepers[whose])
}

inline take(whose) {
  lock(turn_mutex[whose]);
  do
  :: given[whose] -> break
  :: else ->
    atomic {
      turn_sleepers[whose] = turn_sleepers[whose] | me;
      unlock(turn_mutex[whose])
    };
    awake(turn_sleepers[whose]);
    lock(turn_mutex[whose])
  od;
  given[whose] = false;
  unlock(turn_mutex[whose]);
  assert(running == whose)
}

// Wakes the actor if its word was changed from outside.
inline hear() {
  lock(noted_mutex);
  if
  :: noted ->
    noted = false;
    actor_woken = actor_woken || actor_waits
  :: else
  fi;
  unlock(noted_mutex)
}

// The actor, which has the turn, waits for its word. The test joins it, so no other thread can run.
inline wait_for_word() {
#ifdef BREAK_look_before
  hear();
#endif
  actor_waits = true;
  do
  :: true ->
#ifndef BREAK_look_before
    hear();
#endif
    if
    :: actor_woken -> break
    :: else ->
#ifdef BREAK_no_grace
      assert(false)
#else
      lock(noted_mutex);
      do
      :: noted -> break
      :: else ->
        atomic {
          noted_sleepers = noted_sleepers | me;
          unlock(noted_mutex)
        };
        awake(noted_sleepers);
        lock(noted_mutex)
      od;
      unlock(noted_mutex)
#endif
    fi
  od;
  actor_waits = false;
  actor_woken = false
}

inline pass_on(next) {
  inside--;
#ifdef BREAK_running_late
  give(next);
  running = next
#else
  running = next;
  give(next)
#endif
}

inline come_back(self) {
  take(self);
  inside++;
  assert(inside == 1)
}

active proctype test() {
  inside = 1;
  pass_on(ACTOR);
  come_back(TEST);
  assert(actor_ended);
  destroyed = true
}

active proctype actor() {
  come_back(ACTOR);
  do
  :: word == 1 -> break
  :: else -> wait_for_word()
  od;
  actor_ended = true;
  pass_on(TEST)
}

active proctype outside() {
#ifdef BREAK_note_first
  lock(noted_mutex);
  noted = true;
  unlock(noted_mutex);
  wake_all(noted_sleepers);
  word = 1
#else
  word = 1;
  lock(noted_mutex);
  noted = true;
  unlock(noted_mutex);
  wake_all(noted_sleepers)
#endif
}
