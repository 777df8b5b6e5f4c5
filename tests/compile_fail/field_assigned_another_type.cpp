// expect-error: vicar: this value cannot be assigned to the field
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 1;
};
VICAR_PROXY(adder, calls)
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy->calls = 2;
#else
  proxy->calls = "2";
#endif
}
