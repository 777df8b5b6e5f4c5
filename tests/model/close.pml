// SPDX-License-Identifier: BSL-1.0
// Close and push: the end of an actor, and its races.
//
// Stands for mailbox::push, front, take and close (mailbox/mailbox.hpp), and cell::stop, keep, run, end, abandon,
// abandon_within_message, abandon_leftovers and answer_stop_requests (cells/cell.hpp, cells/lifecycle.hpp).
//
// Checked, where an actor ends because it was stopped, because a message failed, because on_start stopped it or threw,
// because it got no thread, or because the process ends in a message or a hook:
// - every accepted message is handled or abandoned, exactly once; the refusal of every other one reaches its sender;
// - messages that a sender sent before its stop request are handled before the request is;
// - every stop request is answered exactly once: with true when the object is destroyed and all accepted messages are
//   settled, with false only after the end.
//
// Orders: all of this is guarded by the mailbox's lock or by the cell's mutex. `signal` is read without the lock too:
// close takes the lock after the last push, so a later read gets the latest value.
//
// BREAK_look_before_lock (assertion violated): push checks whether the mailbox is closed before it has the lock.
// BREAK_close_late (assertion violated): end abandons the pending messages before it closes the mailbox.
// BREAK_keep_always (invalid end state): keep does not check whether the requests were answered.
// BREAK_answer_in_two (invalid end state): answer_stop_requests takes the requests before it publishes that.
// BREAK_answer_early (assertion violated): the requests are answered before the pending messages are abandoned.
// BREAK_late_is_lost (invalid end state): stop does not answer a request that arrives after the end.
// BREAK_abandon_current (assertion violated): exit in a message abandons that message, too.

#include "waiting.inc"

#define CLIENTS 2
#define MESSAGES 2 // of each client, at most; then it stops the actor
#define OF_EACH (MESSAGES + 1)
#define OWN (CLIENTS * OF_EACH) // the actor's own stop request
#define NUMBER (OWN + 1)
#define is_request(which) (which % OF_EACH == MESSAGES || which == OWN)

mtype = { unsent, accepted, handled, abandoned, refused, told_true, told_false };
mtype fate[NUMBER] = unsent; // of each message and request

chan first = [OWN] of { byte }; // the filling chain
chan taken = [OWN] of { byte }; // the chain being handled
bool held;
bool closed;
bool filled;

bool mutex;
byte kept; // a bit for each request
bool answered;

bool destroyed;
bool exits; // the process ends inside the actor, which does not continue
byte ended;

inline settle(which, from, to) {
  assert(fate[which] == from);
  fate[which] = to
}

// Returns `lands`; under the lock, one step.
inline push(which) {
#ifdef BREAK_look_before_lock
  lands = !closed;
#endif
  atomic {
#ifndef BREAK_look_before_lock
    lands = !closed;
#endif
    if
    :: lands ->
      settle(which, unsent, accepted);
      first ! which;
      filled = true
    :: else
    fi
  }
}

// Returns `late`; under the mutex, one step.
inline keep(which) {
  d_step {
#ifdef BREAK_keep_always
    late = false;
#else
    late = answered;
#endif
    if
    :: !late -> kept = kept | (1 << (which))
    :: else
    fi
  }
}

proctype client(byte name) {
  byte sent;
  bool lands, late;
  do
  :: sent < MESSAGES ->
    push(name * OF_EACH + sent);
    if
    :: lands
    :: !lands -> d_step { settle(name * OF_EACH + sent, unsent, refused) }
    fi;
    sent++
  :: true -> break
  od;
  push(name * OF_EACH + MESSAGES);
  if
  :: lands
  :: !lands ->
    d_step { settle(name * OF_EACH + MESSAGES, unsent, accepted) };
    keep(name * OF_EACH + MESSAGES);
    if
#ifdef BREAK_late_is_lost
    :: late
#else
    :: late -> d_step { settle(name * OF_EACH + MESSAGES, accepted, told_false); assert(destroyed || exits) }
#endif
    :: !late
    fi
  fi;
  fate[name * OF_EACH + MESSAGES] == told_true || fate[name * OF_EACH + MESSAGES] == told_false;
  ended++
}

