// SPDX-License-Identifier: BSL-1.0
// The waiters of a future: several attach, one producer publishes and runs them all.
//
// Stands for waiter_list::push and close (futures/waiters.hpp), and future_state_base::attach, publish, publish_last
// and run_waiters (futures/state.hpp).
//
// An attaching thread first sets `attached` in the word, then pushes its waiter. The producer that makes the state ready
// learns from the word whether the list is in use, so that publishing costs nothing extra where it is not. A producer
// that saw `attached` closes the list with one exchange, even if it holds no handle any more: the thread that set the
// bit holds one until its waiter has run.
//
// Checked:
// - each waiter runs exactly once, after the outcome was stored, and in the order in which they were pushed;
// - the producer touches neither a waiter that has run nor a state that was freed;
// - the state is freed exactly once.
//
// Orders: `attached` and `ready` are bits of one word, so of two read-modify-writes one comes first. If `attached` was
// first, the producer reads it and closes the list; if `ready` was first, the attaching thread acquires the outcome with
// it. A push releases the waiter, and closing acquires it. Closing releases the outcome, and a push that finds the list
// closed acquires it.
//
// BREAK_push_unannounced (assertion violated): a waiter is pushed before `attached` is set.
// BREAK_leave_open (invalid end state): the producer takes the waiters and leaves the list open.
// BREAK_drop_early (assertion violated): the owner of a waiter drops its handle when the waiter is pushed.
// BREAK_read_next_late (assertion violated): the producer reads the next waiter from the one that has run.
// BREAK_last_first (assertion violated): the waiters run in the order in which they lie in the list.
// BREAK_ignore_closed (invalid end state): a thread that finds the list closed does not run its waiter.

#include "waiting.inc"

#define WAITERS 3
#define nobody 0
#define closed 7

// The word: bits, and how many handles there are.
bool ready;
bool attached;
bool producer_has_handle = true;
byte consumers = WAITERS;

bool freed;
bool stored;

// The waiters have the numbers 1 to WAITERS.
byte head = nobody;
byte next[WAITERS + 1];
bool ran[WAITERS + 1];
bool gone[WAITERS + 1]; // its owner has destroyed it
byte place[WAITERS + 1]; // when it was pushed
byte pushed;
byte last_place;
byte ended;

#define touch assert(!freed)

inline run_waiter(which) {
  d_step {
    assert(stored && !gone[which] && !ran[which]);
    ran[which] = true
  }
}

inline free_if_last() {
  if
  :: consumers == 0 && !producer_has_handle -> touch; freed = true
  :: else
  fi
}

proctype attacher(byte number) {
  byte expected;
  bool was_ready;
#ifndef BREAK_push_unannounced
  d_step {
    touch;
    was_ready = ready;
    attached = true
  };
#endif
  if
  :: was_ready -> run_waiter(number)
  :: !was_ready ->
    do
    :: d_step { touch; expected = head };
      if
      :: expected == closed ->
#ifndef BREAK_ignore_closed
        run_waiter(number);
#endif
        break
      :: expected != closed ->
        next[number] = expected;
        if
        :: d_step {
            head == expected ->
            touch;
            head = number;
            pushed++;
            place[number] = pushed
          };
          break
        :: head != expected // another waiter was pushed, or the list was closed
        fi
      fi
    od
  fi;
#ifdef BREAK_push_unannounced
  skip;
  d_step {
    touch;
    was_ready = ready;
    attached = true
  };
  if
  :: was_ready && !ran[number] -> run_waiter(number)
  :: else
  fi;
#endif
#ifdef BREAK_drop_early
  atomic { consumers--; free_if_last() };
  ran[number];
  gone[number] = true;
#else
  ran[number];
  gone[number] = true;
  atomic { consumers--; free_if_last() };
#endif
  ended++
}

proctype producer() {
  bool last, was_attached;
  byte first, each, following;
  d_step { touch; stored = true };
  if
  :: d_step { // publish_last
      touch;
      ready = true;
      producer_has_handle = false;
      was_attached = attached;
      free_if_last();
      last = freed
    }
  :: d_step { // publish
      touch;
      ready = true;
      was_attached = attached
    }
  fi;
  if
  :: was_attached && !last ->
    d_step {
      touch;
      each = head;
#ifdef BREAK_leave_open
      head = nobody
#else
      head = closed
#endif
    };
#ifdef BREAK_last_first
    first = each;
#else
    do // the one that was pushed first comes first
    :: each != nobody ->
      following = next[each];
      next[each] = first;
      first = each;
      each = following
    :: each == nobody -> break
    od;
#endif
    do
    :: first != nobody ->
      each = first;
#ifndef BREAK_read_next_late
      assert(!gone[first]);
      first = next[first];
#endif
      d_step {
        assert(place[each] > last_place);
        last_place = place[each]
      };
      run_waiter(each);
#ifdef BREAK_read_next_late
      assert(!gone[first]);
      first = next[first]
#endif
    :: first == nobody -> break
    od
  :: else
  fi;
  if
  :: producer_has_handle ->
    d_step {
      producer_has_handle = false;
      free_if_last()
    }
  :: else
  fi;
  ended++
}

init {
  atomic {
    run producer();
    run attacher(1);
    run attacher(2);
    run attacher(3)
  };
  ended == WAITERS + 1;
  assert(freed);
  assert(ran[1] && ran[2] && ran[3])
}

ltl everybody_ends { <> (ended == WAITERS + 1) }
