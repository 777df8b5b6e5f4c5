// SPDX-License-Identifier: BSL-1.0
// Fulfil and wait: one answer, its waiters, and the thread that frees it.
//
// Stands for future_state_base::claim, unclaim, publish, publish_last, set_lazy, await, sleep_in_kernel, attach, drop,
// offer_consumer, move_out, store_failure, observe and free_with_extra (futures/state.hpp), lazy_value::make_once, make_as_the_only_one, done and wait_for_maker
// (futures/lazy_value.hpp), consumer_handle::extract and producer_handle (futures/handle.hpp), and promise (future.hpp). How the
// inputs of a lazy value are dropped is in lazy_inputs.pml.
//
// Checked:
// - there is exactly one outcome, also if two threads keep the same promise, or none does, or a value throws;
// - no thread sleeps forever, and none reads before the outcome is published, or after the last one has moved it out;
// - a waiter runs exactly once; the list of several is in waiters.pml;
// - the state is freed exactly once, and nothing of it is touched after that;
// - the failure of a call is reported once if no consumer has read it, otherwise not;
// - a lazy value is computed by one thread at a time, and again if that one gave up.
//
// Orders: every change of the word is one read-modify-write, so all of them have one order, and each continues the
// release sequences of the earlier ones. The step that makes the state ready releases the outcome; a thread that finds
// it ready acquires it. Dropping a handle releases earlier accesses, and the last drop acquires them before it frees.
// A claim acquires the release of the previous claim, when it was returned: parts of a value whose construction threw
// may have been written. The model has one order of memory and cannot see that; a test under ThreadSanitizer does.
//
// WITH_third_consumer: one more consumer, of a reply.
// WITH_later_future: of a promise, whose second thread takes a further future.
// WITH_failure: a call that threw.
// BREAK_sleep_unannounced (invalid end state): a sleeper does not set `sleeping`.
// BREAK_announce_late (invalid end state): a sleeper sets `sleeping` and does not check the word again.
// BREAK_lazy_unannounced (invalid end state): set_lazy wakes no thread.
// BREAK_attach_in_two (invalid end state): attach checks `ready` before it sets `attached`.
// BREAK_touch_afterwards (assertion violated): publish_last reads the word again to find out whether a thread sleeps.
// BREAK_drop_in_two (assertion violated): a thread that drops a handle checks afterwards whether it was the last one.
// BREAK_claim_in_two (assertion violated): claim checks before it sets the bit.
// BREAK_publish_late (assertion violated): publish_last drops its handle before it sets `ready`.
// BREAK_move_out_in_two (assertion violated): move_out checks before it sets the bit, with a later future.
// BREAK_offer_without_look (assertion violated): offer_consumer does not check `moved_out`, with a later future.
// BREAK_observe_nothing (assertion violated): a reader of a failure does not set `observed`.
// BREAK_report_anyway (assertion violated): the last handle does not check whether the failure was read.
// BREAK_fail_late (assertion violated): a call sets `failed` after its outcome is published.
// BREAK_make_without_look (assertion violated): make_once does not check whether the value was computed meanwhile.

#include "waiting.inc"

#if defined(BREAK_move_out_in_two) || defined(BREAK_offer_without_look)
#define WITH_later_future
#endif
#if defined(BREAK_observe_nothing) || defined(BREAK_report_anyway) || defined(BREAK_fail_late)
#define WITH_failure
#endif
#ifdef WITH_third_consumer
#define CONSUMERS 3
#else
#define CONSUMERS 2
#endif
#define PRODUCERS 2

// The bits of the word.
#define ready 1
#define sleeping 2
#define attached 4
#define claimed 8
#define lazy 16
#define producer 32
#define moved_out 64
#define failed 128
#define observed 256
#define one_consumer 512
#define all_consumers (7 * one_consumer)
#define all_handles (all_consumers | producer)

short word = producer + CONSUMERS * one_consumer;
byte sleepers; // on the word
bool freed;
bool stored; // an outcome
bool gone; // the value
bool one_attached;
byte waiter_runs;
#ifdef WITH_failure
bool read; // a consumer has seen the failure
byte reports;
#endif

// The lazy value.
bool mutex;
byte maker;
byte waiting_for_maker;

mtype = { reply, dropped_reply, kept_promise, hook };
mtype kind;
bool second_done; // the second thread will not use the promise any more
byte ended;

#define touch assert(!freed)

// One read-modify-write, and the bits in `of_interest` of the previous value.
#define modify(after, kept, of_interest) d_step { touch; kept = word & (of_interest); word = after }
#define load(kept, of_interest) d_step { touch; kept = word & (of_interest) }

