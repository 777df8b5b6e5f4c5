// expect-error: vicar: on_stop cannot be called as on_stop
#include <vicar/actor.hpp>
struct adder {
#ifdef CONTROL
  void on_stop() {}
#else
  void on_stop(int) {}
#endif
};
int main() { vicar::start<adder>(); }
