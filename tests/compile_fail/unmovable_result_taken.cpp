// expect-error: vicar: this value can be neither moved nor copied out of its future
#include <atomic>
#include <vicar/actor_proxy.hpp>
struct adder {
  std::atomic<int> sum() { return 1; }
};
VICAR_PROXY(adder, sum)
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  const auto sum = proxy->sum();
  return sum.get().load();
#else
  return proxy->sum().get().load();
#endif
}
