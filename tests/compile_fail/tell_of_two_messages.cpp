// expect-error: vicar: tell, try_tell and ask take one message
#include <vicar/actor_ref.hpp>
struct adder {
  void on_receive(int) {}
};
void use(const vicar::actor_ref<adder>& ref) {
#ifdef CONTROL
  ref.tell(1);
  ref.tell(2);
#else
  ref.tell(1, 2);
#endif
}
