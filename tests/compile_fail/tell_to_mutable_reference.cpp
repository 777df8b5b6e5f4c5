// expect-error: vicar: no on_receive of this actor takes a message of this type
#include <string>
#include <vicar/actor.hpp>
struct printer {
#ifdef CONTROL
  void on_receive(std::string&&) {}
#else
  void on_receive(std::string&) {}
#endif
};
void use(const vicar::actor_ref<printer>& ref) { ref.tell(std::string{"page"}); }
