// expect-error: vicar: an actor is an object of a class
#include <vicar/registry.hpp>
struct adder {};
void use() {
#ifdef CONTROL
  static_cast<void>(vicar::registry::get_by_class<adder>());
#else
  static_cast<void>(vicar::registry::get_by_class<adder*>());
#endif
}
