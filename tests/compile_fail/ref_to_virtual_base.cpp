// expect-error: vicar: a reference or proxy does not convert to a virtual base
#include <vicar/actor.hpp>
struct base {};
#ifdef CONTROL
struct derived : base {};
#else
struct derived : virtual base {};
#endif
vicar::actor_ref<base> use(const vicar::actor_ref<derived>& ref) { return ref; }
