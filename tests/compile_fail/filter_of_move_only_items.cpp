// expect-error: vicar: filter keeps copies of the items, and these can only be moved
#include <memory>
#include <vector>
#include <vicar/future.hpp>
#ifdef CONTROL
using item = std::shared_ptr<int>;
#else
using item = std::unique_ptr<int>;
#endif
void use(const vicar::future<std::vector<item>>& items) {
  items.filter([](const item& each) { return each != nullptr; }).get();
}
