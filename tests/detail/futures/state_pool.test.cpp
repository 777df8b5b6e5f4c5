// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/futures/state_pool.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <optional>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

#include <vicar/future.hpp>

#include "support/catch.hpp"
#include "support/failing_new.hpp"
#include "support/threads.hpp"

/// A function of AddressSanitizer, null if the program runs without it.
extern "C" [[gnu::weak]] int __asan_address_is_poisoned(const volatile void* address);

using support::joined_thread;
using vicar::detail::from_state_pool;
using vicar::detail::future_state;
using vicar::detail::state_pool;

namespace {

/// Under AddressSanitizer, blocks come from the heap and are freed at once, so that it finds uses of freed memory.
constexpr bool pools_are_used = !VICAR_SANITIZES_ADDRESSES;

/// Runs `function` on a new thread, which keeps no blocks yet, and joins it.
template <class Function>
void on_new_thread(Function function) {
  joined_thread{std::move(function)}.join();
}

/// The growth of the heap since this object was created. To be read outside of Catch2's macros, which
/// allocate, too.
class growth {
 public:
  long blocks() const { return support::heap.blocks - blocks_; }
  long bytes() const { return support::heap.bytes - bytes_; }

 private:
  long blocks_ = support::heap.blocks;
  long bytes_ = support::heap.bytes;
};

using blocks = std::vector<void*>;

template <class Pool>
blocks take(std::size_t count) {
  blocks taken(count);
  std::generate(taken.begin(), taken.end(), &Pool::allocate);
  return taken;
}
template <class Pool>
void give_up(const blocks& taken) {
  for (void* const each : taken) Pool::deallocate(each);
}

}  // namespace

// Each of the following tests has its own pools: of another size, or of a new thread.

TEST_CASE("a thread reuses the blocks that it has freed") {
  using pool = state_pool<72>;
  void* const first = pool::allocate();
  void* const second = pool::allocate();
  CHECK(pool::kept() == 0);
  pool::deallocate(first);
  pool::deallocate(second);
  CHECK(pool::kept() == 2);
  {
    const support::failing_allocation any_fails{0};
    CHECK(pool::allocate() == second);
    CHECK(pool::allocate() == first);
    CHECK_FALSE(any_fails.happened());
  }
  CHECK(pool::kept() == 0);
  pool::deallocate(first);
  pool::deallocate(second);
}

TEST_CASE("a warmed-up thread does not allocate") {
  using pool = state_pool<80>;
  give_up<pool>(take<pool>(50));
  std::array<void*, 50> used{};
  const support::failing_allocation any_fails{0};
  for (std::size_t round = 0; round < 1000; ++round) {
    const std::size_t count = round % used.size() + 1;
    std::generate_n(used.begin(), count, &pool::allocate);
    std::for_each_n(used.begin(), count, &pool::deallocate);
  }
  CHECK_FALSE(any_fails.happened());
  CHECK(pool::kept() == 50);
}

TEST_CASE("a thread keeps no more blocks than it ever had in use at the same time") {
  using pool = state_pool<88>;
  for (int i = 0; i < 100; ++i) pool::deallocate(pool::allocate());
  CHECK(pool::kept() == 1);
  give_up<pool>(take<pool>(10));
  CHECK(pool::kept() == 10);
  const blocks some = take<pool>(4);
  CHECK(pool::kept() == 6);
  give_up<pool>(take<pool>(3));
  CHECK(pool::kept() == 6);

  blocks foreign;
  on_new_thread([&] { foreign = take<pool>(100); });
  const growth heap;
  give_up<pool>(foreign);
  give_up<pool>(some);
  const long grown = heap.blocks();
  CHECK(pool::kept() == 10);
  CHECK(grown == -100);
}

TEST_CASE("a thread keeps at most 8 MiB of one size") {
  constexpr std::size_t most = std::size_t{8} << 20U;
  constexpr std::size_t size = 64 << 10U;
  using pool = state_pool<size>;
  const growth heap;
  for (int round = 0; round < 3; ++round) give_up<pool>(take<pool>(200));
  const long grown = heap.bytes();
  CHECK(pool::kept() * size == most);
  CHECK(grown == static_cast<long>(most));
}

TEST_CASE("a thread that only frees blocks of other threads keeps none") {
  using pool = state_pool<96>;
  blocks handed_over(1000);
  std::binary_semaphore full{0};
  std::binary_semaphore empty{0};
  bool last = false;
  std::size_t kept = 0;
  long most = 0;
  {
    const joined_thread giver{[&] {
      while (full.acquire(), !last) {
        give_up<pool>(handed_over);
        kept = std::max(kept, pool::kept());
        empty.release();
      }
    }};
    const growth heap;
    for (int round = 0; round < 100; ++round) {
      std::generate(handed_over.begin(), handed_over.end(), &pool::allocate);
      full.release();
      empty.acquire();
      most = std::max(most, heap.blocks());
    }
    last = true;
    full.release();
  }
  CHECK(most == 0);
  CHECK(kept == 0);
  CHECK(pool::kept() == 0);
}

