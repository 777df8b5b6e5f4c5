// expect-error: vicar: start<T> needs a class that is not const
#include <vicar/actor.hpp>
#include <vicar/actor_proxy.hpp>
struct adder {
  int add_one(int number) const { return number + 1; }
};
VICAR_PROXY(adder, add_one)
int main() {
#ifdef CONTROL
  return vicar::start<adder>().proxy()->add_one(1).get();
#else
  return vicar::start<const adder>().proxy()->add_one(1).get();
#endif
}
