// expect-error: vicar: receives has to be a vicar::messages
#include <vicar/actor.hpp>
struct printer {
#ifdef CONTROL
  using receives = vicar::messages<int>;
#else
  using receives = int;
#endif
  void on_receive(int) {}
};
int main() { vicar::start<printer>(); }
