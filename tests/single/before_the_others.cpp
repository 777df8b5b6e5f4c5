// SPDX-License-Identifier: BSL-1.0
#include <vicar_single.hpp>

#include <vicar/testing.hpp>
#include <vicar/vicar.hpp>

struct adder {
  int add_one(int i) { return i + 1; }
};
VICAR_PROXY(adder, add_one)

int main() {
  vicar::fake<adder> fake;
  fake.on<&adder::add_one>([](int i) { return i + 2; });
  const int real = vicar::start<adder>().proxy()->add_one(19).get();
  return real + fake.proxy()->add_one(20).get() == 42 ? 0 : 1;
}
