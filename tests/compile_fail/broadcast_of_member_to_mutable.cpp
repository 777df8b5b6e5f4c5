// expect-error: vicar: this method takes a non-const lvalue reference
#include <functional>
#include <vicar/registry.hpp>
struct listener {
  void count(int& calls) { ++calls; }
};
void use(int& calls) {
#ifdef CONTROL
  vicar::registry::broadcast<&listener::count>(std::ref(calls));
#else
  vicar::registry::broadcast<&listener::count>(calls);
#endif
}
