// expect-error: vicar: a list of members takes names, as in
#include <vicar/actor_proxy.hpp>
struct adder {
  int add(int value) { return value + 1; }
};
#ifdef CONTROL
VICAR_PROXY(adder, add)
#else
VICAR_PROXY(adder, adder::add)
#endif
