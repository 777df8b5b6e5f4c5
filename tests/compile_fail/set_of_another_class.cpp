// expect-error: vicar: this member pointer is of another class than the actor's
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
struct other {
  int calls = 0;
};
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy.set(&adder::calls, 1).get();
#else
  proxy.set(&other::calls, 1).get();
#endif
}
