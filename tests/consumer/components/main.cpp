// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <vicar/debug.hpp>
#include <vicar/vicar.hpp>
#if defined(CONSUMER_HAS_BOOST)
#include <vicar/inspect.hpp>
#endif

struct adder {
  int add_one(int i) { return sum = i + 1; }
  int sum = 0;
};
VICAR_PROXY(adder, add_one, sum)

int main() {
  auto proxy = vicar::start<adder>().proxy();
  bool right = proxy->add_one(41).get() == 42;
  right = right && vicar::actor_table().find("adder-1") != std::string::npos;
  const std::string stacks = vicar::thread_tracebacks();
#if defined(CONSUMER_HAS_BOOST)
  right = right && stacks.find("adder-1") != std::string::npos && proxy.snapshot().get() == "{42}";
#else
  right = right && stacks.find("vicar: stacks are not available; ") == 0;
#endif
  vicar::registry::stop_all();
  return right ? 0 : 1;
}
