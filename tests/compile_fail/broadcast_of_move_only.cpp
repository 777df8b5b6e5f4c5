// expect-error: vicar: a broadcast gives each actor a copy
#include <memory>
#include <vicar/registry.hpp>
void use(std::unique_ptr<int> message) {
#ifdef CONTROL
  vicar::registry::broadcast(std::shared_ptr<int>{std::move(message)});
#else
  vicar::registry::broadcast(std::move(message));
#endif
}
