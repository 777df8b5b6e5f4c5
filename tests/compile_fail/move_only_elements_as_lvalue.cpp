// expect-error: vicar: an argument can be moved into the message but not copied; pass std::move
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
