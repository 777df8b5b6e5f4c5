// SPDX-License-Identifier: BSL-1.0
// A shared library with hidden visibility that starts actors of its own.
#include <vicar/vicar.hpp>

namespace {
struct library_actor : vicar::actor {
  int answer() { return 42; }
  bool knows_itself() { return vicar::self(*this).urn() == urn(); }
  void fail() { throw vicar::null_step_error{"vicar: thrown in the library; catch it in the program"}; }
};
}  // namespace

__attribute__((visibility("default"))) vicar::any_actor_ref start_in_library() { return vicar::start<library_actor>(); }

__attribute__((visibility("default"))) bool library_actor_knows_itself(const vicar::any_actor_ref& ref) {
  return ref.as<library_actor>()->call<&library_actor::knows_itself>().get();
}

__attribute__((visibility("default"))) void throw_in_library(const vicar::any_actor_ref& ref) {
  ref.as<library_actor>()->call<&library_actor::fail>().get();
}
