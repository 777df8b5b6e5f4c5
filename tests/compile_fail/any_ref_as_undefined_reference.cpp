// expect-error: vicar: as needs the definition of actor_ref
// Without the umbrella header.
#ifdef CONTROL
#include <vicar/actor_ref.hpp>
#endif
#include <vicar/any_actor_ref.hpp>
struct adder {};
void use(const vicar::any_actor_ref& ref) { static_cast<void>(ref.as<adder>()); }
