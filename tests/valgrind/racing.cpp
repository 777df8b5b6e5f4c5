// SPDX-License-Identifier: BSL-1.0
// Two actors that write one variable: helgrind and drd have to find that.
#include <vicar/vicar.hpp>

namespace {

struct writer {
  int* where;
  void write() { *where = 1; }
};

}  // namespace

int main() {
  static int shared = 0;  // drd does not look at stacks
  const auto first = vicar::start<writer>(&shared);
  const auto second = vicar::start<writer>(&shared);
  for (int i = 0; i < 100; ++i) {
    first.defer<&writer::write>();
    second.defer<&writer::write>();
  }
  first.stop().wait();
  second.stop().wait();
}
