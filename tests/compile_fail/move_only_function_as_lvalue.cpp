// expect-error: vicar: this function can be moved into the message but not copied; pass std::move
#include <memory>
#include <utility>
#include <vicar/actor_proxy.hpp>
struct adder {
  int add(int a) { return a; }
};
void use(const vicar::actor_proxy<adder>& proxy, std::unique_ptr<int> number) {
  auto function = [number = std::move(number)](adder& object) { return object.add(*number); };
#ifdef CONTROL
  proxy.call(std::move(function));
#else
  proxy.call(function);
#endif
}
