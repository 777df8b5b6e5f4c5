// expect-error: vicar: a broadcast calls a method of each actor
#include <vicar/registry.hpp>
struct listener {
  void event(int) {}
  static void shared(int) {}
};
void use() {
#ifdef CONTROL
  vicar::registry::broadcast<&listener::event>(1);
#else
  vicar::registry::broadcast<&listener::shared>(1);
#endif
}
