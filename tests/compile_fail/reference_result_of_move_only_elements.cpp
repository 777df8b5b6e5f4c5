// expect-error: vicar: this member returns a reference to something that cannot be copied
#include <cstddef>
#include <memory>
#include <vector>
#include <vicar/actor_proxy.hpp>
struct adder {
#ifdef CONTROL
  std::size_t number() { return number_.size(); }
#else
  const std::vector<std::unique_ptr<int>>& number() { return number_; }
#endif
  std::vector<std::unique_ptr<int>> number_;
};
VICAR_PROXY(adder, number)
void use(const vicar::actor_proxy<adder>& proxy) { proxy->number().get(); }
