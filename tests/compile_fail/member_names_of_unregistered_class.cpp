// expect-error: vicar: this class has no registered members
#include <vicar/actor_proxy.hpp>
struct adder {
  int add_one(int i) { return i + 1; }
};
#ifdef CONTROL
VICAR_PROXY(adder, add_one)
#endif
auto use() { return vicar::member_names<adder>(); }
