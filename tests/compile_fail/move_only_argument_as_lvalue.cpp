// expect-error: vicar: an argument can be moved into the message but not copied; pass std::move
#include <memory>
#include <utility>
#include <vicar/actor_proxy.hpp>
struct adder {
  void keep(std::unique_ptr<int>) {}
};
VICAR_PROXY(adder, keep)
void use(const vicar::actor_proxy<adder>& proxy, std::unique_ptr<int> number) {
#ifdef CONTROL
  proxy->keep(std::move(number));
#else
  proxy->keep(number);
#endif
}
