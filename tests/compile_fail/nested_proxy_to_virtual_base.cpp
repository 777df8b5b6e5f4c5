// expect-error: vicar: a reference or proxy does not convert to a virtual base
#include <vicar/actor_proxy.hpp>
struct base {};
#ifdef CONTROL
struct derived : base {};
#else
struct derived : virtual base {};
#endif
vicar::nested_proxy<base> use(const vicar::nested_proxy<derived>& proxy) { return proxy; }
