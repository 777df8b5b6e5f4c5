// expect-error: vicar: this function cannot be called with the actor's object
#include <vicar/actor_proxy.hpp>
struct adder {
  int add_one(int i) { return i + 1; }
};
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy.call(&adder::add_one, 1).get();
#else
  return proxy.call("add_one", 1).get();
#endif
}
