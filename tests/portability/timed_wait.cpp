// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <cstdio>

#include <vicar/detail/system/time_limit.hpp>
#include <vicar/detail/system/wait_word.hpp>

// A wait with a timeout, which is not a whole number of seconds, sleeps until its end, and not for a part of it: the
// kernel would have read the deadline as another type. A signal may wake it now and then.
int main() {
  using vicar::detail::time_limit;
  const vicar::detail::wait_word word{0};
  const time_limit limit{std::chrono::milliseconds{1500}};
  int sleeps = 0;
  while (vicar::detail::steady_now() < limit.until_nanoseconds()) {
    vicar::detail::sleep_while(word, 0, limit.until_nanoseconds());
    ++sleeps;
  }
  std::printf("%s\n", sleeps <= 20 ? "slept" : "spun");
}
