// expect-error: vicar: the value can be neither copied nor moved into the message
#include <atomic>
#include <vicar/actor_proxy.hpp>
struct adder {
  int calls = 1;
};
VICAR_PROXY(adder, calls)
void use(const vicar::actor_proxy<adder>& proxy, std::atomic<int>& number) {
#ifdef CONTROL
  proxy->calls = number.load();
#else
  proxy->calls = number;
#endif
}
