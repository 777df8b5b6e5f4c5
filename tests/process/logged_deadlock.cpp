// SPDX-License-Identifier: BSL-1.0
// Two actors wait for each other with deadlock_policy::log. Ends, without waiting for them, when both
// wait; prints the log.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <fmt/core.h>

#include <vicar/vicar.hpp>

namespace {

class friendly {
 public:
  int greet(const vicar::actor_ref<friendly>& other) {
    return other.call<&friendly::greet>(vicar::self(*this)).get();  // forever
  }
};

bool waits(const vicar::actor_ref<friendly>& waiting) {
  return static_cast<bool>(vicar::detail::wait_edge::from(*vicar::detail::ref_access::handle(waiting)).target);
}

}  // namespace

int main() {
  vicar::set_log_sink([](const vicar::log_record& record) {
    const char* const level = record.level == vicar::log_level::error ? "error" : "another level";
    fmt::print("{} of {}: {}\n", level, record.actor, record.message);
  });
  const auto first = vicar::start<friendly>({.name = "a", .deadlock = vicar::deadlock_policy::log});
  const auto second = vicar::start<friendly>({.name = "b", .deadlock = vicar::deadlock_policy::log});
  first.defer<&friendly::greet>(second);
  while (!waits(first) || !waits(second)) std::this_thread::yield();
  fmt::print("both wait\n");
  std::fflush(stdout);
  std::_Exit(0);
}
