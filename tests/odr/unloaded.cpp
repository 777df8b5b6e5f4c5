// SPDX-License-Identifier: BSL-1.0
// A shared library that uses futures, the log and an actor of the program, and starts none.
#include <any>
#include <string>

#include <vicar/vicar.hpp>

namespace {
int records = 0;
}  // namespace

extern "C" {
__attribute__((visibility("default"))) int make_value_in_library() {
  vicar::promise<int> promise;
  const vicar::future<int> next = promise.get_future().map([](int value) { return value + 1; });
  promise.set_value(41);
  return next.get();
}
__attribute__((visibility("default"))) int ask_from_library() {
  const vicar::any_actor_ref ref = vicar::registry::get_all().front();
  ref.tell(std::string{"from afar"});
  return std::any_cast<int>(ref.ask(3).get());
}
__attribute__((visibility("default"))) void take_log_in_library() {
  vicar::set_log_sink([](const vicar::log_record&) { ++records; });
}
__attribute__((visibility("default"))) int give_log_back_in_library() {
  vicar::reset_log_sink();
  return records;
}
}
