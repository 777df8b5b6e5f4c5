// expect-error: vicar: the method cannot be called with these arguments
#include <vicar/actor_proxy.hpp>
struct adder {
  int add(int a) { return a; }
};
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy.defer<&adder::add>(1);
#else
  proxy.defer<&adder::add>("1");
#endif
}
