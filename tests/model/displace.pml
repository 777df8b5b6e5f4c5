// SPDX-License-Identifier: BSL-1.0
// A full mailbox that replaces its oldest messages by new ones (overflow::drop_oldest).
//
// Stands for mailbox::push_displacing, forget, oldest, leave_oldest, unpin, recycle, take_oldest, shrink_queued, arm and
// sleep_until_woken (mailbox/mailbox.hpp), and cell::displace (cells/cell.hpp). Requests to stop are left out.
//
// A message stays in its chunk while it is handled by the consumer, or abandoned by the sender whose message replaces
// it. Both do that without the lock.
//
// Checked:
// - there are never more pending messages than the capacity, and the oldest is displaced;
// - each message is handled or abandoned once, in the order of sending, and is in its place until then;
// - no more chunks are in use than the capacity, the senders and the consumer need;
// - the consumer does not sleep while there are messages.
//
// Orders: all shared data is read and written under the lock, which also publishes the contents of the chunks.
//
// WITH_capacity_of_one: one message may be pending.
// WITH_small_chunks: one message fills a chunk.
// BREAK_no_pin (assertion violated): the sender does not pin the chunk of the message that it abandons.
// BREAK_begun_unpinned (assertion violated): take_oldest does not pin the chunk of the message that it returns.
// BREAK_unpin_early (assertion violated): the sender unpins the chunk before it abandons the message.
// BREAK_never_recycle (assertion violated): WITH_small_chunks, and unpin leaves a chunk that has left the chain where it is.
// BREAK_count_late (assertion violated): take_oldest leaves it to the consumer to count the message, without the lock.
// BREAK_empty_early (invalid end state): take_oldest reports an empty mailbox while there are messages.
// BREAK_arm_unseen (invalid end state): arm does not check whether there are messages.

#include "waiting.inc"

#define SENDERS 2
#define ALL (SENDERS * EACH_SENDS)
#ifdef WITH_capacity_of_one
#define CAPACITY 1
#else
#define CAPACITY 2
#endif
#if defined(WITH_small_chunks) || defined(BREAK_never_recycle)
#define PLACES 1 // in a chunk
#else
#define PLACES 2
#endif
#ifdef BREAK_never_recycle
#define EACH_SENDS 4
#else
#define EACH_SENDS 3
#endif
// One for the new message, an empty one, and one for each message that others handle or abandon.
#define CHUNKS (CAPACITY + 2 + SENDERS)
#define NONE 255

byte pushed, handled;
byte first = NONE, last = NONE, front;
byte following[CHUNKS];
byte used[CHUNKS];
byte pins[CHUNKS];
bool in_use[CHUNKS];
byte content[CHUNKS * PLACES]; // numbers of messages

mtype = { drained, queued, armed };
mtype signal = drained;
byte sleepers; // on signal

bool over;
byte finished; // handled or abandoned messages
byte newest;   // of those handled, by its number

#define in_place(chunk, index) content[(chunk) * PLACES + (index)]

inline recycle(chunk) {
  in_use[chunk] = false;
  used[chunk] = 0
}

// Continues with the next chunk if the first one is empty.
inline oldest() {
  if
  :: first != NONE && front == used[first] && first != last ->
    left = first;
    first = following[first];
    front = 0;
    if
    :: pins[left] == 0 -> recycle(left)
    :: else
    fi
  :: else
  fi
}

inline leave_oldest() {
  oldest();
  chunk = first;
  index = front;
  number = in_place(first, front);
  pins[first]++;
  front++
}

inline unpin(which) {
  pins[which]--;
  if
#ifdef BREAK_never_recycle
  :: false -> skip
#else
  :: pins[which] == 0 && which != first -> recycle(which)
#endif
  :: else
  fi
}

inline push_displacing() {
  atomic {
    is_full = pushed - handled == CAPACITY;
    if
    :: last == NONE || used[last] == PLACES ->
      made = 0;
      do
      :: in_use[made] -> made++; assert(made < CHUNKS)
      :: else -> break
      od;
      in_use[made] = true;
      if
      :: last == NONE -> first = made; front = 0
      :: else -> following[last] = made
      fi;
      last = made;
      made = 0
    :: else
    fi;
    pushed++;
    in_place(last, used[last]) = pushed;
    used[last]++;
    if
    :: is_full ->
      leave_oldest();
      handled++;
      assert(number == handled);
#ifdef BREAK_no_pin
      unpin(chunk)
#endif
    :: else
    fi;
    assert(pushed - handled <= CAPACITY);
    before = signal;
    signal = queued
  }
}

proctype sender() {
  byte to_send = EACH_SENDS;
  byte chunk, index, number, left, made;
  bool is_full;
  mtype before;
  do
  :: to_send > 0 ->
    push_displacing();
    to_send--;
    if
    :: before == armed -> wake_one(sleepers)
    :: else
    fi;
    if
    :: is_full ->
#ifdef BREAK_unpin_early
      atomic { unpin(chunk) };
#endif
      atomic {
        assert(in_place(chunk, index) == number);
        finished++
      };
#if !defined(BREAK_no_pin) && !defined(BREAK_unpin_early)
      atomic { unpin(chunk) };
#endif
      atomic {
        is_full = false;
        chunk = 0;
        index = 0;
        number = 0
      }
    :: else
    fi
  :: to_send == 0 -> break
  od
}

inline done_with_the_last() {
  if
  :: begun != NONE ->
#ifndef BREAK_begun_unpinned
    unpin(begun);
#endif
    begun = NONE
  :: else
  fi
}

inline take_oldest() {
  atomic {
    done_with_the_last();
    leave_oldest();
    begun = chunk;
#ifdef BREAK_begun_unpinned
    unpin(chunk);
#endif
#ifndef BREAK_count_late
    handled++;
    assert(number == handled);
#endif
    oldest();
#ifdef BREAK_empty_early
    signal = drained
#else
    if
    :: front == used[first] -> signal = drained
    :: else
    fi
#endif
  }
}

inline arm() {
  atomic {
    done_with_the_last();
    oldest();
    if
    :: first != NONE && front == used[first] && pins[first] == 0 ->
      recycle(first);
      first = NONE;
      last = NONE;
      front = 0
    :: else
    fi
  };
  atomic {
    if
    :: over
#ifdef BREAK_arm_unseen
    :: !over -> signal = armed
#else
    :: !over && signal != queued -> signal = armed
    :: !over && signal == queued
#endif
    fi
  }
}

proctype consumer() {
  byte begun = NONE;
  byte chunk, index, number, left;
  do
  :: over -> break
  :: signal == queued ->
    take_oldest();
#ifdef BREAK_count_late
    handled++;
    assert(number == handled);
#endif
    atomic {
      assert(in_place(chunk, index) == number);
      assert(number > newest);
      newest = number;
      finished++;
      chunk = 0;
      index = 0;
      number = 0
    }
  :: signal != queued && !over ->
    arm();
    do
    :: signal == armed -> sleep_while(signal, sleepers, armed)
    :: else -> break
    od
  od
}

init {
  atomic {
    run sender();
    run sender();
    run consumer()
  };
  finished == ALL; // never because the consumer sleeps
  assert(pushed == ALL && handled == ALL);
  atomic {
    over = true;
    signal = drained
  };
  wake_all(sleepers)
}
