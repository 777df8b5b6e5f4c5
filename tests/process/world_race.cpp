// SPDX-License-Identifier: BSL-1.0
// Two actors that change one variable without synchronization, in a world: ThreadSanitizer has to report it, although
// only one of them runs at a time.
#include <vicar/explore.hpp>
#include <vicar/vicar.hpp>

namespace {

int shared = 0;

struct changer {
  void change() { ++shared; }
};

}  // namespace

int main() {
  vicar::explore({.runs = 10}, [](vicar::world& world) {
    const auto one = vicar::start<changer>();
    const auto other = vicar::start<changer>();
    one.defer<&changer::change>();
    other.defer<&changer::change>();
    world.run();
  });
}
