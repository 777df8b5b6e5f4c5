// expect-error: vicar: this method takes a non-const lvalue reference
#include <functional>
#include <vicar/actor_proxy.hpp>
struct adder {
  void add_to(int& sum) { ++sum; }
};
void use(const vicar::actor_proxy<adder>& proxy, int& sum) {
#ifdef CONTROL
  proxy.call<&adder::add_to>(std::ref(sum)).get();
#else
  proxy.call<&adder::add_to>(sum).get();
#endif
}
