// expect-error: vicar: on_stop cannot be called as on_stop
#include <vicar/actor.hpp>
class adder {
#ifdef CONTROL
 public:
#endif
  void on_stop() {}
};
int main() { vicar::start<adder>(); }
