// expect-error: vicar: a reference or proxy names the actor's class without const
#include <vicar/actor.hpp>
struct counter {
  int value = 0;
};
#ifdef CONTROL
using reference = const vicar::actor_ref<counter>;
#else
using reference = vicar::actor_ref<const counter>;
#endif
reference use(const vicar::actor_ref<counter>& ref) { return ref; }
