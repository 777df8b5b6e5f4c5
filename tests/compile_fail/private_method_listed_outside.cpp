// expect-error: vicar: the method cannot be called with these arguments
#include <vicar/actor_proxy.hpp>
class adder {
#ifdef CONTROL
  VICAR_PROXY_MEMBERS(add)
#endif
  int add(int a) { return a; }
};
#ifndef CONTROL
VICAR_PROXY(adder, add)
#endif
int use(const vicar::actor_proxy<adder>& proxy) { return proxy->add(1).get(); }
