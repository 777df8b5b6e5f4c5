// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/futures/waiters.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "support/catch.hpp"
#include "support/threads.hpp"

namespace {

using support::on_threads;
using vicar::detail::run_all;
using vicar::detail::waiter;
using vicar::detail::waiter_list;

struct numbered : waiter {
  numbered(int its_number, std::vector<int>& all_runs)
      : waiter{[](waiter& self) noexcept {
          const auto& whole = static_cast<numbered&>(self);
          whole.runs.push_back(whole.number);
        }},
        number{its_number},
        runs{all_runs} {}
  int number;
  std::vector<int>& runs;
};

/// Is destroyed when it runs.
struct counted : waiter {
  explicit counted(std::atomic<int>& all_runs)
      : waiter{[](waiter& self) noexcept {
          const std::unique_ptr<counted> whole{static_cast<counted*>(&self)};
          ++whole->runs;
        }},
        runs{all_runs} {}
  std::atomic<int>& runs;
};

}  // namespace

TEST_CASE("waiters run in the order in which they were pushed") {
  std::vector<int> runs;
  numbered first{1, runs};
  numbered second{2, runs};
  numbered third{3, runs};
  waiter_list list;
  CHECK(list.push(first));
  CHECK(list.push(second));
  CHECK(list.push(third));
  run_all(list.close());
  CHECK(runs == std::vector<int>{1, 2, 3});
}

TEST_CASE("a list without waiters closes to an empty one") {
  waiter_list list;
  CHECK(list.close() == nullptr);
}

TEST_CASE("a closed list refuses a waiter, which is then the caller's to run") {
  std::vector<int> runs;
  numbered late{1, runs};
  waiter_list list;
  list.close();
  CHECK_FALSE(list.push(late));
  CHECK(runs.empty());
}

TEST_CASE("a waiter may be destroyed when it runs") {
  std::atomic<int> runs{0};
  waiter_list list;
  for (int i = 0; i < 3; ++i) CHECK(list.push(*std::make_unique<counted>(runs).release()));
  run_all(list.close());
  CHECK(runs == 3);
}

TEST_CASE("each waiter runs once, whichever of push and close comes first, and sees what came before the close") {
  for (int round = 0; round < 2000; ++round) {
    waiter_list list;
    std::atomic<int> runs{0};
    int outcome = 0;
    on_threads(3, [&](std::size_t index) {
      if (index == 0) {
        outcome = 7;
        run_all(list.close());
        return;
      }
      auto mine = std::make_unique<counted>(runs);
      if (list.push(*mine)) {
        static_cast<void>(mine.release());
      } else {
        waiter& refused = *mine.release();
        refused.run(refused);
        if (outcome != 7) runs = -100;
      }
    });
    REQUIRE(runs == 2);
  }
}
