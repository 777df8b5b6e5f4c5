// expect-error: vicar: a broadcast calls a method of each actor
#include <vicar/registry.hpp>
struct listener {
  void event(int) {}
  int heard = 0;
};
void use() {
#ifdef CONTROL
  vicar::registry::broadcast<&listener::event>(1);
#else
  vicar::registry::broadcast<&listener::heard>(1);
#endif
}
