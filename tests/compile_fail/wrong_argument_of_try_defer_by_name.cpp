// expect-error: vicar: the method cannot be called with these arguments
#include <vicar/actor_proxy.hpp>
struct adder {
  int add(int a) { return a; }
};
VICAR_PROXY(adder, add)
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  static_cast<void>(proxy->add.try_defer(1));
#else
  static_cast<void>(proxy->add.try_defer("1"));
#endif
}
