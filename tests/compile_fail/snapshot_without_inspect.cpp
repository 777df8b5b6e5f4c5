// expect-error: vicar: snapshot is not declared here; include <vicar/inspect.hpp>
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
auto use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy.get(&adder::calls);
#else
  return proxy.snapshot();
#endif
}
