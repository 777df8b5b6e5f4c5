// SPDX-License-Identifier: BSL-1.0
#include <vicar/detail/system/fork.hpp>

#include <cstdint>
#include <string>

#if VICAR_HAS_FORK
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "support/catch.hpp"

using vicar::detail::fork_handlers;
using vicar::detail::fork_steps;
using vicar::detail::this_generation;

#if VICAR_HAS_FORK

namespace {

/// Whether `check()` is true in a child.
template <class Check>
bool in_child(Check check) {
  const pid_t child = fork();
  if (child == 0) _exit(check() ? 0 : 1);
  int status = 1;
  return waitpid(child, &status, 0) == child && status == 0;
}

std::string steps;

fork_steps first{[]() noexcept { steps += "lock first, "; }, []() noexcept { steps += "unlock first, "; },
                 []() noexcept { steps += "forget first, "; }};
fork_steps second{[]() noexcept { steps += "lock second, "; }, []() noexcept { steps += "unlock second, "; },
                  []() noexcept { steps += "forget second, "; }};
fork_steps only_in_child{nullptr, nullptr, []() noexcept { steps += "forget third, "; }};

}  // namespace

TEST_CASE("the steps of each owner run once around fork(), in the order of registration") {
  fork_handlers::add({&first, &second});
  fork_handlers::add({&second, &only_in_child, &first});
  for (int i = 0; i < 2; ++i) {
    steps.clear();
    CHECK(in_child([] { return steps == "lock first, lock second, forget first, forget second, forget third, "; }));
    CHECK(steps == "lock first, lock second, unlock first, unlock second, ");
  }
}

TEST_CASE("a child is of a later generation than its parent") {
  fork_handlers::add({});
  const std::uint32_t here = this_generation();
  CHECK(in_child([&] { return this_generation() == here + 1; }));
  CHECK(in_child([&] { return in_child([&] { return this_generation() == here + 2; }); }));
  CHECK(this_generation() == here);
}

TEST_CASE("steps may be added in a child") {
  CHECK(in_child([] {
    static fork_steps more{nullptr, nullptr, []() noexcept { steps += "forget more, "; }};
    fork_handlers::add({&more});
    steps.clear();
    return in_child([] { return steps.find("forget more, ") != std::string::npos; });
  }));
}

#else

TEST_CASE("without fork() there is one generation") {
  fork_handlers::add({});
  CHECK(this_generation() == 0);
}

#endif
