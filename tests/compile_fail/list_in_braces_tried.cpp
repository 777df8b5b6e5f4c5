// expect-error: vicar: a list in braces has no type
#include <functional>
#include <string>
#include <vector>
#include <vicar/actor_proxy.hpp>
struct adder {
  int sum(const std::vector<int>& numbers) { return static_cast<int>(numbers.size()); }
  int count(int start, const std::vector<std::string>&, const std::vector<int>&) { return start; }
  std::function<int(std::vector<int>)> function;
};
VICAR_PROXY(adder, sum, count, function)
void use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  static_cast<void>(proxy->sum.try_defer(std::vector{1, 2, 3}));
#else
  static_cast<void>(proxy->sum.try_defer({1, 2, 3}));
#endif
}
