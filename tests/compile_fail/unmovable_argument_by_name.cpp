// expect-error: vicar: an argument can be neither copied nor moved into the message
#include <atomic>
#include <functional>
#include <vicar/actor_proxy.hpp>
struct adder {
  void watch(const std::atomic<bool>&) {}
};
VICAR_PROXY(adder, watch)
void use(const vicar::actor_proxy<adder>& proxy, std::atomic<bool>& flag) {
#ifdef CONTROL
  proxy->watch(std::ref(flag)).get();
#else
  proxy->watch(flag).get();
#endif
}
