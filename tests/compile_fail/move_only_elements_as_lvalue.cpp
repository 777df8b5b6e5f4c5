// expect-error: vicar: an argument can be neither copied nor moved into the message
#include <memory>
#include <utility>
#include <vector>
#include <vicar/actor_proxy.hpp>
struct adder {
  void keep(std::vector<std::unique_ptr<int>>) {}
};
VICAR_PROXY(adder, keep)
void use(const vicar::actor_proxy<adder>& proxy, std::vector<std::unique_ptr<int>> numbers) {
#ifdef CONTROL
  proxy->keep(std::move(numbers));
#else
  proxy->keep(numbers);
#endif
}
