// expect-error: vicar: self takes the object and not its address
#include <vicar/actor.hpp>
struct adder {
  vicar::actor_ref<adder> reference() const {
#ifdef CONTROL
    return vicar::self(*this);
#else
    return vicar::self(this);
#endif
  }
};
vicar::actor_ref<adder> use(const adder& one) { return one.reference(); }
