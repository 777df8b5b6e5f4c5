// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/runtime/worker_threads.hpp>

#include <atomic>
#include <cstddef>
#include <latch>
#include <memory>
#include <semaphore>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/thread_attributes.hpp"
#include "support/threads.hpp"

namespace {

/// A job in two parts: `before` the worker may be given another job, and `after` that.
struct job {
  struct steps {
    virtual ~steps() = default;
    virtual void before() {}
    virtual void after() {}
  };
  std::shared_ptr<steps> content;

  template <class Offer>
  void operator()(Offer offer) {
    content->before();
    offer();
    content->after();
  }
};

using pool = vicar::detail::worker_threads<job>;

/// Never destroyed: threads may use it until the process ends.
pool& the_pool() {
  static pool* const one = new pool;
  return *one;
}

struct note_thread final : job::steps {
  std::thread::id* where;
  std::binary_semaphore* done;
  note_thread(std::thread::id& place, std::binary_semaphore& end) : where{&place}, done{&end} {}
  void before() override { *where = std::this_thread::get_id(); }
  void after() override { done->release(); }
};

std::thread::id run_one() {
  std::thread::id where;
  std::binary_semaphore done{0};
  the_pool().run(job{std::make_shared<note_thread>(where, done)});
  done.acquire();
  return where;
}

TEST_CASE("a job runs on another thread") { CHECK(run_one() != std::this_thread::get_id()); }

TEST_CASE("consecutive jobs reuse one thread") {
  std::set<std::thread::id> threads;
  for (int i = 0; i < 1000; ++i) threads.insert(run_one());
  // A job is visibly done after its thread was offered; if the test was preempted, the thread may have ended.
  CHECK(threads.size() < 100);
}

struct meet final : job::steps {
  std::shared_ptr<std::latch> all;  // any of them may be the last to leave it
  explicit meet(std::shared_ptr<std::latch> together) : all{std::move(together)} {}
  void before() override { all->arrive_and_wait(); }
};

TEST_CASE("concurrent jobs have a thread each, even more than may stay idle") {
  for (int round = 0; round < 5; ++round) {
    const auto together = std::make_shared<std::latch>(41);
    for (int i = 0; i < 40; ++i) the_pool().run(job{std::make_shared<meet>(together)});
    together->arrive_and_wait();
  }
  run_one();
  SUCCEED("none waited for another");
}

struct wait_in_the_end final : job::steps {
  std::binary_semaphore* offered;
  std::binary_semaphore* open;
  std::thread::id* where;
  wait_in_the_end(std::binary_semaphore& here, std::binary_semaphore& gate, std::thread::id& place)
      : offered{&here}, open{&gate}, where{&place} {}
  void before() override { *where = std::this_thread::get_id(); }
  void after() override {
    offered->release();
    open->acquire();
  }
};

TEST_CASE("an offered thread begins its next job after it has finished the current one") {
  static pool& own = *new pool;  // so that no idle thread of another test is reused
  std::binary_semaphore offered{0};
  std::binary_semaphore open{0};
  std::thread::id first;
  own.run(job{std::make_shared<wait_in_the_end>(offered, open, first)});
  offered.acquire();
  std::thread::id second;
  std::binary_semaphore done{0};
  own.run(job{std::make_shared<note_thread>(second, done)});
  CHECK_FALSE(done.try_acquire());  // the job was given to the thread that is still waiting
  open.release();
  done.acquire();
  CHECK(second == first);
}

TEST_CASE("a job with its own thread reuses no idle thread, and leaves none") {
  static pool& own = *new pool;
  struct note_number final : job::steps {
    long* where;
    std::binary_semaphore* done;
    note_number(long& place, std::binary_semaphore& end) : where{&place}, done{&end} {}
    void before() override { *where = support::thread_number(); }
    void after() override { done->release(); }
  };
  std::set<long> numbers;
  using vicar::detail::job_thread;
  for (const job_thread which : {job_thread::reused, job_thread::own, job_thread::own, job_thread::own}) {
    long number = 0;
    std::binary_semaphore done{0};
    own.run(job{std::make_shared<note_number>(number, done)}, which);
    done.acquire();
    numbers.insert(number);
  }
#if defined(__linux__)
  CHECK(numbers.size() == 4);
#endif
}

struct count_destroyed final : job::steps {
  std::atomic<int>* destroyed;
  explicit count_destroyed(std::atomic<int>& where) : destroyed{&where} {}
  count_destroyed(const count_destroyed&) = delete;
  count_destroyed& operator=(const count_destroyed&) = delete;
  ~count_destroyed() override {
    ++*destroyed;
    destroyed->notify_all();
  }
};

TEST_CASE("a job is destroyed when it is done, not when the next one arrives") {
  std::atomic<int> destroyed{0};
  the_pool().run(job{std::make_shared<count_destroyed>(destroyed)});
  destroyed.wait(0);
  CHECK(destroyed == 1);
}

TEST_CASE("each of the jobs that many threads submit runs once") {
  std::atomic<int> destroyed{0};
  support::on_threads(4, [&](std::size_t) {
    for (int i = 0; i < 500; ++i) the_pool().run(job{std::make_shared<count_destroyed>(destroyed)});
  });
  for (int now = destroyed; now != 2000; now = destroyed) destroyed.wait(now);
  CHECK(destroyed == 2000);
}

}  // namespace
