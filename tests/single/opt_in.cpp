// SPDX-License-Identifier: BSL-1.0
#define VICAR_NO_STACKTRACE
#include <string>

#include <vicar_single.hpp>

struct adder {
  int add_one(int i) { return i + 1; }
};
VICAR_PROXY(adder, add_one)

int main() {
  vicar::fake<adder> fake;
  fake.on<&adder::add_one>([](int i) { return i + 2; });
  const auto real = vicar::start<adder>();
  return fake.proxy()->add_one(40).get() == 42 && vicar::actor_table().find("adder-") != std::string::npos ? 0 : 1;
}
