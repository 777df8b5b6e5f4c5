// expect-error: vicar: tell, try_tell and ask take one message
#include <chrono>
#include <vicar/actor_ref.hpp>
struct adder {
  int on_receive(int a) { return a; }
};
int use(const vicar::actor_ref<adder>& ref) {
#ifdef CONTROL
  return ref.ask(1).get(std::chrono::seconds{1});
#else
  return ref.ask(1, std::chrono::seconds{1});
#endif
}
