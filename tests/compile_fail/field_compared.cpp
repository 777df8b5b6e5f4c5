// expect-error: vicar: a proxy's member is not a value
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
VICAR_PROXY(adder, calls)
bool use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy->calls.get() == 1;
#else
  return proxy->calls == 1;
#endif
}
