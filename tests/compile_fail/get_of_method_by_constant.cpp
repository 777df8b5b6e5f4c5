// expect-error: vicar: get, set and at need a pointer to a data member
#include <vicar/actor_proxy.hpp>
struct adder {
  int sum() const { return 1; }
};
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy.call<&adder::sum>().get();
#else
  return proxy.get<&adder::sum>().get();
#endif
}
