// SPDX-License-Identifier: BSL-1.0
// Deadlocks among replies: an actor that is about to sleep until another one replies checks whether that one waits,
// through any number of others, for itself.
//
// Stands for wait_edge (wait/wait_graph.hpp) and future_state_base::sleep (futures/state.hpp).
//
// Checked:
// - no actors wait for each other in a cycle forever: the one that would close it gets an error;
// - every error is for a real cycle: all actors in it sleep without a timeout, and none of them has its reply.
//
// Orders: the edges are guarded by the graph's lock. Replies arrive meanwhile, without it; their arrival is read with
// acquire, and a thread that sees it too late has seen the state of a moment before. An actor that replies and then waits
// itself takes the lock in between, which publishes the reply to all walks over its edge.
//
// BREAK_stale_edges (assertion violated): an edge counts although its reply has arrived.
// BREAK_own_answer (assertion violated): the walk begins although the actor's own reply has arrived.
// BREAK_limited_edges (assertion violated): an edge counts although its actor waits with a timeout.
// BREAK_two_sections (invalid end state): the lock is released between the walk and the edge.
// BREAK_first_edge_only (invalid end state): the walk follows only one edge.

#include "waiting.inc"

#define ACTORS 3
#define NOBODY ACTORS
#define QUESTIONS 2 // of each actor, at most
#define ALL 4       // questions; the first is asked by the first actor, since all are alike

byte questions = ALL; // still to be asked
byte limits = 1;      // the most that are asked with a timeout

chan mailbox[ACTORS] = [ACTORS * QUESTIONS] of { byte };
byte answered; // a bit for each question: number n of actor a has the number a * QUESTIONS + n
bool held;     // the graph's lock

// The edges, guarded by the lock.
byte target[ACTORS] = NOBODY;
byte question[ACTORS];
bool limited[ACTORS];

#define is_answered(which) (answered & (1 << (which)))

// Whether `at` cannot reply: it waits for a pending event.
#if defined(BREAK_stale_edges)
#define waits(at) (target[at] != NOBODY && !limited[at])
#elif defined(BREAK_limited_edges)
#define waits(at) (target[at] != NOBODY && !is_answered(question[at]))
#else
#define waits(at) (target[at] != NOBODY && !limited[at] && !is_answered(question[at]))
#endif

inline walk() {
#ifdef BREAK_own_answer
  at = to;
#else
  if
  :: !is_answered(mine) -> at = to
  :: is_answered(mine)
  fi;
#endif
  do
  :: at == NOBODY -> break
  :: at == self -> closes = true; break
#ifdef BREAK_first_edge_only
  :: at != NOBODY && at != self && at == to && waits(at) -> at = target[at]
  :: at != NOBODY && at != self && !(at == to && waits(at)) -> at = NOBODY
#else
  :: at != NOBODY && at != self && waits(at) -> at = target[at]
  :: at != NOBODY && at != self && !waits(at) -> at = NOBODY
#endif
  od
}

inline assert_circle() {
  assert(!is_answered(mine));
  at = to;
  do
  :: at == self -> break
  :: else ->
    assert(target[at] != NOBODY && !limited[at] && !is_answered(question[at]));
    at = target[at]
  od
}

inline sleep() {
  lock(held);
  if
  :: limit
  :: !limit -> walk()
  fi;
  if
  :: d_step { closes -> assert_circle(); unlock(held) }
  :: !closes ->
#ifdef BREAK_two_sections
    unlock(held);
    lock(held);
#endif
    d_step {
      target[self] = to;
      question[self] = mine;
      limited[self] = limit;
      unlock(held)
    };
    if
    :: is_answered(mine)
    :: limit
    fi;
    // Under the lock, and one step, since no thread sees the edges without it.
    d_step {
      !held ->
      target[self] = NOBODY;
      question[self] = 0;
      limited[self] = false
    }
  fi
}

proctype actor(byte self) {
  byte asked, to, mine, serving;
  byte at = NOBODY;
  bool closes, serves, limit;
end:
  do
  :: atomic {
      if
      :: mailbox[self] ? serving ->
        serves = true;
        if
        :: questions > 0 && asked < QUESTIONS
        :: goto reply
        fi
      :: questions > 0 && asked < QUESTIONS && (questions < ALL || self == 0) // in a message from outside
      fi;
      questions--;
      mine = self * QUESTIONS + asked;
      asked++;
      if
      :: limits > 0 -> limits--; limit = true
      :: true
      fi;
      select(to : 0 .. ACTORS - 1);
      mailbox[to] ! mine
    };
    sleep();
reply:
    atomic {
      if
      :: serves -> answered = answered | (1 << serving)
      :: else
      fi;
      serves = false;
      serving = 0;
      at = NOBODY;
      to = 0;
      mine = 0;
      closes = false;
      limit = false
    }
  od
}

init {
  atomic {
    byte i;
    for (i : 0 .. ACTORS - 1) {
      run actor(i)
    }
  }
}
