// expect-error: no member named .failures.
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
VICAR_PROXY(adder, calls)
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy->calls.get();
#else
  return proxy->failures.get();
#endif
}
