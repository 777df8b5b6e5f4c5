// expect-error: vicar: this value cannot be assigned to the field
#include <vicar/actor_proxy.hpp>
struct adder {
  int numbers[2] = {1, 2};
};
VICAR_PROXY(adder, numbers)
void use(const vicar::actor_proxy<adder>& proxy) {
  const auto numbers = proxy->numbers.get();
#ifdef CONTROL
  proxy.call([](adder& object, auto kept) { object.numbers[0] = kept[0]; }, numbers).get();
#else
  proxy->numbers = numbers;
#endif
}
