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
  proxy->count(1, std::vector<std::string>{"one"}, std::vector<int>{}).get();
#else
  proxy->count(1, {"one", std::string{"two"}}, {}).get();
#endif
}
