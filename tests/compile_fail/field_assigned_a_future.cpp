// expect-error: vicar: this value cannot be assigned to the field
#include <vicar/actor_proxy.hpp>
struct adder {
  int sum() { return 1; }
  int calls = 1;
};
VICAR_PROXY(adder, sum, calls)
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy->calls = proxy->sum().get();
#else
  proxy->calls = proxy->sum();
#endif
}
