// expect-error: vicar: get, set and at need a pointer to a data member
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy.set(&adder::calls, 1).get();
#else
  proxy.set("calls", 1).get();
#endif
}
