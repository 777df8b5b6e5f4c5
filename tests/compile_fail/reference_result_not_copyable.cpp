// expect-error: vicar: this member returns a reference to something that cannot be copied
#include <memory>
#include <vicar/actor_proxy.hpp>
struct adder {
#ifdef CONTROL
  int number() { return *number_; }
#else
  std::unique_ptr<int>& number() { return number_; }
#endif
  std::unique_ptr<int> number_;
};
VICAR_PROXY(adder, number)
void use(const vicar::actor_proxy<adder>& proxy) { proxy->number().get(); }
