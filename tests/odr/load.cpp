// SPDX-License-Identifier: BSL-1.0
// Repeatedly loads the library with the given path, uses its actors and closes it, also with one of its actors
// alive. Once it has started an actor, it stays in memory, since threads may run its code.
#include <any>
#include <cstddef>
#include <optional>
#include <string_view>

#include <vicar/vicar.hpp>

#include "support/library.hpp"

namespace {

using support::expect;
using support::failures;
using support::in_memory;
using support::library;

struct program_actor {
  int seven() { return 7; }
};

std::optional<vicar::any_actor_ref> theirs() {
  const auto found = vicar::registry::get_by_class_name("loaded_actor");
  if (found.size() != 1) return std::nullopt;
  return found.front();
}
int answer_of(const vicar::any_actor_ref& ref, int number) { return std::any_cast<int>(ref.ask(number).get()); }

void use(const library& opened, std::size_t others) {
  opened.call<void>("start_loaded_actor");
  expect(opened.call<std::size_t>("count_in_loaded_library") == others + 1, "the library sees the program's actor");
  const auto ref = theirs();
  expect(ref.has_value(), "the program finds the library's actor");
  if (!ref) return;
  expect(answer_of(*ref, 41) == 42, "it answers, and self works in it");

  int records = 0;
  vicar::set_log_sink([&](const vicar::log_record& record) { records += record.level == vicar::log_level::info; });
  vicar::set_log_level(vicar::log_level::debug);
  expect(opened.call<bool>("debug_is_on_in_loaded_library"), "the library has the program's log level");
  ref->ask(-1).wait();
  expect(ref->stop().get(), "it can be stopped");
  expect(records == 1, "it logs to the program's sink");
  vicar::set_log_level(vicar::log_level::warning);
  vicar::reset_log_sink();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 1;
  const char* const path = arguments[1];
  const int mode = std::string_view{arguments[2]} == "global" ? RTLD_GLOBAL : RTLD_LOCAL;
  {
    const library opened{path, mode};
    if (!opened) return 1;
    opened.call<void>("start_loaded_actor");  // on a thread that may start in the library's code
    theirs().value().stop().wait();
  }
  expect(in_memory(path), "the library stays in memory once it has started an actor");
  const auto mine = vicar::start<program_actor>();
  for (int round = 0; round < 3; ++round) {
    const library opened{path, mode};
    if (!opened) return 1;
    use(opened, 1);
  }
  expect(mine.call<&program_actor::seven>().get() == 7, "the program's actor has lived through it");
  library{path, mode}.call<void>("start_loaded_actor");
  const auto left = theirs();
  expect(left && answer_of(*left, 1) == 2, "an actor whose library was closed lives on");
  return failures;
}
