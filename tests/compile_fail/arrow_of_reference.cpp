// expect-error: vicar: a reference has no members by name
#include <vicar/actor_proxy.hpp>
struct adder {
  int add_one(int i) { return i + 1; }
};
VICAR_PROXY(adder, add_one)
#ifdef CONTROL
void use(const vicar::actor_ref<adder>& ref) { ref.proxy()->add_one(1); }
#else
void use(const vicar::actor_ref<adder>& ref) { ref->add_one(1); }
#endif
