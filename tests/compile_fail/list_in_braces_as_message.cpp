// expect-error: vicar: a list in braces has no type
#include <vector>
#include <vicar/actor.hpp>
struct printer {
  void on_receive(const std::vector<int>&) {}
};
void use(const vicar::actor_ref<printer>& ref) {
#ifdef CONTROL
  ref.tell(std::vector{1, 2, 3});
#else
  ref.tell({1, 2, 3});
#endif
}
