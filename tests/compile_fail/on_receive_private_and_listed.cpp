// expect-error: vicar: receives has to be a vicar::messages
#include <vicar/actor.hpp>
class printer {
 public:
  using receives = vicar::messages<int>;
#ifndef CONTROL
 private:
#endif
  void on_receive(int) {}
};
int main() { vicar::start<printer>(); }
