// expect-error: vicar: no on_receive of this actor takes a message of this type
#include <string>
#include <vicar/actor.hpp>
struct printer {
  int on_receive(const std::string&) { return 1; }
};
int use(const vicar::actor_ref<printer>& ref) {
#ifdef CONTROL
  return ref.ask("page").get();
#else
  return ref.ask(1).get();
#endif
}
