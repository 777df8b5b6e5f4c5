// expect-error: vicar: on_receive cannot be called as on_receive.message
#include <vicar/actor.hpp>
struct printer {
#ifdef CONTROL
  void on_receive(int) {}
#else
  void on_receive(int, int) {}
#endif
};
int main() { vicar::start<printer>(); }
