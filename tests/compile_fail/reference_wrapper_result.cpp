// expect-error: vicar: this result is a view into the actor's own data
#include <functional>
#include <vicar/actor_proxy.hpp>
struct series {
#ifdef CONTROL
  int first() { return number; }
#else
  std::reference_wrapper<int> first() { return number; }
#endif
  int number = 1;
};
VICAR_PROXY(series, first)
void use(const vicar::actor_proxy<series>& proxy) { proxy->first().get(); }
