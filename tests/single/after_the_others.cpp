// SPDX-License-Identifier: BSL-1.0
#include <vicar/future.hpp>
#include <vicar/testing.hpp>

#include <vicar_single.hpp>

#include <vicar/vicar.hpp>

struct adder {
  int add_one(int i) { return i + 1; }
};
VICAR_PROXY(adder, add_one)

int main() { return vicar::start<adder>().proxy()->add_one(41).get() == 42 ? 0 : 1; }
