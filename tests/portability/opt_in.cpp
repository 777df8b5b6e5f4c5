// SPDX-License-Identifier: BSL-1.0
#include <fmt/core.h>
#include <vicar/debug.hpp>
#include <vicar/inspect.hpp>
#include <vicar/vicar.hpp>

namespace app {

struct item {
  int number;
  unsigned few : 3;
};

}  // namespace app

VICAR_INSPECT(app::item)

void print_all(const vicar::actor_ref<app::item>& ref);
void print_all(const vicar::actor_ref<app::item>& ref) {
  fmt::print("{} {}", ref.snapshot().get(), vicar::actor_table());
}
