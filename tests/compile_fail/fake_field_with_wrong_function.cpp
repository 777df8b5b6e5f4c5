// expect-error: vicar: this function can answer neither a read nor a write of the field
#include <string>
#include <vicar/testing.hpp>
struct adder {
  int calls = 0;
};
void use(vicar::fake<adder>& fake) {
#ifdef CONTROL
  fake.on<&adder::calls>([](int) {});
#else
  fake.on<&adder::calls>([](const std::string&) {});
#endif
}
