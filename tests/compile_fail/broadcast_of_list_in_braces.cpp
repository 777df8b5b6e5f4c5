// expect-error: vicar: a list in braces has no type
#include <vector>
#include <vicar/registry.hpp>
struct listener {
  void hear(const std::vector<int>&) {}
};
void use() {
#ifdef CONTROL
  vicar::registry::broadcast(std::vector{1, 2});
#else
  vicar::registry::broadcast({1, 2});
#endif
}
