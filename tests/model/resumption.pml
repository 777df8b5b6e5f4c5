// SPDX-License-Identifier: BSL-1.0
// Who resumes a suspended coroutine, and who frees what lies between: the thread that makes the awaited state ready sends
// the resumption to the actor, which may end meanwhile. The coroutine awaits two states, one after the other.
//
// Stands for resumption::await, resumption::reuse, resumption::forget and resumption::resume (tasks/resumption.hpp),
// coroutine_run::make_resumption (tasks/coroutine_run.hpp), state_awaiter::begin_to_wait (tasks/awaiters.hpp), cell::push_surely
// and cell::abandon_suspended (cells/cell.hpp).
//
// References to a resumption: one of the awaiter in the coroutine's frame, one of the state, which passes it on to the
// mailbox, and to the first resumption one of the call. The first is used again if nothing but the call refers to it. The
// actor's thread alone resumes, and destroys frames: after the mailbox is closed and its messages are abandoned.
//
// Checked:
// - the coroutine continues once for each state, on the actor's thread, by the resumption or since the wait would close a
//   cycle, or its frame is destroyed with the actor;
// - a resumption is freed once, and not accessed afterwards;
// - the state's handle is dropped once, before the coroutine is resumed.
//
// Orders: dropping a reference releases and acquires; `reuse` acquires. The push releases the resumption to the actor's
// thread. Which frame it resumes is read and written on the actor's thread only.
//
// BREAK_resume_forgotten (assertion violated): a resumption that arrives resumes a frame that has continued, or is destroyed.
// BREAK_reuse_referenced (assertion violated): the first resumption is used again although a state refers to it.
// BREAK_use_after_push (assertion violated): the producer touches the resumption after it was pushed.
// BREAK_keep_refused (invalid end state): the producer keeps its reference if the mailbox is closed.
// BREAK_drop_handle_late (assertion violated): the producer drops the state's handle after the push.

#define nothing 2

bool closed;              // the mailbox
byte queued[2] = nothing; // which resumption lies in it, by state
byte references[2];
bool freed[2];
byte aims[2] = nothing;   // which state's suspension the resumption ends
byte used[2] = nothing;   // the resumption that the coroutine awaits the state with
bool handle[2];           // the state's own
byte waits_for = nothing; // the state that the coroutine is suspended for
byte cycles = 1;          // how often a wait would close one
byte resumed;
byte ended;

#define touch(node) assert(!freed[node])

inline release(node) {
  d_step {
    touch(node);
    references[node]--;
    if
    :: references[node] == 0 -> freed[node] = true
    :: else
    fi
  }
}

proctype producer(byte state) {
  bool accepted;
  byte node;
  if
  :: used[state] != nothing -> node = used[state]
  :: closed && used[state] == nothing -> goto done // never awaited
  fi;
#ifndef BREAK_drop_handle_late
  d_step { touch(node); handle[state] = false };
#endif
  d_step { // the mailbox's lock
    touch(node);
    accepted = !closed;
    if
    :: accepted -> queued[state] = node
    :: else
    fi
  };
#ifdef BREAK_drop_handle_late
  handle[state] = false;
#endif
#ifdef BREAK_use_after_push
  touch(node);
#endif
  if
  :: accepted
  :: !accepted ->
#ifndef BREAK_keep_refused
    release(node)
#else
    skip
#endif
  fi;
done:
  ended++
}

inline await(state) {
  d_step {
    if
#ifdef BREAK_reuse_referenced
    :: true -> node = 0
#else
    :: references[0] == 1 -> node = 0
    :: else -> node = 1
#endif
    fi;
    touch(node);
    references[node] = references[node] + 2; // the awaiter's and the state's
    aims[node] = state;
    waits_for = state;
    handle[state] = true;
    used[state] = node // attached: the producer may begin
  }
}

// The awaiter's reference.
inline forget(node) {
  d_step { touch(node); aims[node] = nothing };
  release(node)
}

// The coroutine goes on: to the next state, or to its end.
inline proceed(state) {
  d_step { assert(waits_for == state); waits_for = nothing; resumed++ };
  forget(used[state]);
  if
  :: state == 0 -> await(1)
  :: else
  fi
}

inline handle_message(state) {
  d_step { current = queued[state]; queued[state] = nothing; touch(current) };
  d_step { aim = aims[current]; aims[current] = nothing };
  release(current);
  if
#ifdef BREAK_resume_forgotten
  :: true -> proceed(state)
#else
  :: aim != nothing -> assert(aim == state && !handle[state]); proceed(state)
  :: aim == nothing
#endif
  fi
}

proctype actor() {
  byte node;
  byte current;
  byte aim;
  references[0] = 1; // the call's
  await(0);
  do
  :: queued[0] != nothing -> handle_message(0)
  :: queued[1] != nothing -> handle_message(1)
  :: cycles > 0 && waits_for == 0 -> // the wait throws
    cycles--;
    proceed(0)
  :: break // it ends
  od;
  closed = true;
  if
  :: queued[0] != nothing -> release(queued[0]); queued[0] = nothing // an abandoned message
  :: else
  fi;
  if
  :: queued[1] != nothing -> release(queued[1]); queued[1] = nothing
  :: else
  fi;
  if
  :: waits_for != nothing -> forget(used[waits_for]); waits_for = nothing
  :: else
  fi;
  release(0); // the call has ended
  ended++
}

init {
  atomic {
    run producer(0);
    run producer(1);
    run actor()
  };
  ended == 3;
  assert(waits_for == nothing && !handle[0] && !handle[1]);
  freed[0] && (references[1] == 0)
}

ltl everybody_ends { <> (ended == 3 && freed[0] && references[1] == 0) }
