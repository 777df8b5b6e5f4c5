// expect-error: vicar: this value cannot be assigned to the field
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 1;
};
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy.set(&adder::calls, 2).get();
#else
  proxy.set(&adder::calls, "2").get();
#endif
}
