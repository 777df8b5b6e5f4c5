// expect-error: vicar: a broadcast gives each actor a copy, and an argument cannot be copied
#include <memory>
#include <vicar/registry.hpp>
struct listener {
  void take(std::unique_ptr<int>) {}
  void share(std::shared_ptr<int>) {}
};
#ifdef CONTROL
void use(std::shared_ptr<int> value) { vicar::registry::broadcast<&listener::share>(value); }
#else
void use(std::unique_ptr<int> value) { vicar::registry::broadcast<&listener::take>(value); }
#endif
