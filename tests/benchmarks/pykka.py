# SPDX-License-Identifier: BSL-1.0
"""Runs one scenario of the benchmarks with Pykka, and prints nanoseconds and bytes for one operation."""

import os
import sys
import threading
import time
import traceback

# The script's own folder comes first in the path, and the script is called as the package is.
sys.path.pop(0)
import pykka  # noqa: E402

CORES = sorted(os.sched_getaffinity(0))


def confine_this_thread(number):
    os.sched_setaffinity(0, CORES if number is None else [CORES[number % len(CORES)]])


def core_of_actor(placement, index=0):
    if placement == "free":
        return None
    return 0 if placement == "one core" else (index + 1) % 2


def core_of_caller(placement):
    return None if placement == "free" else 0


class Tally(pykka.ThreadingActor):
    def __init__(self):
        super().__init__()
        self.sum = 0

    def add_one(self, value):
        self.sum += value
        return value + 1

    def put(self, value):
        self.sum += value

    def place(self, core):
        confine_this_thread(core)


class Station(pykka.ThreadingActor):
    def __init__(self):
        super().__init__()
        self.visits = 0
        self.following = None

    def link(self, following):
        self.following = following

    def arrive(self, hops, arrived):
        self.visits += 1
        if hops == 1:
            arrived.set()
        else:
            self.following.arrive.defer(hops - 1, arrived)

    def place(self, core):
        confine_this_thread(core)


def require_equal(actual, expected, what):
    if actual != expected:
        raise RuntimeError(f"{what}: {actual} instead of {expected}")


def resident_bytes():
    with open("/proc/self/statm") as statistics:
        return int(statistics.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def now():
    return time.perf_counter_ns()


def placed_tally(placement):
    proxy = Tally.start().proxy()
    proxy.place(core_of_actor(placement)).get()
    confine_this_thread(core_of_caller(placement))
    return proxy


def sum_of_answers(count):
    return count * (count + 1) // 2


def round_trip(count, placement, actors):
    proxy = placed_tally(placement)
    for value in range(count // 10):
        proxy.add_one(value).get()
    began = now()
    total = sum(proxy.add_one(value).get() for value in range(count))
    took = now() - began
    require_equal(total, sum_of_answers(count), "sum of the answers of a round trip")
    return took / count, 0


def answers_kept(count, placement, actors):
    proxy = placed_tally(placement)
    began = now()
    answers = [proxy.add_one(value) for value in range(count)]
    total = sum(answer.get() for answer in answers)
    took = now() - began
    require_equal(total, sum_of_answers(count), "sum of the answers kept")
    return took / count, 0


def one_producer(count, placement, actors):
    proxy = placed_tally(placement)
    began = now()
    for _ in range(count):
        proxy.put.defer(1)
    total = proxy.sum.get()
    took = now() - began
    require_equal(total, count, "sum of one producer")
    return took / count, 0


def four_producers(count, placement, actors):
    producers = 4
    proxy = placed_tally(placement)
    ready = threading.Barrier(producers + 1)

    def produce():
        ready.wait()
        for _ in range(count):
            proxy.put.defer(1)

    threads = [threading.Thread(target=produce) for _ in range(producers)]
    for thread in threads:
        thread.start()
    ready.wait()
    began = now()
    for thread in threads:
        thread.join()
    total = proxy.sum.get()
    took = now() - began
    require_equal(total, producers * count, "sum of four producers")
    return took / (producers * count), 0


def started_and_stopped(count, placement, actors):
    stopped = 0
    began = now()
    for _ in range(count):
        stopped += Tally.start().stop()
    took = now() - began
    require_equal(stopped, count, "actors that were stopped")
    return took / count, 0


def pass_token(count, placement, actors):
    size = 100
    ring = [Station.start().proxy() for _ in range(size)]
    for index, station in enumerate(ring):
        station.link(ring[(index + 1) % size]).get()
        station.place(core_of_actor(placement, index)).get()
    confine_this_thread(core_of_caller(placement))

    def go_round(hops):
        arrived = threading.Event()
        ring[0].arrive.defer(hops, arrived)
        arrived.wait()

    go_round(2 * size)
    began = now()
    go_round(count)
    took = now() - began
    total = sum(station.visits.get() for station in ring)
    require_equal(total, count + 2 * size, "hops of the token")
    return took / count, 0


def many_alive(count, placement, actors):
    before = resident_bytes()
    began = now()
    alive = [Tally.start().proxy() for _ in range(count)]
    total = sum(proxy.add_one(1).get() for proxy in alive)
    took = now() - began
    require_equal(total, 2 * count, "sum of the answers of many actors")
    return took / count, (resident_bytes() - before) / count


def called_in_turn(count, placement, actors):
    alive = [Tally.start().proxy() for _ in range(actors)]
    for proxy in alive:
        proxy.add_one(0).get()
    laps = -(-count // actors)
    began = now()
    total = sum(proxy.add_one(1).get() for _ in range(laps) for proxy in alive)
    took = now() - began
    require_equal(total, 2 * laps * actors, "sum of the answers of actors in turn")
    return took / (laps * actors), 0


# A tenth of what the others do in C and D, which take long here; the figures are for one message.
SCENARIOS = {
    "A": (round_trip, 20_000),
    "B": (answers_kept, 100_000),
    "C": (one_producer, 200_000),
    "D": (four_producers, 50_000),
    "E": (started_and_stopped, 10_000),
    "F": (pass_token, 20_000),
    "G": (many_alive, 1_000),
    "I": (called_in_turn, 10_000),
}


def main():
    letter, placement, actors, extent = sys.argv[1:]
    run, count = SCENARIOS[letter]
    if extent == "quick":
        count = -(-count // 20)
    nanoseconds, size = run(count, placement, int(actors))
    pykka.ActorRegistry.stop_all()
    print(nanoseconds, size)


try:
    main()
except BaseException:
    traceback.print_exc()
    os._exit(1)  # the threads of actors that are still alive would keep the process
