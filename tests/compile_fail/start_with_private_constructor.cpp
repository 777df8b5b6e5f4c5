// expect-error: vicar: T has no public constructor for these arguments
#include <vicar/actor.hpp>
class adder {
#ifdef CONTROL
 public:
#endif
  adder() = default;
};
int main() { vicar::start<adder>(); }
