// expect-error: vicar: a member of a proxy cannot be copied
#include <vicar/actor_proxy.hpp>
struct adder {
  int add(int a) { return a; }
};
VICAR_PROXY(adder, add)
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  auto add = proxy.method<&adder::add>();
#else
  auto add = proxy->add;
#endif
  return add(1).get();
}
