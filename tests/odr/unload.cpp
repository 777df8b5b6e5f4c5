// SPDX-License-Identifier: BSL-1.0
// Loads the library with the given path, which uses vicar but starts no actor, and closes it: then it is unloaded,
// and the program's actor continues.
#include <any>
#include <string>
#include <string_view>
#include <thread>

#include <vicar/vicar.hpp>

#include "support/library.hpp"

namespace {

using support::expect;
using support::failures;
using support::in_memory;
using support::library;

class program_actor {
 public:
  using receives = vicar::messages<int, std::string>;
  int on_receive(int number) { return number + static_cast<int>(last_.size()); }
  void on_receive(const std::string& text) { last_ = text; }
  std::string last() const { return last_; }

 private:
  std::string last_;
};

void use(const library& opened, const vicar::actor_ref<program_actor>& ref) {
  expect(opened.call<int>("make_value_in_library") == 42, "the library makes futures");
  expect(opened.call<int>("ask_from_library") == 12, "its messages reach the program's actor");
  opened.call<void>("take_log_in_library");
  vicar::any_actor_ref{ref}.tell('c');  // a warning, since it is not handled
  expect(ref.call<&program_actor::last>().get() == "from afar", "they were handled");
  expect(opened.call<int>("give_log_back_in_library") == 1, "its sink gets the program's log");
}

bool lives(const vicar::actor_ref<program_actor>& ref) {
  return std::any_cast<int>(vicar::any_actor_ref{ref}.ask(1).get()) == 10 && vicar::registry::get_all().size() == 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 1;
  const char* const path = arguments[1];
  const int mode = std::string_view{arguments[2]} == "global" ? RTLD_GLOBAL : RTLD_LOCAL;
  const auto ref = vicar::start<program_actor>();
  for (int round = 0; round < 3; ++round) {
    {
      const library opened{path, mode};
      if (!opened) return 1;
      std::thread{[&] { use(opened, ref); }}.join();
    }
    expect(!in_memory(path), "the library is gone");
    expect(lives(ref), "the program's actor goes on");
  }
#if defined(__GLIBC__) && !VICAR_SANITIZES_ADDRESSES
  std::thread{[&] {
    use(library{path, mode}, ref);
    expect(in_memory(path), "the library stays while a thread lives that has used futures there");
  }}.join();
  expect(lives(ref), "the program's actor goes on");
#endif
  const auto another = vicar::start<program_actor>();
  expect(another.call<&program_actor::last>().get().empty(), "another actor starts");
  return failures;
}
