// expect-error: vicar: filter needs a future of a range
#include <vector>
#include <vicar/future.hpp>
#ifdef CONTROL
using value = std::vector<int>;
#else
using value = int;
#endif
void use(const vicar::future<value>& future) {
  future.filter([](int i) { return i > 1; }).get();
}
