// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_BENCHMARKS_DRIVERS_HPP
#define VICAR_BENCHMARKS_DRIVERS_HPP

#include <chrono>
#include <cstddef>
#include <exception>
#include <latch>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "check.hpp"
#include "placement.hpp"
#include "resident.hpp"
#include "suite.hpp"
#include "tally.hpp"

// The scenarios, written once for every subject. A subject is a `tally` on a thread of its own, made by the default
// constructor and stopped by the destructor, with
//
//   int add_one(int value);          asks, and waits for the answer
//   future add_one_later(int value); asks
//   static int read(future& answer); waits for the answer
//   void put(int value);             sends
//   long sum();                      calls for the sum, after what this thread sent before
//   void place(const core_set&);     confines the subject's thread
//   class ring;                      where it can pass a token around, see `pass_token`
//
// `Surroundings` is what has to exist while such subjects do.
namespace benchmarks {

class stopwatch {
 public:
  double nanoseconds() const {
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - began_).count();
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// The sum of `value + 1` for all values below `count`.
constexpr long sum_of_answers(long count) { return count * (count + 1) / 2; }

/// Calls until the reply is the expected one: messages of different senders may overtake each other, and a thread may
/// need a moment to end.
template <class Ask>
void wait_until_equal(Ask ask, long expected, const char* what) {
  constexpr double patience = 30e9;
  const stopwatch watch;
  while (ask() != expected) {
    if (watch.nanoseconds() > patience) require_equal(ask(), expected, what);
    std::this_thread::yield();
  }
}

/// Confines both threads by a message and a call, not by what a thread inherits: a library may use a thread again. For
/// the same reason both are freed in the end.
template <class Subject>
class placed_pair {
 public:
  placed_pair(Subject& subject, placement where) : subject_{subject}, caller_{where} {
    subject_.place(cores_of_actor(where));
  }
  ~placed_pair() { subject_.place(all_cores()); }
  placed_pair(const placed_pair&) = delete;
  placed_pair& operator=(const placed_pair&) = delete;

