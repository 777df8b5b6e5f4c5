// expect-error: vicar: this member pointer is of another class than the actor's
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
struct other {
  int calls = 0;
};
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy.get(&adder::calls).get() + proxy.get<&adder::calls>().get();
#else
  return proxy.get(&other::calls).get();
#endif
}
