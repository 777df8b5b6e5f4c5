// expect-error: vicar: actor_options cannot be read
#include <vicar/actor.hpp>
class adder {
#ifdef CONTROL
 public:
#endif
  static constexpr vicar::options actor_options{.name = "adder"};
};
int main() { vicar::start<adder>(); }