TEST_CASE("threads that free each other's blocks do not grow") {
  using pool = state_pool<104>;
  blocks here(100);
  blocks there(100);
  std::binary_semaphore yours{0};
  std::binary_semaphore mine{0};
  bool last = false;
  long most = 0;
  const growth heap;
  {
    const joined_thread other{[&] {
      while (yours.acquire(), !last) {
        give_up<pool>(here);
        std::generate(there.begin(), there.end(), &pool::allocate);
        mine.release();
      }
    }};
    const growth since_the_start;
    for (int round = 0; round < 200; ++round) {
      std::generate(here.begin(), here.end(), &pool::allocate);
      yours.release();
      mine.acquire();
      give_up<pool>(there);
      most = std::max(most, since_the_start.blocks());
    }
    last = true;
    yours.release();
  }
  const long grown = heap.blocks();
  CHECK(most <= 200);  // at most the blocks that each had in use at the same time
  CHECK(grown == static_cast<long>(pool::kept()));
}

TEST_CASE("a thread frees all its blocks when it ends") {
  using pool = state_pool<112>;
  const growth heap;
  std::size_t kept = 0;
  on_new_thread([&] {
    give_up<pool>(take<pool>(100));
    kept = pool::kept();
  });
  const long grown = heap.blocks();
  CHECK(kept == 100);
  CHECK(grown == 0);
}

TEST_CASE("blocks in use on other threads survive the end of their own thread") {
  using pool = state_pool<120>;
  using content = std::array<unsigned char, 120>;
  blocks in_flight(10);
  const growth heap;
  on_new_thread([&] {
    give_up<pool>(take<pool>(20));
    std::generate(in_flight.begin(), in_flight.end(), &pool::allocate);
    for (void* const each : in_flight) ::new (each) content{7};
  });
  const long in_use = heap.blocks();
  bool whole = true;
  on_new_thread([&] {
    for (void* const each : in_flight) whole = whole && *std::launder(static_cast<content*>(each)) == content{7};
    give_up<pool>(in_flight);
  });
  const long in_the_end = heap.blocks();
  CHECK(in_use == 10);
  CHECK(whole);
  CHECK(in_the_end == 0);
}

namespace {

/// Calls a function when its thread ends.
struct at_thread_end {
  void (*function)() = nullptr;
  at_thread_end() = default;
  at_thread_end(const at_thread_end&) = delete;
  at_thread_end& operator=(const at_thread_end&) = delete;
  ~at_thread_end() {
    if (function) function();
  }
};
thread_local at_thread_end after_the_pool;
thread_local std::optional<vicar::future<int>> last_future;

}  // namespace

TEST_CASE("a future destroyed after its thread's pool leaks nothing") {
  using pool = state_pool<64>;
  const growth heap;
  std::size_t kept = 0;
  on_new_thread([&] {
    last_future = vicar::make_ready_future(1);  // constructed before the pool keeps anything, so destroyed after it
    for (int i = 0; i < 3; ++i) {
      const vicar::future<int> kept_by_nobody = vicar::make_ready_future(2);
    }
    kept = pool::kept();
  });
  const long grown = heap.blocks();
  CHECK(kept == (pools_are_used ? 1 : 0));
  CHECK(grown == 0);
}

TEST_CASE("a thread that uses futures after its pool was destroyed leaks nothing") {
  const growth heap;
  on_new_thread([] {
    after_the_pool.function = [] {
      for (int i = 0; i < 3; ++i) {
        const vicar::future<int> one = vicar::make_ready_future(1);
        const vicar::future<int> another = vicar::make_ready_future(2);
      }
    };
    const vicar::future<int> before_the_end = vicar::make_ready_future(3);
  });
  const long grown = heap.blocks();
  CHECK(grown == 0);
}

namespace {

/// Destroyed after the pool of the main thread.
struct in_static_storage {
  std::optional<vicar::future<int>> answer;
  in_static_storage() = default;
  in_static_storage(const in_static_storage&) = delete;
  in_static_storage& operator=(const in_static_storage&) = delete;
  ~in_static_storage() {
    if (!answer) return;
    const growth heap;
    answer.reset();
    if (heap.blocks() == -1 && state_pool<64>::kept() == 0) return;
    std::fputs("a future in static storage left its memory behind\n", stderr);
    std::_Exit(1);
  }
} static_holder;

}  // namespace

TEST_CASE("a future in static storage leaks nothing") {
  static_holder.answer = vicar::make_ready_future(1);
  const vicar::future<int> keeps_the_pool_in_use = vicar::make_ready_future(2);
  SUCCEED("the end of the program looks");
}

