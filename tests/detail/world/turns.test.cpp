// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/world/turns.hpp>

#include <mutex>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using vicar::detail::kept_threads;
using vicar::detail::turn;

TEST_CASE("a turn that was given before it is taken is not lost") {
  turn mine;
  mine.give();
  mine.take();
  std::thread giver{[&] { mine.give(); }};
  mine.take();
  giver.join();
}

TEST_CASE("a kept thread does one job after the other, each when it has the turn") {
  kept_threads threads;
  std::vector<int> order;
  std::mutex mutex;  // a sanitizer does not see the turns
  const auto note = [&](int number) {
    const std::lock_guard lock{mutex};
    order.push_back(number);
  };
  kept_threads::kept& first = threads.engage([&] {
    note(1);
    threads.turn_of_test().give();
  });
  kept_threads::kept& second = threads.engage([&] {
    note(2);
    threads.turn_of_test().give();
  });
  CHECK(&first != &second);
  second.its_turn.give();
  threads.turn_of_test().take();
  first.its_turn.give();
  threads.turn_of_test().take();
  threads.release(first);
  kept_threads::kept& again = threads.engage([&] {
    note(3);
    threads.turn_of_test().give();
  });
  CHECK(&again == &first);
  again.its_turn.give();
  threads.turn_of_test().take();
  const std::lock_guard lock{mutex};
  CHECK(order == std::vector{2, 1, 3});
}
