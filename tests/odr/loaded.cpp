// SPDX-License-Identifier: BSL-1.0
// A shared library that is loaded while the program runs: it shares registry, log and thread-local variables with it.
#include <cstddef>
#include <stdexcept>

#include <vicar/vicar.hpp>

namespace {
struct loaded_actor : vicar::actor {
  using receives = vicar::messages<int>;
  int on_receive(int number) {
    if (number < 0) throw std::domain_error{"below zero"};
    return vicar::self(*this).is_alive() ? number + 1 : 0;
  }
};
}  // namespace

extern "C" {
__attribute__((visibility("default"))) void start_loaded_actor() { vicar::start<loaded_actor>(); }
__attribute__((visibility("default"))) std::size_t count_in_loaded_library() {
  return vicar::registry::get_all().size();
}
__attribute__((visibility("default"))) bool debug_is_on_in_loaded_library() {
  return vicar::get_log_level() == vicar::log_level::debug;
}
}
