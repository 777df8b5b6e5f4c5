// expect-error: vicar: on_start cannot be called as on_start
#include <vicar/actor.hpp>
class adder {
#ifdef CONTROL
 public:
#endif
  void on_start() {}
};
int main() { vicar::start<adder>(); }