inline store() {
  d_step {
    touch;
    assert(!stored);
    stored = true
  }
}

inline free() {
  d_step {
    touch;
#ifdef WITH_failure
    if
#ifdef BREAK_report_anyway
    :: word & failed -> reports++
#else
    :: (word & failed) && !(word & observed) -> reports++
#endif
    :: else
    fi;
#endif
    freed = true
  }
}

inline drop(share) {
#ifdef BREAK_drop_in_two
  modify(word - share, before, 0);
  load(before, all_handles);
  before = before + share;
#else
  modify(word - share, before, all_handles);
#endif
  if
  :: before == share -> before = 0; free()
  :: before != share -> before = 0
  fi
}

inline claim() {
#ifdef BREAK_claim_in_two
  load(before, claimed);
  modify(word | claimed, now, 0)
#else
  modify(word | claimed, before, claimed)
#endif
}

inline run_waiter() {
  d_step {
    waiter_runs++;
    assert(waiter_runs == 1)
  }
}

// The steps after the word is `ready`. Of the state, only the address is used, and the waiter of a consumer
// that keeps a handle until it has run.
inline tell() {
  if
  :: before & sleeping -> wake_all(sleepers)
  :: !(before & sleeping)
  fi;
  if
  :: before & attached ->
    touch;
    run_waiter()
  :: !(before & attached)
  fi;
  before = 0
}

inline publish() {
  modify(word | claimed | ready, before, sleeping | attached);
  tell()
}

inline publish_last() {
#ifdef BREAK_publish_late
  modify(word - producer, before, 0);
  modify(word | ready, before, all_consumers | sleeping | attached);
#else
  modify(word - producer + ready, before, all_consumers | sleeping | attached);
#endif
#ifdef BREAK_touch_afterwards
  load(before, all_consumers | sleeping | attached);
#endif
  if
  :: !(before & all_consumers) -> before = 0; free()
  :: before & all_consumers -> before = before & ~all_consumers; tell()
  fi
}

inline set_lazy() {
  modify(word | lazy, before, sleeping);
#ifndef BREAK_lazy_unannounced
  if
  :: before & sleeping -> wake_all(sleepers)
  :: else
  fi;
#endif
  before = 0
}

// A promise gets a value, which may throw while it is stored, or a hook.
inline keep() {
  claim();
  if
  :: before & claimed -> before = 0 // promise_already_satisfied
  :: !(before & claimed) && kind == hook -> set_lazy()
  :: !(before & claimed) && kind == kept_promise ->
    store();
    publish()
  :: !(before & claimed) && kind == kept_promise -> modify(word & ~claimed, before, 0)
  fi
}

// The owner of the producer's handle.
proctype first_producer() {
  short before, now;
  if
  :: kind == reply ->
    store();
#if defined(WITH_failure) && !defined(BREAK_fail_late)
    modify(word | failed, before, 0);
#endif
    publish_last()
#ifdef BREAK_fail_late
    ;
    d_step { word = word | failed }
#endif
  :: kind != reply ->
    if
    :: kind == dropped_reply
    :: kind == kept_promise || kind == hook ->
      keep();
      second_done
    fi;
    // The handle is destroyed.
    claim();
    if
    :: before & claimed -> drop(producer)
    :: !(before & claimed) ->
      store();
      publish_last()
    fi
  fi;
  ended++
}

// An actor releases the mutex to insert its edge, and checks again.
inline wait_for_maker() {
  before = maker;
  unlock(mutex);
  lock(mutex);
  load(now, ready);
  if
  :: now == ready || maker != before
  :: now == 0 && maker == before ->
    atomic {
      waiting_for_maker = waiting_for_maker | me;
      unlock(mutex)
    };
    if
    :: !(waiting_for_maker & me)
    :: atomic { limited -> waiting_for_maker = waiting_for_maker & ~me; gave_up = true }
    fi;
    lock(mutex)
  fi;
  before = 0
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
  :: load(now, ready);
#ifdef BREAK_make_without_look
    now = 0;
#endif
    if
    :: now & ready -> gave_up = false; unlock(mutex); break
    :: !(now & ready) && gave_up -> unlock(mutex); break
    :: !(now & ready) && !gave_up && maker != 0 -> wait_for_maker()
    :: !(now & ready) && !gave_up && maker == 0 ->
      maker = me;
      unlock(mutex);
      if
      :: limited -> gave_up = true // the hook threw a timeout_error
      :: true ->
        store();
        publish()
      fi;
      done();
      break
    fi
  od
}

