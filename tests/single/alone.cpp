// SPDX-License-Identifier: BSL-1.0
#include <vicar_single.hpp>

#if defined(VICAR_DEBUG_HPP) || defined(VICAR_INSPECT_HPP) || defined(VICAR_TESTING_HPP)
#error "the one header has more than the umbrella header"
#endif

struct adder {
  int add_one(int i) { return i + 1; }
};
VICAR_PROXY(adder, add_one)

vicar::future<int> add_in_other_unit(const vicar::actor_ref<adder>& ref);

int main() {
  const auto ref = vicar::start<adder>();
  const int sum = ref.proxy()->add_one(20).get() + add_in_other_unit(ref).get();
  return sum == 42 && vicar::registry::get_all().size() == 1 ? 0 : 1;
}
