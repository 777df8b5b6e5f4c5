// SPDX-License-Identifier: BSL-1.0
// One actor, used by each of the usual kinds of call.
#include <vicar/vicar.hpp>

class adder {
 public:
  int add_one(int i) {
    ++calls;
    return i + 1;
  }
  int calls = 0;
};
VICAR_PROXY(adder, add_one, calls)

int main() {
  auto adder_proxy = vicar::start<adder>().proxy();
  const int by_pointer = adder_proxy.call(&adder::add_one, 41).get();
  const int by_name = adder_proxy->add_one(41).get();
  adder_proxy->add_one.defer(1);
  const int calls = adder_proxy->calls.get();
  adder_proxy->calls = 0;
  vicar::registry::stop_all();
  return by_pointer + by_name + calls == 87 ? 0 : 1;
}
