// SPDX-License-Identifier: BSL-1.0
// The end of a program that waits for an actor is logged once. One case a run; ctest compares the output.
#include <cstdio>
#include <latch>
#include <string>
#include <string_view>

#include <vicar/vicar.hpp>

#include "support/saying.hpp"
#include "support/waits.hpp"

namespace {

std::latch begun{1};
std::latch warned{1};

struct worker {
  void work() {
    begun.count_down();
    warned.wait();
  }
  void rest() {}
  void on_stop() { support::say("worker stopped"); }
};

struct asker {
  vicar::actor_ref<worker> target;
  void ask() { target.call<&worker::rest>().get(); }
  void on_stop() { support::say("asker stopped"); }
};

/// The text without the parts that differ from run to run: the URN, and how long a member has been running.
std::string settled(std::string text) {
  const std::size_t urn = text.find(", urn:");
  if (urn != text.npos) text.erase(urn, text.find(')', urn) - urn);
  static constexpr std::string_view before = " for ";
  const std::size_t member = text.find(" has been running ");
  if (member == text.npos) return text;
  const std::size_t number = text.find(before, member) + before.size();
  return text.replace(number, text.find(' ', number) - number, "some");
}

}  // namespace

int main(int, char** argv) {
  using vicar::detail::cell_table;
  if (cell_table::quiet_at_exit != 5) return 1;  // seconds
  cell_table::quiet_at_exit = 0.001;

  const bool waiting = std::string_view{argv[1]} == "waiting";
  const auto first = vicar::start<worker>({.name = "first"});
  first.defer<&worker::work>();
  begun.wait();
  if (waiting) {
    const auto second = vicar::start<asker>({.name = "second"}, first);
    second.defer<&asker::ask>();
    support::until_waiting(second);
  }
  // Once the end has named the actor that it waits for, this actor may end.
  vicar::set_log_sink([expected = waiting ? "second" : "first"](const vicar::log_record& record) {
    if (record.actor != expected) return;
    support::say(std::string{record.message}.c_str());
    support::say(settled(vicar::exception_text(record.exception)).c_str());
    warned.count_down();
  });
  support::say("main returns");
}
