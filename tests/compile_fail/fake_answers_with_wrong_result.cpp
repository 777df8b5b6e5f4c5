// expect-error: vicar: the result of this function does not convert to the member.s result
#include <string>
#include <vicar/testing.hpp>
struct adder {
  int add(int a, int b) { return a + b; }
};
void use(vicar::fake<adder>& fake) {
#ifdef CONTROL
  fake.on<&adder::add>([](int a, int b) { return static_cast<short>(a - b); });
#else
  fake.on<&adder::add>([](int, int) { return std::string{}; });
#endif
}
