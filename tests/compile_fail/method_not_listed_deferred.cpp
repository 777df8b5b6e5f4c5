// expect-error: no member named .add_two.
#include <vicar/actor_proxy.hpp>
struct adder {
  int add_one(int i) { return i + 1; }
};
VICAR_PROXY(adder, add_one)
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy->add_one.defer(1);
#else
  proxy->add_two.defer(1);
#endif
}
