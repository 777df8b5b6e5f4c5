// expect-error: vicar: this member returns a reference to its own class
#include <vicar/actor_proxy.hpp>
struct adder {
#ifdef CONTROL
  void add(int) {}
#else
  adder& add(int) { return *this; }
#endif
};
VICAR_PROXY(adder, add)
void use(const vicar::actor_proxy<adder>& proxy) { proxy->add(1).get(); }
