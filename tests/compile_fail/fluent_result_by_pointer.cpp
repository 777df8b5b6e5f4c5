// expect-error: vicar: this member returns a reference to its own class
#include <vicar/actor_proxy.hpp>
struct adder {
  adder& add(int) { return *this; }
};
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy.call([](adder& object, int i) { object.add(i); }, 1).get();
#else
  proxy.call(&adder::add, 1).get();
#endif
}
