// expect-error: vicar: this member is used as a field
#include <vicar/actor_proxy.hpp>
struct adder {
  int sum() const { return 1; }
};
VICAR_PROXY(adder, sum)
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy->sum().get();
#else
  return proxy->sum.get();
#endif
}