namespace {

template <std::size_t Size>
struct sized : from_state_pool {
  sized() { bytes.fill(1); }
  std::array<unsigned char, Size> bytes;
};

struct use {
  std::size_t of_64 = 0;   ///< blocks that are kept
  std::size_t of_128 = 0;  ///< likewise
  long left_behind = 0;
  bool operator==(const use&) const = default;
};

/// The blocks that a new thread keeps after creating and destroying one object, and those that remain after its end.
template <class T>
use after_one() {
  use seen;
  const growth heap;
  on_new_thread([&] {
    delete new T;
    seen = {state_pool<64>::kept(), state_pool<128>::kept()};
  });
  seen.left_behind = heap.blocks();
  return seen;
}

constexpr use from_pool_of_64 = {pools_are_used ? 1 : 0, 0, 0};
constexpr use from_pool_of_128 = {0, pools_are_used ? 1 : 0, 0};
constexpr use from_heap = {};

struct alignas(16) aligned_as_usual {
  int number = 0;
};
struct alignas(64) over_aligned {
  int number = 0;
};
struct alignas(4096) on_a_page {
  int number = 0;
};

/// Whether the values of many futures of a `Value` are aligned.
template <class Value>
bool lie_aligned() {
  std::vector<vicar::future<Value>> futures;
  for (int i = 0; i < 20; ++i) futures.push_back(vicar::make_ready_future(Value{i}));
  int expected = 0;
  return std::all_of(futures.begin(), futures.end(), [&](const auto& each) {
    const auto address = reinterpret_cast<std::uintptr_t>(&each.get());
    return address % alignof(Value) == 0 && each.get().number == expected++;
  });
}

}  // namespace

TEST_CASE("objects of up to 64 and 128 bytes come from pools, larger ones from the heap") {
  CHECK(after_one<sized<1>>() == from_pool_of_64);
  CHECK(after_one<sized<63>>() == from_pool_of_64);
  CHECK(after_one<sized<64>>() == from_pool_of_64);
  CHECK(after_one<sized<65>>() == from_pool_of_128);
  CHECK(after_one<sized<128>>() == from_pool_of_128);
  CHECK(after_one<sized<129>>() == from_heap);
  CHECK(after_one<sized<5000>>() == from_heap);
}

TEST_CASE("the states of small values come from pools") {
  CHECK(after_one<future_state<void>>() == from_pool_of_64);
  CHECK(after_one<future_state<int>>() == from_pool_of_64);
  CHECK(after_one<future_state<std::string>>() == from_pool_of_128);
  CHECK(after_one<future_state<std::array<char, 200>>>() == from_heap);
}

TEST_CASE("AddressSanitizer detects the use of a freed state") {
  const bool here = &__asan_address_is_poisoned != nullptr;
  CHECK(here != pools_are_used);
  if (!here) return;
  const auto seen = [](auto* state) {
    const volatile auto address =
        reinterpret_cast<std::uintptr_t>(state);  // volatile: otherwise GCC warns about its use below
    delete state;
    return __asan_address_is_poisoned(reinterpret_cast<const void*>(address)) != 0;
  };
  CHECK(seen(new future_state<int>));
  CHECK(seen(new future_state<std::string>));
  CHECK(seen(new future_state<over_aligned>));
}

TEST_CASE("the states of over-aligned values come from the heap and are aligned") {
  CHECK(after_one<future_state<over_aligned>>() == from_heap);
  CHECK(after_one<future_state<on_a_page>>() == from_heap);
  CHECK(lie_aligned<aligned_as_usual>());
  CHECK(lie_aligned<over_aligned>());
  CHECK(lie_aligned<on_a_page>());
}

TEST_CASE("a pool without memory throws, and does not count the failed allocation") {
  using pool = state_pool<136>;
  blocks foreign;
  on_new_thread([&] { foreign = take<pool>(5); });
  const growth heap;
  int thrown = 0;
  for (int i = 0; i < 3; ++i) {
    const support::failing_allocation fault{0};
    try {
      pool::allocate();
    } catch (const std::bad_alloc&) {
      ++thrown;
    }
  }
  pool::deallocate(pool::allocate());
  give_up<pool>(foreign);
  const long grown = heap.blocks();
  CHECK(thrown == 3);
  CHECK(pool::kept() == 1);  // as many as were in use
  CHECK(grown == 1 - 5);
}

TEST_CASE("a promise without memory throws, unless the pool has a block for it") {
  bool thrown = false;
  bool failed_later = false;
  int value = 0;
  on_new_thread([&] {
    {
      const support::failing_allocation fault{0};
      try {
        const vicar::promise<int> none;
      } catch (const std::bad_alloc&) {
        thrown = true;
      }
    }
    vicar::make_ready_future(4).wait();  // its memory is kept
    const support::failing_allocation fault{pools_are_used ? 0 : 1};
    vicar::promise<int> promise;
    promise.set_value(5);
    value = promise.get_future().get();
    failed_later = fault.happened();
  });
  CHECK(thrown);
  CHECK(value == 5);
  CHECK_FALSE(failed_later);
}
