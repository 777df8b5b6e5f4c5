// expect-error: vicar: an argument is a future where a value is needed
#include <vicar/actor_proxy.hpp>
struct adder {
  int add(int a) { return a; }
};
VICAR_PROXY(adder, add)
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy->add(proxy->add(1).get()).get();
#else
  return proxy->add(proxy->add(1)).get();
#endif
}
