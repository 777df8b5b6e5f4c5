// expect-error: vicar: this function cannot be called with the actor's object
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy.call([](adder& object) { return object.calls; }).get();
#else
  return proxy.call([] { return 1; }).get();
#endif
}
