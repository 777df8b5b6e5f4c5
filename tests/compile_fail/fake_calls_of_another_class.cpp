// expect-error: vicar: this is not a member of the faked class
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
