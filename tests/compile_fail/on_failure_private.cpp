// expect-error: vicar: on_failure cannot be called as on_failure.std::exception_ptr
#include <exception>
#include <vicar/actor.hpp>
class adder {
#ifdef CONTROL
 public:
#endif
  void on_failure(std::exception_ptr) {}
};
int main() { vicar::start<adder>(); }
