// SPDX-License-Identifier: BSL-1.0
#include <vicar/vicar.hpp>

struct adder {
  int add_one(int i) { return i + 1; }
};
VICAR_PROXY(adder, add_one)

int main() {
  auto proxy = vicar::start<adder>().proxy();
  const int sum = proxy->add_one(41).get();
  vicar::registry::stop_all();
  return sum == 42 ? 0 : 1;
}
