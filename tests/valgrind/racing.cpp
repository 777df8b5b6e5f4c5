// SPDX-License-Identifier: BSL-1.0
// Two actors that write one variable: helgrind and drd have to find that, in whatever order the threads run. A pipe,
// which the tools do not take for synchronization, makes the second write follow the first; nothing else could order
// them: the second actor has its only message before the first one writes.
#include <vicar/vicar.hpp>

#include <unistd.h>

#include <array>

namespace {

struct writer {
  int* where;
  int read_end;
  int write_end;

  void write_first() {
    *where = 1;
    const char byte = 'x';
    if (write(write_end, &byte, 1) != 1) throw vicar::error("the pipe is broken");
  }

  void write_second() {
    char byte = 0;
    if (read(read_end, &byte, 1) != 1) throw vicar::error("the pipe is broken");
    *where = 2;
  }
};

}  // namespace

int main() {
  static int shared = 0;  // drd does not check stacks
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return 1;
  const auto first = vicar::start<writer>(&shared, ends[0], ends[1]);
  const auto second = vicar::start<writer>(&shared, ends[0], ends[1]);
  const auto written = second.call<&writer::write_second>();
  first.defer<&writer::write_first>();
  written.get();
  first.stop().wait();
  second.stop().wait();
}
