// expect-error: vicar: actor_options has to be declared as static constexpr vicar::options
#include <vicar/actor.hpp>
struct adder {
#ifdef CONTROL
  static constexpr vicar::options actor_options{.name = "adder"};
#else
  static constexpr const char* actor_options = "adder";
#endif
};
int main() { vicar::start<adder>(); }
