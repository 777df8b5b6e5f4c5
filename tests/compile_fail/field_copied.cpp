// expect-error: vicar: a member of a proxy cannot be copied
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
VICAR_PROXY(adder, calls)
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  auto calls = proxy->calls.read();
#else
  auto calls = proxy->calls;
#endif
  return calls.get();
}
