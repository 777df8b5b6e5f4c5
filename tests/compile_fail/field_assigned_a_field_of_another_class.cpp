// expect-error: vicar: one proxy's member cannot be assigned to another's
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
struct counter {
  int count = 0;
};
VICAR_PROXY(adder, calls)
VICAR_PROXY(counter, count)
void use(const vicar::actor_proxy<adder>& a, const vicar::actor_proxy<counter>& b) {
#ifdef CONTROL
  a->calls = b->count.get();
#else
  a->calls = b->count;
#endif
}
