// expect-error: vicar: a reference or proxy names the actor's class without const
#include <vicar/actor_proxy.hpp>
struct counter {
  int value = 0;
};
#ifdef CONTROL
using reader = const vicar::actor_proxy<counter>;
#else
using reader = vicar::actor_proxy<const counter>;
#endif
void read(const reader&);
void use(const vicar::actor_proxy<counter>& proxy) { read(proxy); }
