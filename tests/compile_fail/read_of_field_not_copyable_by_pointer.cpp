// expect-error: vicar: this field cannot be copied
#include <memory>
#include <vicar/actor_proxy.hpp>
struct adder {
  std::unique_ptr<int> number;
};
int use(const vicar::actor_proxy<adder>& proxy) {
#ifdef CONTROL
  return proxy.call([](adder& object) { return *object.number; }).get();
#else
  return *proxy.get(&adder::number).get();
#endif
}
