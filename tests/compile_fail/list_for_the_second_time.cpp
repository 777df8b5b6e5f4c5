// expect-error: vicar: this class has a second VICAR_PROXY
#include <vicar/actor_proxy.hpp>
struct base {
  int add_one(int number) { return number + 1; }
};
VICAR_PROXY(base, add_one)
struct adder : base {
  int calls = 0;
};
VICAR_PROXY(adder, add_one, calls)
#ifndef CONTROL
VICAR_PROXY(adder, calls)
#endif
