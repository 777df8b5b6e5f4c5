// expect-error: vicar: on_failure cannot be called as on_failure.std::exception_ptr
#include <exception>
#include <vicar/actor.hpp>
struct adder {
#ifdef CONTROL
  void on_failure(std::exception_ptr) {}
#else
  void on_failure(const std::exception&) {}
#endif
};
int main() { vicar::start<adder>(); }
