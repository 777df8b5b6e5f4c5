// expect-error: vicar: receives has to be a vicar::messages
#include <vicar/actor.hpp>
class printer {
#ifdef CONTROL
 public:
#endif
  using receives = vicar::messages<int>;

 public:
  void on_receive(int) {}
};
int main() { vicar::start<printer>(); }
