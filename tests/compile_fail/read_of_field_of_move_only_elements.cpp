// expect-error: vicar: this field cannot be copied
#include <memory>
#include <vector>
#include <vicar/actor_proxy.hpp>
struct adder {
#ifdef CONTROL
  std::vector<std::shared_ptr<int>> numbers;
#else
  std::vector<std::unique_ptr<int>> numbers;
#endif
};
VICAR_PROXY(adder, numbers)
void use(const vicar::actor_proxy<adder>& proxy) { proxy->numbers.get(); }
