// expect-error: vicar: get, set and at need a pointer to a data member
#include <vicar/actor_proxy.hpp>
struct adder {
  void sum(int) {}
};
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy.call(&adder::sum, 1).get();
#else
  proxy.set(&adder::sum, 1).get();
#endif
}
