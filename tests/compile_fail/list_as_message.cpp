// expect-error: vicar: this message is a std::initializer_list
#include <initializer_list>
#include <vector>
#include <vicar/actor_ref.hpp>
struct adder {
  void on_receive(std::initializer_list<int>) {}
  void on_receive(const std::vector<int>&) {}
};
void use(const vicar::actor_ref<adder>& ref) {
  auto all = {1, 2, 3};
#ifdef CONTROL
  ref.tell(std::vector<int>{all});
#else
  ref.tell(all);
#endif
}
