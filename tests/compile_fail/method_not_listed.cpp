// expect-error: no member named .add_two.
#include <vicar/actor_proxy.hpp>
struct adder {
  int add_one(int i) { return i + 1; }
};
VICAR_PROXY(adder, add_one)
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy->add_one(1).get();
#else
  return proxy->add_two(1).get();
#endif
}
