// expect-error: vicar: an argument is a std::initializer_list
#include <initializer_list>
#include <vector>
#include <vicar/actor_proxy.hpp>
struct adder {
  int sum(std::initializer_list<int> all) { return static_cast<int>(all.size()); }
  int count(const std::vector<int>& all) { return static_cast<int>(all.size()); }
};
VICAR_PROXY(adder, sum, count)
int use(const vicar::actor_proxy<adder>& proxy) {
  auto all = {1, 2, 3};
#ifdef CONTROL
  return proxy->count(all).get();
#else
  return proxy->sum(all).get();
#endif
}
