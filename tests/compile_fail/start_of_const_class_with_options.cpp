// expect-error: vicar: start<T> needs a class that is not const
#include <vicar/actor.hpp>
struct adder {};
int main() {
#ifdef CONTROL
  vicar::start<adder>({.name = "adding"});
#else
  vicar::start<const adder>({.name = "adding"});
#endif
}
