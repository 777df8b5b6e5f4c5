// expect-error: vicar: .= on a field would be two messages
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
VICAR_PROXY(adder, calls)
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy.call([](adder& object) { object.calls += 2; }).get();
#else
  proxy->calls += 2;
#endif
}
