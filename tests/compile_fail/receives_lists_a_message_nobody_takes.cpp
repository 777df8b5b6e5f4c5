// expect-error: vicar: receives has to be a vicar::messages
#include <string>
#include <vicar/actor.hpp>
struct printer {
  using receives = vicar::messages<int, std::string>;
  void on_receive(int) {}
#ifdef CONTROL
  void on_receive(const std::string&) {}
#endif
};
int main() { vicar::start<printer>(); }
