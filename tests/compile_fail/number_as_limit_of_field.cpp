// expect-error: vicar: a timeout is a duration, and this number has no unit
#include <chrono>
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 0;
};
VICAR_PROXY(adder, calls)
#ifdef CONTROL
int use(const vicar::actor_proxy<adder>& proxy) { return proxy->calls.get(std::chrono::seconds{1}); }
#else
int use(const vicar::actor_proxy<adder>& proxy) { return proxy->calls.get(1); }
#endif
