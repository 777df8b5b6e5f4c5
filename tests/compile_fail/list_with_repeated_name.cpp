// expect-error: vicar: a list of members contains a name twice
#include <vicar/actor_proxy.hpp>
struct adder {
  int add(int i) { return i + 1; }
  double add(double d) { return d + 1; }
};
#ifdef CONTROL
VICAR_PROXY(adder, add)
#else
VICAR_PROXY(adder, add, add)
#endif
