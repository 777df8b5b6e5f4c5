// expect-error: vicar: the value can be neither copied nor moved into the message
#include <atomic>
#include <vicar/actor_proxy.hpp>
/// Can be assigned numbers, and made of none: so the value itself is sent.
struct tally {
  tally& operator=(int number) {
    count = number;
    return *this;
  }
  tally& operator=(const std::atomic<int>& number) { return *this = number.load(); }
  int count = 1;
};
struct adder {
  tally calls;
};
VICAR_PROXY(adder, calls)
void use(const vicar::actor_proxy<adder>& proxy, std::atomic<int>& number) {
#ifdef CONTROL
  proxy->calls = number.load();
#else
  proxy->calls = number;
#endif
}
