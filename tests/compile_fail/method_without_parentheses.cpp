// expect-error: (statement has no effect|expression result unused)
#pragma GCC diagnostic error "-Wunused-value"
#include <vicar/actor_proxy.hpp>
struct adder {
  void save() {}
};
VICAR_PROXY(adder, save)
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  proxy->save();
#else
  proxy->save;
#endif
}
