// expect-error: vicar: the method cannot be called with these arguments
#include <string>
#include <vicar/registry.hpp>
struct listener {
  void event(const std::string&) {}
};
void use() {
#ifdef CONTROL
  vicar::registry::broadcast<&listener::event>("text");
#else
  vicar::registry::broadcast<&listener::event>(1, 2);
#endif
}
