// expect-error: vicar: tell, try_tell and ask take one message
#include <vicar/actor_ref.hpp>
void use(const vicar::any_actor_ref& ref) {
#ifdef CONTROL
  ref.tell(1);
  ref.tell(2);
#else
  ref.tell(1, 2);
#endif
}
