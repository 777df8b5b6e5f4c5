// expect-error: vicar: this field cannot be called with these arguments
#include <functional>
#include <vicar/actor_proxy.hpp>
struct adder {
  std::function<int(int)> on_add = [](int i) { return i; };
};
VICAR_PROXY(adder, on_add)
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy->on_add(1).get();
#else
  return proxy->on_add("1").get();
#endif
}
