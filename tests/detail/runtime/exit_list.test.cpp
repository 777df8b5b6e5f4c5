// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/runtime/exit_list.hpp>

#include <cstdint>
#include <future>
#include <thread>
#include <utility>

#include "support/catch.hpp"

namespace {

using vicar::detail::exit_list;
using entry = exit_list::entry;

bool is_empty() { return exit_list::instance().wait_until_empty(exit_list::instance().entered() + 1); }

}  // namespace

TEST_CASE("the exit list is empty unless an awaited actor has an entry") {
  CHECK(is_empty());
  entry awaited{true};
  CHECK_FALSE(is_empty());
  awaited = entry{};
  CHECK(is_empty());
  const entry of_a_daemon{false};
  CHECK(is_empty());
}

TEST_CASE("an entry moves with its owner and is given up once") {
  entry first{true};
  entry second{std::move(first)};
  CHECK_FALSE(is_empty());
  {
    const entry third{std::move(second)};
  }
  CHECK(is_empty());
}

TEST_CASE("waiting for an empty list ends when an actor is started that the waiting thread does not know") {
  exit_list& list = exit_list::instance();
  entry first{true};
  const std::uint64_t known = list.entered();
  auto emptied = std::async(std::launch::async, [&] { return list.wait_until_empty(known); });
  entry second{true};
  CHECK_FALSE(emptied.get());
}

TEST_CASE("waiting for an empty list ends when the last entry is given up") {
  exit_list& list = exit_list::instance();
  entry first{true};
  entry second{true};
  const std::uint64_t known = list.entered();
  auto emptied = std::async(std::launch::async, [&] { return list.wait_until_empty(known); });
  first = entry{};
  second = entry{};
  CHECK(emptied.get());
}

TEST_CASE("a thread that will not return from its actor gives up the entry of that actor") {
  std::thread{[] {
    CHECK_FALSE(exit_list::awaits_this_thread());
    entry here{true};
    here.begin_here();
    CHECK(exit_list::awaits_this_thread());
    exit_list::leave_this_thread();
    CHECK_FALSE(exit_list::awaits_this_thread());
    CHECK(is_empty());
    exit_list::leave_this_thread();
  }}.join();
  CHECK(is_empty());
}

TEST_CASE("the process does not await the thread of a daemon") {
  std::thread{[] {
    entry here{false};
    here.begin_here();
    CHECK_FALSE(exit_list::awaits_this_thread());
  }}.join();
}
