// expect-error: vicar: this member is used as a field
#include <vicar/actor_proxy.hpp>
struct adder {
  void sum(int) {}
};
VICAR_PROXY(adder, sum)
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy->sum(1).get();
#else
  proxy->sum = 1;
#endif
}
