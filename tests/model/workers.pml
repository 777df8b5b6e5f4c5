// SPDX-License-Identifier: BSL-1.0
// Thread reuse: idle threads, which wait a moment for their next job, and threads that submit jobs.
//
// Stands for worker_threads::run, work, offer, take_idle, withdraw and wait_for_next (runtime/worker_threads.hpp).
//
// Checked:
// - every job is run exactly once, also one that is submitted while the thread is about to give up;
// - no wake-up is missed: a thread that has not given up is woken for its job;
// - no thread is lost: each has a job, or is in the list, or has been taken off it for a job, or has ended;
// - nothing of a thread is accessed after it has ended.
//
// Orders: the list is guarded by the mutex. `state` becomes `given` with release after `next` was written; a thread that
// finds it so acquires. Both sides change it by read-modify-writes, so one of the two sees the other's change.
//
// BREAK_give_up_anyway (assertion violated): a thread ends although it was taken off the list.
// BREAK_give_up_in_two (assertion violated): withdraw checks and leaves the list in two steps.
// BREAK_sleep_in_two (invalid end state): a thread checks for a job, and then stores `asleep`.
// BREAK_give_in_two (invalid end state): run checks whether the thread sleeps, and then stores `given`.
// BREAK_give_early (assertion violated): run stores `given` before the job.
// BREAK_state_stays (assertion violated): a thread leaves `state` at `given` when it has taken its job.
// BREAK_sleep_blindly (invalid end state): the kernel does not compare.

#include "waiting.inc"

#define GIVERS 2
#define THREADS 3 // as many as jobs
#define MOST_IDLE 2
#define NOTHING 255

mtype = { waiting, asleep, given };

// Of each thread; gone with it.
mtype state[THREADS] = waiting;
byte next[THREADS] = NOTHING;
bool alive[THREADS];

byte sleepers[THREADS]; // on its state
byte made;              // threads so far

byte idle[MOST_IDLE]; // the list, guarded by the mutex: a critical section is one step
byte idle_count;

bool begun[THREADS]; // each job
bool done[THREADS];
byte ended;

#define touch(thread) assert(alive[thread])

inline leave_list(place) {
  idle_count--;
  if
  :: place == 0 && idle_count == 1 -> idle[0] = idle[1]
  :: else
  fi;
  idle[idle_count] = 0
}

// Any of them may be scheduled as wanted, or none; a job that wants a thread of its own takes none either.
inline take_idle() {
  atomic {
    if
    :: idle_count > 0 -> taken = idle[0]; leave_list(0)
    :: idle_count > 1 -> taken = idle[1]; leave_list(1)
    :: taken = NOTHING
    fi
  }
}

inline give(job) {
  take_idle();
  if
  :: d_step {
      taken == NOTHING ->
      next[made] = job;
      alive[made] = true;
      made++
    }
  :: taken != NOTHING ->
#ifndef BREAK_give_early
    d_step {
      touch(taken);
      next[taken] = job
    };
#endif
#ifdef BREAK_give_in_two
    before = state[taken];
    state[taken] = given;
#else
    d_step {
      touch(taken);
      before = state[taken];
      state[taken] = given
    };
#endif
#ifdef BREAK_give_early
    next[taken] = job;
#endif
    atomic {
      if
      :: before == asleep -> wake_one(sleepers[taken])
      :: before != asleep
      fi;
      taken = NOTHING;
      before = waiting
    }
  fi
}

proctype giver(byte first, last) {
  byte job = first;
  byte taken = NOTHING;
  mtype before = waiting;
  do
  :: give(job);
    if
    :: job == last -> break
    :: job < last && done[job]
    :: job < last
    fi;
    job++
  od;
  done[first] && done[last];
  ended++
}

// A thread that differs from a new one is not offered, nor is a job's own thread.
inline offer() {
  atomic {
    if
    :: idle_count < MOST_IDLE ->
      idle[idle_count] = self;
      idle_count++;
      offered = true
    :: offered = false
    fi
  }
}

// Returns `withdrawn`.
inline withdraw() {
#ifdef BREAK_give_up_in_two
  withdrawn = (idle_count > 0 && idle[0] == self) || (idle_count > 1 && idle[1] == self);
#endif
  d_step {
    if
    :: idle_count > 0 && idle[0] == self -> leave_list(0); withdrawn = true
    :: idle_count > 1 && idle[1] == self -> leave_list(1); withdrawn = true
    :: else
    fi
  };
#ifdef BREAK_give_up_anyway
  withdrawn = true
#endif
}

inline prepare_to_sleep() {
#ifdef BREAK_sleep_in_two
  found = state[self] == given;
  if
  :: !found -> state[self] = asleep
  :: found
  fi
#else
  d_step {
    if
    :: state[self] == given -> found = true
    :: else -> state[self] = asleep
    fi
  }
#endif
}

// Like sleep_while. An idle thread may sleep forever; the threads that submitted a job to it would not end.
inline sleep() {
  if
#ifdef BREAK_sleep_blindly
  :: sleepers[self] = me;
#else
  :: atomic { state[self] == asleep -> sleepers[self] = me };
#endif
end_asleep:
    if
    :: !sleepers[self]
    :: atomic { sleepers[self] && disturbances > 0 -> disturbances--; sleepers[self] = 0 }
    :: atomic { sleepers[self] && impatient && !passed -> sleepers[self] = 0; passed = true }
    fi
  :: state[self] != asleep
  fi
}

// Returns `found`.
inline wait_for_next() {
  if
  :: impatient = true // the timeout will pass, sooner or later
  :: true
  :: state[self] == given -> found = true // while it spins
  fi;
  do
  :: found -> break
  :: !found ->
    prepare_to_sleep();
    if
    :: found -> break
    :: !found && impatient ->
      passed = true;
      withdraw();
      if
      :: withdrawn -> break
      :: !withdrawn
      fi
    :: !found && !passed
    fi;
    sleep()
  od
}

proctype thread(byte self) {
  byte job;
  bool offered, found, impatient, passed, withdrawn;
end:
  alive[self];
  do
  :: d_step {
      job = next[self];
      next[self] = NOTHING;
      assert(job != NOTHING && !begun[job]);
      begun[job] = true;
      found = false;
      impatient = false;
      passed = false
    };
    offer();
    // The end of the previous job.
    d_step {
      done[job] = true;
      job = 0
    };
    if
    :: !offered -> break
    :: offered -> wait_for_next()
    fi;
    if
    :: !found -> break
#ifdef BREAK_state_stays
    :: found
#else
    :: found -> state[self] = waiting
#endif
    fi
  od;
  alive[self] = false
}

init {
  byte i;
  atomic {
    for (i : 0 .. THREADS - 1) {
      run thread(i)
    };
    run giver(0, 1);
    run giver(2, 2)
  };
  ended == GIVERS;
  timeout;
  // The remaining threads wait in the list.
  d_step {
    for (i : 0 .. THREADS - 1) {
      assert(!alive[i] || (idle_count > 0 && idle[0] == i) || (idle_count > 1 && idle[1] == i))
    }
  }
}

ltl everybody_ends { <> (ended == GIVERS) }
