// expect-error: vicar: then needs a place, which determines the thread
#include <vicar/actor_proxy.hpp>
struct counter {
  int value = 0;
};
VICAR_PROXY(counter, value)
void use(const vicar::actor_proxy<counter>& proxy) {
#ifdef CONTROL
  static_cast<void>(proxy->value.read().map([](int number) { return number; }));
#else
  proxy->value.then([](int number) { return number; });
#endif
}
