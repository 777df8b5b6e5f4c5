// expect-error: vicar: the method cannot be called with these arguments
#include <vicar/actor_proxy.hpp>
struct adder {
  int add(int a) { return a; }
  int add(int a, int b) { return a + b; }
};
VICAR_PROXY(adder, add)
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy->add(1).get();
#else
  return proxy->add("1").get();
#endif
}