// Returns `which`, or NUMBER if there is none.
inline front() {
  if
  :: taken ? which
  :: empty(taken) && !filled -> which = NUMBER
  :: empty(taken) && filled ->
    // Under the lock, one step.
    atomic {
      do
      :: first ? which -> taken ! which
      :: empty(first) -> break
      od;
      filled = false
    };
    taken ? which
  fi
}

inline keep_accepted(which) {
  keep(which);
  assert(!late)
}

inline abandon_leftovers() {
  do
  :: front();
    if
    :: which == NUMBER -> break
    :: which != NUMBER && is_request(which) -> keep_accepted(which)
    :: which != NUMBER && !is_request(which) -> d_step { settle(which, accepted, abandoned) }
    fi
  od
}

// The condition for answering a request with true.
inline assert_settled() {
  assert(destroyed || exits);
  other = 0;
  do
  :: other == NUMBER -> break
  :: else ->
    assert(is_request(other) || fate[other] != accepted);
    other++
  od;
  other = 0
}

inline answer_stop_requests() {
#ifdef BREAK_answer_in_two
  d_step {
    taken_over = kept;
    kept = 0
  };
  answered = true;
#else
  d_step {
    answered = true;
    taken_over = kept;
    kept = 0
  };
#endif
  which = 0;
  do
  :: which == NUMBER -> break
  :: which < NUMBER && !(taken_over & (1 << which)) -> which++
  :: d_step {
      which < NUMBER && (taken_over & (1 << which)) ->
      settle(which, accepted, told_true);
      assert_settled();
      which++
    }
  od
}

inline run_request() {
  d_step {
    other = which - MESSAGES;
    do
    :: other == which -> break
    :: else ->
      assert(fate[other] == unsent || fate[other] == handled);
      other++
    od;
    other = 0;
    ending = true
  };
  keep_accepted(which)
}

proctype actor() {
  byte which = NUMBER;
  byte taken_over, other;
  bool late, ending;
  if
  :: true
  :: ending = true // on_start threw, or there was no thread for it
  :: d_step { ending = true; exits = true } // on_start, or the constructor, called exit
  :: d_step { ending = true; settle(OWN, unsent, accepted) }; // on_start stopped the actor
    keep_accepted(OWN)
  fi;
  do
  :: ending -> break
  :: !ending ->
    front();
    if
    :: which == NUMBER -> filled // park.pml has the wait
    :: which != NUMBER && is_request(which) -> run_request()
    :: which != NUMBER && !is_request(which) ->
      d_step { settle(which, accepted, handled) };
      if
      :: true
      :: ending = true // it failed, and has no reply
      :: d_step { ending = true; exits = true } // it calls exit, and does not return
      fi
    fi
  od;
#ifdef BREAK_abandon_current
  if
  :: exits && which != NUMBER -> d_step { settle(which, accepted, abandoned) }
  :: else
  fi;
#endif
#ifdef BREAK_answer_early
  answer_stop_requests();
#endif
#ifndef BREAK_close_late
  closed = true;
#endif
  abandon_leftovers();
#ifdef BREAK_close_late
  closed = true;
#endif
  if
  :: exits
  :: !exits -> destroyed = true
  :: !exits -> exits = true // on_stop or on_failure calls exit
  fi;
#ifndef BREAK_answer_early
  answer_stop_requests();
#endif
  ended++
}

init {
  byte i;
  atomic {
    for (i : 0 .. CLIENTS - 1) {
      run client(i)
    }
    run actor()
  };
  ended == CLIENTS + 1;
  d_step {
    for (i : 0 .. NUMBER - 1) {
      if
      :: is_request(i) -> assert(fate[i] == told_true || fate[i] == told_false || (i == OWN && fate[i] == unsent))
      :: else -> assert(fate[i] == unsent || fate[i] == handled || fate[i] == abandoned || fate[i] == refused)
      fi
    }
  }
}

ltl everybody_ends { <> (ended == CLIENTS + 1) }
