// expect-error: vicar: this is no member of the class that is faked
#include <vicar/testing.hpp>
struct adder {
  int add() { return 1; }
};
struct other {
  int foreign() { return 1; }
};
auto use(const vicar::fake<adder>& fake) {
#ifdef CONTROL
  return fake.calls<&adder::add>();
#else
  return fake.calls<&other::foreign>();
#endif
}
