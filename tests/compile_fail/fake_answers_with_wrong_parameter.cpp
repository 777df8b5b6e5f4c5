// expect-error: vicar: this function cannot answer the member
#include <string>
#include <vicar/testing.hpp>
struct adder {
  int add(int a, int b) { return a + b; }
};
void use(vicar::fake<adder>& fake) {
#ifdef CONTROL
  fake.on<&adder::add>([](int a, int b) { return a - b; });
#else
  fake.on<&adder::add>([](const std::string&) { return 1; });
#endif
}
