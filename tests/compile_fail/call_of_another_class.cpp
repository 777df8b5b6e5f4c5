// expect-error: vicar: this member pointer is of another class than the actor's
#include <vicar/actor_proxy.hpp>
struct adder {
  int add(int a) { return a; }
};
struct other {
  int add(int a) { return a; }
};
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy.call(&adder::add, 1).get();
#else
  return proxy.call(&other::add, 1).get();
#endif
}
