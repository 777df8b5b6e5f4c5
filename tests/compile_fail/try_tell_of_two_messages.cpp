// expect-error: vicar: tell, try_tell and ask take one message
#include <vicar/actor_ref.hpp>
struct adder {
  void on_receive(int) {}
};
void use(const vicar::actor_ref<adder>& ref) {
#ifdef CONTROL
  static_cast<void>(ref.try_tell(1));
  static_cast<void>(ref.try_tell(2));
#else
  static_cast<void>(ref.try_tell(1, 2));
#endif
}
