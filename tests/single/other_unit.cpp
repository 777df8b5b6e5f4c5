// SPDX-License-Identifier: BSL-1.0
#include <vicar_single.hpp>

struct adder {
  int add_one(int i) { return i + 1; }
};
VICAR_PROXY(adder, add_one)

vicar::future<int> add_in_other_unit(const vicar::actor_ref<adder>& ref);
vicar::future<int> add_in_other_unit(const vicar::actor_ref<adder>& ref) { return ref.proxy()->add_one(20); }
