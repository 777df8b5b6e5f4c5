// expect-error: vicar: one proxy's member cannot be assigned to another's
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
VICAR_PROXY(adder, calls)
void use(const vicar::actor_proxy<adder>& a, const vicar::actor_proxy<adder>& b) {
#ifdef CONTROL
  a.set(&adder::calls, b->calls.get()).get();
#else
  a.set(&adder::calls, b->calls).get();
#endif
}
