// expect-error: vicar: this member is used as a field, but is not a field that the proxy can reach
#include <vicar/actor_proxy.hpp>
class adder {
#ifdef CONTROL
  VICAR_PROXY_MEMBERS(calls)
#endif
  int calls = 0;
};
#ifndef CONTROL
VICAR_PROXY(adder, calls)
#endif
int use(const vicar::actor_proxy<adder>& proxy) { return proxy->calls.get(); }
