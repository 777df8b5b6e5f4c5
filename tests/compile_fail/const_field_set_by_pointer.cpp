// expect-error: vicar: this field is const and cannot be written
#include <vicar/actor_proxy.hpp>
struct adder {
#ifdef CONTROL
  int calls = 1;
#else
  const int calls = 1;
#endif
};
void use(const vicar::actor_proxy<adder>& proxy) { proxy.set(&adder::calls, 2).get(); }
