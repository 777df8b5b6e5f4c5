// SPDX-License-Identifier: BSL-1.0
// One registry, one log and one set of error types, however many translation units and shared libraries use the
// headers.
#include <cstddef>
#include <cstdio>

#include <vicar/vicar.hpp>

std::size_t count_in_other_unit();
vicar::any_actor_ref start_in_library();
bool library_actor_knows_itself(const vicar::any_actor_ref& ref);
void throw_in_library(const vicar::any_actor_ref& ref);

namespace {
int failures = 0;
void expect(bool condition, const char* what) {
  std::printf("%s: %s\n", condition ? "ok" : "FAILED", what);
  if (!condition) ++failures;
}
struct program_actor {
  int seven() { return 7; }
};
}  // namespace

int main() {
  auto mine = vicar::start<program_actor>();
  auto theirs = start_in_library();
  expect(vicar::registry::get_all().size() == 2, "the program sees both actors");
  expect(count_in_other_unit() == 2, "the other unit sees both actors");
  expect(vicar::registry::get_by_urn(theirs.urn()) == theirs, "the library's actor is found by its URN");
  expect(library_actor_knows_itself(theirs), "self works in the library");
  int records = 0;
  vicar::set_log_level(vicar::log_level::info);
  vicar::set_log_sink([&](const vicar::log_record&) { ++records; });
  bool caught = false;
  try {
    throw_in_library(theirs);
  } catch (const vicar::null_step_error&) {
    caught = true;
  }
  expect(caught, "an error thrown in the library is caught by its type");
  expect(records == 1, "the library logs to the program's sink");
  vicar::reset_log_sink();
  vicar::set_log_level(vicar::log_level::warning);
  expect(vicar::registry::stop_all().size() == 2, "stop_all stops both");
  expect(!mine.is_alive() && !theirs.is_alive(), "both are stopped");
  return failures;
}