inline sleep_in_kernel() {
  do
  ::
#ifdef BREAK_sleep_unannounced
    load(now, ~0);
#elif defined(BREAK_announce_late)
    load(now, ready | lazy);
    modify(word | sleeping, before, ~0);
#else
    d_step {
      touch;
      word = word | sleeping;
      now = word
    };
#endif
    if
    :: now & (ready | lazy) -> break
    :: !(now & (ready | lazy)) && limited -> gave_up = true; break
    :: !(now & (ready | lazy)) ->
#ifdef BREAK_announce_late
      now = before | sleeping;
#endif
      sleep_while(word, sleepers, now)
    fi
  od
}

inline await() {
  do
  :: load(now, ready | lazy);
    if
    :: now & ready -> break
    :: now == lazy -> make_once(); break
    :: now == 0 ->
      sleep_in_kernel();
      if
      :: gave_up -> break
      :: else
      fi
    fi
  od;
  now = 0
}

// The read-modify-write is a loop that ends when one succeeds, or when the handles forbid it.
inline move_out() {
#ifdef BREAK_move_out_in_two
  load(now, all_handles);
  if
  :: now == (one_consumer | producer) -> modify(word | moved_out, before, 0)
  :: now != (one_consumer | producer)
  fi;
#else
  d_step {
    touch;
    now = word & all_handles;
    if
    :: now == (one_consumer | producer) -> word = word | moved_out
    :: else
    fi
  };
#endif
  now = now & all_consumers
}

inline extract() {
#ifdef WITH_failure
  d_step {
    touch;
    assert(stored);
    read = true
  };
#ifndef BREAK_observe_nothing
  modify(word | observed, before, 0)
#endif
#else
  move_out();
  d_step {
    touch;
    assert(stored && !gone);
    gone = (now == one_consumer);
    now = 0
  }
#endif
}

inline attach() {
#ifdef BREAK_attach_in_two
  load(before, ready);
  modify(word | attached, now, 0);
#else
  modify(word | attached, before, ready);
#endif
  if
  :: before == ready -> before = 0; run_waiter()
  :: before == 0
  fi
}

// `before` is whether there was no future to return.
inline offer() {
  modify(word + one_consumer, before, moved_out);
#ifdef BREAK_offer_without_look
  before = 0;
#endif
  if
  :: before != 0 -> drop(one_consumer); before = moved_out
  :: before == 0
  fi
}

// Keeps the promise, or takes a further future from it and reads that.
proctype second_producer() {
  short before, now;
  bool limited, gave_up;
  if
#ifdef WITH_later_future
  :: offer();
    second_done = true;
    if
    :: before != 0 -> before = 0
    :: before == 0 ->
      await();
      extract();
      drop(one_consumer)
    fi
#else
  :: kind == kept_promise || kind == hook -> keep()
  :: else
#endif
  fi;
  d_step {
    second_done = true;
    ended++
  }
}

proctype consumer(bool may_attach) {
  short before, now;
  bool limited, gave_up, attaches;
  if
  :: goto leave // drops it unread
  :: limited = true
  :: true
  :: modify(word + one_consumer, before, 0); // a copy, which is dropped unread
    drop(one_consumer)
  :: may_attach ->
    attaches = true;
    attach()
  fi;
  if
  :: attaches && kind != hook
  :: !attaches || kind == hook -> await()
  fi;
  if
  :: attaches -> waiter_runs > 0
  :: !attaches && !gave_up -> extract()
  :: !attaches && gave_up
  fi;
leave:
  drop(one_consumer);
  d_step {
    one_attached = one_attached || attaches;
    ended++
  }
}

init {
  atomic {
    if
#ifndef WITH_later_future
    :: kind = reply
#endif
#ifdef WITH_later_future
    :: kind = kept_promise
#elif !defined(WITH_third_consumer) && !defined(WITH_failure)
    :: kind = dropped_reply
    :: kind = kept_promise
    :: kind = hook
#endif
    fi;
    run first_producer();
    run second_producer();
    run consumer(true);
#ifdef WITH_third_consumer
    run consumer(false);
#endif
    run consumer(false)
  };
  ended == PRODUCERS + CONSUMERS;
  assert(freed);
  assert(one_attached == (waiter_runs == 1));
#ifdef WITH_failure
  assert(reports == (read -> 0 : 1))
#endif
}

ltl everybody_ends { <> (ended == PRODUCERS + CONSUMERS) }
