// expect-error: vicar: this field is const and cannot be written
#include <vicar/actor_proxy.hpp>
struct adder {
#ifdef CONTROL
  int calls = 1;
#else
  const int calls = 1;
#endif
};
VICAR_PROXY(adder, calls)
void use(const vicar::actor_proxy<adder>& proxy) { proxy->calls.set(2).get(); }
