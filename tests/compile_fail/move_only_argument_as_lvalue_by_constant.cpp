// expect-error: vicar: an argument can be moved into the message but not copied; pass std::move
#include <memory>
#include <utility>
#include <vicar/actor_proxy.hpp>
struct adder {
  void keep(std::unique_ptr<int>) {}
  void set_kept(std::unique_ptr<int>) {}
  int sum() const { return 1; }
  std::unique_ptr<int> kept;
};
VICAR_PROXY(adder, keep, kept, VICAR_PROPERTY(stored, sum, set_kept))
void use(const vicar::actor_proxy<adder>& proxy, std::unique_ptr<int> number) {
#ifdef CONTROL
  proxy.defer<&adder::keep>(std::move(number));
#else
  proxy.defer<&adder::keep>(number);
#endif
}
