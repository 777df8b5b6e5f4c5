// expect-error: vicar: cannot tell which function is meant
#include <vicar/vicar.hpp>
struct adder {
  int add(int a) { return a; }
  double add(double a) { return a; }
};
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy.defer(vicar::overload<int>(&adder::add), 1);
#else
  proxy.defer(&adder::add, 1);
#endif
}
