// expect-error: vicar: a proxy's member is not a value
#include <vicar/actor_proxy.hpp>
struct adder {
  bool busy = false;
};
VICAR_PROXY(adder, busy)
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  if (proxy->busy.get()) return 1;
#else
  if (proxy->busy) return 1;
#endif
  return 0;
}