 private:
  Subject& subject_;
  placed_caller caller_;
};

/// A: one call after the other.
template <class Subject>
measurement round_trip(const setting& how) {
  const long count = how.count(20'000);
  Subject subject;
  const placed_pair pair{subject, how.where};
  for (int value = 0; value < count / 10; ++value) subject.add_one(value);
  long sum = 0;
  const stopwatch watch;
  for (int value = 0; value < count; ++value) sum += subject.add_one(value);
  const double took = watch.nanoseconds();
  require_equal(sum, sum_of_answers(count), "sum of the answers of a round trip");
  return {took / static_cast<double>(count)};
}

/// B: many calls, whose replies are read after the last call.
template <class Subject>
measurement answers_kept(const setting& how) {
  const long count = how.count(100'000);
  Subject subject;
  subject.add_one(0);
  std::vector<typename Subject::future> answers;
  answers.reserve(static_cast<std::size_t>(count));
  long sum = 0;
  const stopwatch watch;
  for (int value = 0; value < count; ++value) answers.push_back(subject.add_one_later(value));
  for (auto& answer : answers) sum += Subject::read(answer);
  const double took = watch.nanoseconds();
  require_equal(sum, sum_of_answers(count), "sum of the answers kept");
  return {took / static_cast<double>(count)};
}

/// C: one thread sends, until all messages are handled.
template <class Subject>
measurement one_producer(const setting& how) {
  const long count = how.count(2'000'000);
  Subject subject;
  subject.add_one(0);
  const stopwatch watch;
  for (long done = 0; done < count; ++done) subject.put(1);
  const long sum = subject.sum();
  const double took = watch.nanoseconds();
  require_equal(sum, count, "sum of one producer");
  return {took / static_cast<double>(count)};
}

/// D: four threads send at the same time, until all messages are handled.
template <class Subject>
measurement four_producers(const setting& how) {
  constexpr int producers = 4;
  const long count = how.count(500'000);
  Subject subject;
  subject.add_one(0);
  std::latch ready{producers + 1};
  std::vector<std::thread> threads;
  for (int producer = 0; producer < producers; ++producer) {
    threads.emplace_back([&] {
      ready.arrive_and_wait();
      for (long done = 0; done < count; ++done) subject.put(1);
    });
  }
  ready.arrive_and_wait();
  const stopwatch watch;
  for (std::thread& thread : threads) thread.join();
  wait_until_equal([&] { return subject.sum(); }, producers * count, "sum of four producers");
  return {watch.nanoseconds() / static_cast<double>(producers * count)};
}

/// E: an actor is started and stopped, then the next.
template <class Subject>
measurement started_and_stopped(const setting& how) {
  const long count = how.count(10'000);
  const long before = tally::destroyed.load();
  const stopwatch watch;
  for (long done = 0; done < count; ++done) Subject subject;
  const double took = watch.nanoseconds();
  wait_until_equal([&] { return tally::destroyed.load() - before; }, count, "actors that were destroyed");
  return {took / static_cast<double>(count)};
}

/// F: each actor of a ring sends to the next, and one token goes round. A ring has
///
///   explicit ring(std::size_t actors, placement);
///   void pass(long hops);    starts the token, and waits until it has arrived as often
///   long visits();           how often it arrived anywhere so far; asks every actor, so that the last one, which tells
///                            of the arrival, is done with that before there is another
template <class Ring>
measurement pass_token(const setting& how) {
  constexpr std::size_t actors = 100;
  const long count = how.count(20'000);
  Ring ring{actors, how.where};
  const placed_caller caller{how.where};
  ring.pass(2 * static_cast<long>(actors));
  const long before = ring.visits();
  const stopwatch watch;
  ring.pass(count);
  const double took = watch.nanoseconds();
  require_equal(ring.visits() - before, count, "hops of the token");
  return {took / static_cast<double>(count)};
}

template <class Subject>
std::vector<std::unique_ptr<Subject>> start_many(std::size_t number) {
  std::vector<std::unique_ptr<Subject>> all;
  all.reserve(number);
  try {
    while (all.size() < number) all.push_back(std::make_unique<Subject>());
  } catch (const std::exception& refused) {
    throw left_out{fmt::format("{} of {} actors were started, then: {}", all.size(), number, refused.what())};
  }
  return all;
}

/// G: many actors are started, each is called once, and they stay alive. Only for a process that has done nothing else.
template <class Subject>
measurement many_alive(const setting& how) {
  const long count = how.count(1'000);
  const double before = resident_bytes();
  long sum = 0;
  const stopwatch watch;
  auto subjects = start_many<Subject>(static_cast<std::size_t>(count));
  for (auto& subject : subjects) sum += subject->add_one(1);
  const double took = watch.nanoseconds();
  require_equal(sum, 2 * count, "sum of the answers of many actors");
  return {took / static_cast<double>(count), (resident_bytes() - before) / static_cast<double>(count)};
}

/// I: some number of actors, called in turn.
template <class Subject>
measurement called_in_turn(const setting& how) {
  auto subjects = start_many<Subject>(how.actors);
  for (auto& subject : subjects) subject->add_one(0);
  const long actors = static_cast<long>(how.actors);
  const long laps = (how.count(10'000) + actors - 1) / actors;
  long sum = 0;
  const stopwatch watch;
  for (long lap = 0; lap < laps; ++lap) {
    for (auto& subject : subjects) sum += subject->add_one(1);
  }
  const double took = watch.nanoseconds();
  require_equal(sum, 2 * laps * actors, "sum of the answers of actors in turn");
  return {took / static_cast<double>(laps * actors)};
}

/// J: some threads send into a mailbox that holds few messages, until all was handled. The subject is made with the
/// capacity.
template <class Subject>
measurement bounded_senders(const setting& how) {
  const long usual = how.capacity == 1 ? 20'000 : 400'000;
  const long each = how.count(usual) / how.senders;
  Subject subject{how.capacity};
  subject.add_one(0);
  std::latch ready{how.senders + 1};
  std::vector<std::thread> threads;
  for (int sender = 0; sender < how.senders; ++sender) {
    threads.emplace_back([&] {
      ready.arrive_and_wait();
      for (long done = 0; done < each; ++done) subject.put(1);
    });
  }
  ready.arrive_and_wait();
  const stopwatch watch;
  for (std::thread& thread : threads) thread.join();
  wait_until_equal([&] { return subject.sum(); }, how.senders * each, "sum of the senders to a bounded mailbox");
  return {watch.nanoseconds() / static_cast<double>(how.senders * each)};
}
template <class Subject>
void add_bounded_subject(suite& all, const std::string& name) {
  all.add('J', name, bounded_senders<Subject>);
}

struct nothing {};

template <class Subject, class Surroundings = nothing>
runner run_of(char letter) {
  const auto inside = [](measurement (*run)(const setting&)) -> runner {
    return [run](const setting& how) {
      [[maybe_unused]] const Surroundings around{};
      return run(how);
    };
  };
  switch (letter) {
    case 'A':
      return inside(round_trip<Subject>);
    case 'B':
      return inside(answers_kept<Subject>);
    case 'C':
      return inside(one_producer<Subject>);
    case 'D':
      return inside(four_producers<Subject>);
    case 'E':
      return inside(started_and_stopped<Subject>);
    case 'F':
      if constexpr (requires { typename Subject::ring; }) return inside(pass_token<typename Subject::ring>);
      break;
    case 'G':
      return inside(many_alive<Subject>);
    case 'I':
      return inside(called_in_turn<Subject>);
    default:
      break;
  }
  throw std::logic_error{fmt::format("no subject can run scenario {} this way", letter)};
}

/// Adds the scenarios that `letters` names.
template <class Subject, class Surroundings = nothing>
void add_subject(suite& all, const std::string& name, std::string_view letters) {
  for (const char letter : letters) all.add(letter, name, run_of<Subject, Surroundings>(letter));
}

}  // namespace benchmarks

#endif
