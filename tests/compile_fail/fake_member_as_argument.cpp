// expect-error: vicar: the member goes between the angle brackets
#include <vicar/testing.hpp>
struct adder {
  int add() { return 1; }
};
void use(vicar::fake<adder>& fake) {
#ifdef CONTROL
  fake.on<&adder::add>([] { return 2; });
#else
  fake.on(&adder::add, [] { return 2; });
#endif
}
