// expect-error: vicar: VICAR_PROXY belongs at global scope
#include <vicar/actor_proxy.hpp>
struct adder {
  int add_one(int i) { return i + 1; }
};
#ifdef CONTROL
VICAR_PROXY(adder, add_one)
void use(const vicar::actor_proxy<adder>& proxy) { proxy->add_one(1); }
#else
void use(const vicar::actor_proxy<adder>& proxy) {
  VICAR_PROXY(adder, add_one)
  proxy->add_one(1);
}
#endif
