// SPDX-License-Identifier: BSL-1.0
// Two classes for testing.cpp, which uses them, and testing.test.cpp, which tests the one with a fake of the other.
#ifndef VICAR_EXAMPLES_TESTING_HPP
#define VICAR_EXAMPLES_TESTING_HPP

#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/core.h>

#include <vicar/vicar.hpp>

/// Nothing for a test: it would need a real kettle, with real water, and minutes.
class kettle {
 public:
  /// What it has reached then.
  double heat_to(double celsius) {
    if (litres == 0) throw std::runtime_error{"the kettle has burnt out"};
    fmt::print("the kettle heats {} l of water to {} degrees\n", litres, celsius);
    return celsius;
  }
  void pour(double amount) { litres -= amount; }

  double litres = 1;
};
VICAR_PROXY(kettle, heat_to, pour, litres)

/// What is tested: it knows a kettle by its proxy alone.
class tea_maker {
 public:
  explicit tea_maker(vicar::actor_proxy<kettle> kettle) : kettle_{std::move(kettle)} {}

  std::string make(const std::string& tea) {
    if (kettle_->litres.get() < cup) return "there is no water";
    const double wanted = tea == "green" ? 80 : 95;
    const double reached = kettle_->heat_to(wanted).get();
    if (reached < wanted) return fmt::format("{} degrees are too cold for {} tea", reached, tea);
    kettle_->pour.defer(cup);
    return fmt::format("a cup of {} tea", tea);
  }

 private:
  static constexpr double cup = 0.25;

  vicar::actor_proxy<kettle> kettle_;
};
VICAR_PROXY(tea_maker, make)

#endif
