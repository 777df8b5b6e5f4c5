// expect-error: vicar: no on_receive of this actor takes a message of this type
#include <string>
#include <vicar/actor.hpp>
struct printer {
  void on_receive(const std::string&) {}
};
void use(const vicar::actor_ref<printer>& ref) {
#ifdef CONTROL
  ref.tell("page");
#else
  ref.tell(1);
#endif
}
