// expect-error: vicar: this result is a view into the actor's own data
#include <span>
#include <vector>
#include <vicar/actor_proxy.hpp>
struct series {
#ifdef CONTROL
  std::vector<int> numbers() const { return all; }
#else
  std::span<const int> numbers() const { return all; }
#endif
  std::vector<int> all;
};
void use(const vicar::actor_proxy<series>& proxy) { proxy.call(&series::numbers).get(); }
