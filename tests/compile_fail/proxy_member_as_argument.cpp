// expect-error: vicar: an argument is a proxy's member, which is not a value
#include <vicar/actor_proxy.hpp>
struct adder {
  int add(int a) { return a; }
  int calls = 0;
};
VICAR_PROXY(adder, add, calls)
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy->add(proxy->calls.get()).get();
#else
  return proxy->add(proxy->calls).get();
#endif
}
