// expect-error: vicar: this is not a member of the faked class
#include <vicar/testing.hpp>
struct base {
  int inherited() { return 1; }
};
struct adder : base {};
struct other {
  int foreign() { return 1; }
};
void use(vicar::fake<adder>& fake) {
#ifdef CONTROL
  fake.on<&adder::inherited>([] { return 2; });
#else
  fake.on<&other::foreign>([] { return 2; });
#endif
}
