// expect-error: vicar: a broadcast gives each actor a copy
#include <map>
#include <memory>
#include <utility>
#include <vicar/registry.hpp>
void use(std::map<int, std::unique_ptr<int>> message) {
#ifdef CONTROL
  vicar::registry::broadcast(std::make_shared<std::map<int, std::unique_ptr<int>>>(std::move(message)));
#else
  vicar::registry::broadcast(std::move(message));
#endif
}
