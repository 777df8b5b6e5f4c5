// expect-error: vicar: this field cannot be copied
#include <memory>
#include <vicar/actor_proxy.hpp>
struct adder {
#ifdef CONTROL
  std::shared_ptr<int> number;
#else
  std::unique_ptr<int> number;
#endif
};
VICAR_PROXY(adder, number)
void use(const vicar::actor_proxy<adder>& proxy) { proxy->number.get(); }
