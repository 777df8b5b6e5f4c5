// expect-error: vicar: the list of members has 'ad_one', but the class has no accessible member of that name
#include <vicar/actor_proxy.hpp>
struct adder {
  int add_one(int i) { return i + 1; }
};
#ifdef CONTROL
VICAR_PROXY(adder, add_one)
void use(const vicar::actor_proxy<adder>& proxy) { proxy->add_one(1); }
#else
VICAR_PROXY(adder, ad_one)
void use(const vicar::actor_proxy<adder>& proxy) { proxy->ad_one(1); }
#endif
