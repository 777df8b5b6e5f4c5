// expect-error: vicar: reduce needs a future of a range
#include <vector>
#include <vicar/future.hpp>
#ifdef CONTROL
using value = std::vector<int>;
#else
using value = int;
#endif
void use(const vicar::future<value>& future) {
  future.reduce([](int a, int b) { return a + b; }).get();
}
