// expect-error: vicar: on_start cannot be called as on_start
#include <vicar/actor.hpp>
struct adder {
#ifdef CONTROL
  void on_start() {}
#else
  void on_start(int) {}
#endif
};
int main() { vicar::start<adder>(); }
