// SPDX-License-Identifier: BSL-1.0
#ifndef VICAR_TESTS_SUPPORT_PARTY_HPP
#define VICAR_TESTS_SUPPORT_PARTY_HPP

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <vicar/vicar.hpp>

#include "support/expect.hpp"
#include "support/started.hpp"
#include "support/waits.hpp"

// Actors that wait for each other as a test says.
namespace support {

struct note {};

struct deck {
  int play() { return 1; }
  int track = 0;
};

/// Runs the tasks that a test calls it with.
class party {
 public:
  using task = std::function<std::string()>;
  using receives = vicar::messages<note>;

  std::string foo(const task& what) { return what(); }
  std::string bar(const task& what) { return what(); }
  std::string baz(const task& what) { return what(); }
  int answer() const { return 7; }
  std::vector<int> answers() const { return {1, 2, 3}; }
  vicar::future<int> later() { return vicar::make_ready_future(7); }
  int on_receive(const note&) { return 7; }
  int level() const { return 0; }
  void set_level(int) {}

  int field = 0;
  vicar::traversable<deck> tape;
};

}  // namespace support

VICAR_PROXY(support::deck, play, track)
VICAR_PROXY(support::party, foo, bar, baz, answer, answers, later, field, tape, VICAR_PROPERTY(level, level, set_level))

namespace support {

using task = party::task;
using party_ref = vicar::actor_ref<party>;

inline vicar::options named(std::string_view name, std::size_t capacity = vicar::unbounded) {
  return {.name = name, .mailbox_capacity = capacity};
}

/// The text of the error that names this cycle.
inline std::string deadlock(const std::string& path) {
  return "vicar: deadlock: " + path +
         "; each waits for the next: let one of them answer without waiting, or wait with a timeout";
}

/// The text of the error that refuses a wait.
inline std::string refusal(const std::function<void()>& wait) { return error_text<vicar::deadlock_error>(wait); }

/// Two actors, of which `a` waits in `foo` for `bar` of `b`, which then waits for `a`. Returns the text of the error
/// that is thrown in `b`.
class pair {
 public:
  explicit pair(std::size_t capacity = vicar::unbounded) : a{named("a", capacity)}, b{named("b")} {}

  std::string closed_by(const std::function<void(const party_ref&)>& wait) const {
    const task closing = [wait, to = a.ref] {
      until_waiting(to);
      return refusal([&] { wait(to); });
    };
    return a.proxy->foo([closing, to = b.ref] { return to.call<&party::bar>(closing).get(); }).get();
  }
  bool both_work() const { return a.proxy->answer().get() == 7 && b.proxy->answer().get() == 7; }

  const started<party> a;
  const started<party> b;
};

}  // namespace support

#endif
