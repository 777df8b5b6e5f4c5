// expect-error: vicar: a broadcast gives each actor a copy, and an argument cannot be copied
#include <memory>
#include <vicar/registry.hpp>
struct listener {
  void take(std::unique_ptr<int>) {}
  void share(std::shared_ptr<int>) {}
};
void use() {
#ifdef CONTROL
  vicar::registry::broadcast<&listener::share>(std::make_shared<int>(1));
#else
  vicar::registry::broadcast<&listener::take>(std::make_unique<int>(1));
#endif
}
