// SPDX-License-Identifier: BSL-1.0
// A program whose parts can be tested apart: a tea maker that uses a kettle through its proxy. Both are actors here. In
// testing.test.cpp, a fake stands for the kettle.
#include <fmt/core.h>

#include "testing.hpp"

int main() {
  const auto water = vicar::start<kettle>().proxy();
  const auto maker = vicar::start<tea_maker>(water).proxy();

  for (const char* tea : {"green", "black"}) fmt::print("{}\n", maker->make(tea).get());
  fmt::print("{} l are left\n", water->litres.get());
}
