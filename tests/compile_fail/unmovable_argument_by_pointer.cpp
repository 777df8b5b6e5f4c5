// expect-error: vicar: an argument can be neither copied nor moved into the message
#include <atomic>
#include <functional>
#include <vicar/actor_proxy.hpp>
struct adder {
  void watch(const std::atomic<bool>&) {}
};
void use(const vicar::actor_proxy<adder>& proxy, std::atomic<bool>& flag) {
#ifdef CONTROL
  proxy.call(&adder::watch, std::ref(flag)).get();
#else
  proxy.call(&adder::watch, flag).get();
#endif
}
