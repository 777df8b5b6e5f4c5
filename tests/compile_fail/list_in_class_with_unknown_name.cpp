// expect-error: vicar: the list of members has 'ad_one', but the class has no accessible member of that name
#include <vicar/actor_proxy.hpp>
struct adder {
#ifdef CONTROL
  VICAR_PROXY_MEMBERS(add_one)
#else
  VICAR_PROXY_MEMBERS(ad_one)
#endif
  int add_one(int i) { return i + 1; }
};
void use(const vicar::actor_proxy<adder>& proxy) { proxy.operator->(); }
