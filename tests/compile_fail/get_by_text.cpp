// expect-error: vicar: get, set and at need a pointer to a data member
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy.get(&adder::calls).get();
#else
  return proxy.get("calls").get();
#endif
}
