// expect-error: vicar: this member pointer is of another class than the actor's
#include <vicar/actor_proxy.hpp>
struct adder {
  int add(int a) { return a; }
};
struct other {
  int add(int a) { return a; }
};
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy.defer(&adder::add, 1);
#else
  proxy.defer(&other::add, 1);
#endif
}
