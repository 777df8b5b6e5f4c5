// expect-error: vicar: an actor is an object of a class
#include <vicar/actor.hpp>
struct adder {};
void use(const vicar::any_actor_ref& ref) {
#ifdef CONTROL
  static_cast<void>(ref.as<adder>());
#else
  static_cast<void>(ref.as<int>());
#endif
}
