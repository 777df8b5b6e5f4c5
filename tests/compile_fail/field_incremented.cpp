// expect-error: vicar: .. and -- on a field would be two messages
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
VICAR_PROXY(adder, calls)
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy.call([](adder& object) { ++object.calls; }).get();
#else
  ++proxy->calls;
#endif
}
