// expect-error: vicar: no on_receive of this actor takes a message of this type
#include <vicar/actor.hpp>
class printer {
#ifdef CONTROL
 public:
#endif
  void on_receive(int) {}
};
void use(const vicar::actor_ref<printer>& ref) { ref.tell(1); }
