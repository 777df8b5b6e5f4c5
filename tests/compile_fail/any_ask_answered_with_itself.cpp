// expect-error: vicar: this member returns a reference to its own class
#include <vicar/actor.hpp>
struct printer {
  using receives = vicar::messages<int>;
#ifdef CONTROL
  void on_receive(int) {}
#else
  printer& on_receive(int) { return *this; }
#endif
};
void use() { vicar::start<printer>(); }
